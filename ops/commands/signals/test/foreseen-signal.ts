import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { type EntryItem, itemOf } from '../../../../lambda/revocation/revocation.ts';
import { formatTarget } from '../../../../lambda/revocation/revocation-target.ts';
import { liftedEntry, strongerEntry } from '../../../../lambda/revocation/stronger-entry.ts';
import type { Effect, Signal } from '../../../../lambda/signal/signal.ts';
import { liftId, recordId, SIGNAL_ATTRIBUTES } from '../../../../lambda/signal/store/signal-table.ts';
import { type Applied, targetOf, wantedEntry, wantedLift } from '../../../../lambda/signal/store/wanted-entry.ts';
import { readEntry } from '../../../entry/entry-table.ts';
import { issuerOf } from '../../../entry/revocation.ts';
import type { SignalsStack } from '../../../stack/signals-stack.ts';

/** What a signal would do to one entry. */
export interface ForeseenEntry {
  readonly kind: Effect['kind'];
  readonly target: ReturnType<typeof targetOf>;
  /** What the table holds now; undefined: no entry. */
  readonly existing: EntryItem | undefined;
  /** What it would hold afterwards; undefined: the same as now. */
  readonly result: EntryItem | undefined;
  /** Whether every token that the entry would revoke has ended, so that none is written. */
  readonly isOver: boolean;
}

/** A signal, and what it would do. */
export interface ForeseenSignal {
  readonly signal: Signal;
  /** When it was applied, in seconds; undefined: it was not, or nobody remembers. */
  readonly appliedAt: number | undefined;
  readonly entries: readonly ForeseenEntry[];
}

/** Says what a signal would do to the tables as they are. @param now - seconds since the epoch */
export async function foreseenSignal(signal: Signal, stack: SignalsStack, now: number): Promise<ForeseenSignal> {
  const { source, id } = signal;
  const issuer = issuerOf(stack.region.authorizer, source.issuerAlias);
  const [appliedAt, entries] = await Promise.all([
    id === undefined ? undefined : instantIn(stack, recordId(source.name, id), SIGNAL_ATTRIBUTES.appliedAt),
    Promise.all(signal.effects.map((effect) => foreseenEntry(effect, { signal, issuer, now }, stack))),
  ]);
  return { signal, appliedAt, entries };
}

async function foreseenEntry(effect: Effect, applied: Applied, stack: SignalsStack): Promise<ForeseenEntry> {
  const target = targetOf(effect, applied.signal);
  const key = formatTarget(target);
  const existing = await readEntry(stack.region, key);
  const entry = { kind: effect.kind, target, existing, isOver: false };
  if (effect.kind === 'lift') {
    return { ...entry, result: existing && liftedEntry(existing, wantedLift(effect, applied)) };
  }
  const liftedAt = await instantIn(stack, liftId(applied.signal.source.name, key), SIGNAL_ATTRIBUTES.liftedAt);
  const wanted = wantedEntry(effect, applied, liftedAt);
  if (wanted === undefined) return { ...entry, result: undefined, isOver: true };
  return { ...entry, result: existing === undefined ? itemOf(wanted) : strongerEntry(existing, wanted) };
}

/** An instant in an item of the table of signals, in seconds; undefined: there is no such item. */
async function instantIn(
  { region, signals }: SignalsStack,
  id: string,
  attribute: string,
): Promise<number | undefined> {
  const key = { [SIGNAL_ATTRIBUTES.id]: { S: id } };
  const { Item } = await region.client.send(
    new GetItemCommand({ TableName: signals.configuration.signalTable, Key: key, ConsistentRead: true }),
  );
  return Item === undefined ? undefined : Number(Item[attribute]?.N ?? 0);
}
