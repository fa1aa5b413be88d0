import type { Signal } from '../../../lambda/signal/signal.ts';

/** What one writer did to the entry of a subject. `arrived`: a signal, which may have arrived before. All instants in seconds. */
export type WriterStep =
  | { readonly kind: 'arrived'; readonly signal: Signal }
  | { readonly kind: 'revoked'; readonly before: number }
  | { readonly kind: 'blocked' }
  | { readonly kind: 'restored' };

/** Up to which instant of issue tokens are revoked at least, and at most; infinite: all, minus infinite: none. */
export interface RevokedRange {
  readonly least: number;
  readonly most: number;
}

/**
 * Says from the steps alone what must be revoked: everything that a signal or an operator asked for since the last restore, but for
 * the blocks of a source that has lifted later ones than all of them.
 */
export function revokedAfter(steps: readonly WriterStep[]): RevokedRange {
  const firstArrivals = steps.filter((step, index) => {
    const isKnown = (other: WriterStep) => other.kind === 'arrived' && step.kind === 'arrived' && isSame(other, step);
    return step.kind !== 'arrived' || !steps.slice(0, index).some(isKnown);
  });
  const sinceRestore = firstArrivals.slice(firstArrivals.findLastIndex(({ kind }) => kind === 'restored') + 1);
  const ranges = sinceRestore.map((step) => rangeOf(step, firstArrivals, sinceRestore));
  return {
    least: Math.max(-Infinity, ...ranges.map(({ least }) => least)),
    most: Math.max(-Infinity, ...ranges.map(({ most }) => most)),
  };
}

function isSame(a: { readonly signal: Signal }, b: { readonly signal: Signal }): boolean {
  return a.signal.id === b.signal.id && a.signal.source.name === b.signal.source.name;
}

const exactly = (before: number): RevokedRange => ({ least: before, most: before });

function rangeOf(step: WriterStep, all: readonly WriterStep[], present: readonly WriterStep[]): RevokedRange {
  if (step.kind === 'blocked') return exactly(Infinity);
  if (step.kind === 'revoked') return exactly(step.before);
  const [effect] = step.kind === 'arrived' ? step.signal.effects : [];
  if (step.kind === 'restored' || effect === undefined || effect.kind === 'lift') return exactly(-Infinity);
  if (effect.before !== undefined) return exactly(effect.before);
  const { source, eventAt } = step.signal;
  const newest = Math.max(...instantsOf(present, source.name, 'revoke'));
  const lifts = instantsOf(all, source.name, 'lift');
  if (newest >= Math.max(-Infinity, ...lifts)) return exactly(Infinity);
  return { least: Math.min(...lifts.filter((liftedAt) => liftedAt > eventAt)), most: Math.max(...lifts) };
}

/** The times of a source's lifts, or of its blocks. */
function instantsOf(steps: readonly WriterStep[], source: string, kind: 'revoke' | 'lift'): readonly number[] {
  return steps.flatMap((step) => {
    if (step.kind !== 'arrived' || step.signal.source.name !== source) return [];
    const isOne = step.signal.effects.some((effect) =>
      effect.kind === 'lift' ? kind === 'lift' : kind === 'revoke' && effect.before === undefined,
    );
    return isOne ? [step.signal.eventAt] : [];
  });
}
