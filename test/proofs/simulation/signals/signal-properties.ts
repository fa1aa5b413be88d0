import { TABLE } from '../parts/simulated-table.ts';
import { EPOCH } from '../time/world.ts';
import type { Attributes } from '../writers/condition-expression.ts';
import { isWeaker, revokes } from '../writers/writers-properties.ts';
import { targetOf } from './signal-messages.ts';
import type { PlannedSignal } from './signal-plan.ts';
import { guaranteedBound, isRevoking, paceBound, type SignalRun, signalsAbout } from './signal-schedule.ts';
import type { SignalAnswer } from './signal-sender.ts';

/** When the tokens of the simulation were issued, and a time after every event. Seconds since the epoch. */
const ISSUED_AT = EPOCH - 10;
const LATER = EPOCH + 10_000;

/** Promises to senders and operators. Each returns the violations in a run. */
export const SIGNAL_PROPERTIES = {
  'no signal weakens an entry, apart from the end of a block': ({ plan, table }) =>
    table.changes
      .filter(({ table: name, from, to }) => name === TABLE && isWeaker(to, from))
      .filter(({ by }) => plan.signals.some((signal) => signal.id === by && isRevoking(signal)))
      .map(({ by, id }) => `${by} weakened ${id}`),

  'an entry revokes what every accepted signal said, unless it was restored after': (run) =>
    accepted(run)
      .filter(({ signal, at }) => isRevoking(signal) && !isRestoredAfter(signal, at, run))
      .filter(({ signal }) => !isRevoked(entryOf(signal, run), ISSUED_AT))
      .map(({ signal }) => `${signal.id} is accepted, and ${targetOf(signal)} does not revoke`),

  'blocks and their ends leave what the times of their events say, in whatever order they arrive': (run) =>
    run.restoredAt !== undefined || run.lost.length > 0
      ? []
      : ['stolen', 'leaked'].flatMap((token) => misordered(token, run)),

  'a signal changes the table once, whatever was restored': ({ plan, table }) =>
    plan.signals
      .filter(({ kind }) => kind !== 'token revocation')
      .filter(({ id }) => table.changes.filter(({ table: name, by }) => name === TABLE && by === id).length > 1)
      .map(({ id }) => `${id} changed the table again`),

  'a signal is accepted only after its entry was written': (run) =>
    accepted(run)
      .filter(
        ({ isWritten, signal }) => !isWritten && !(signal.kind === 'token revocation' && run.restoredAt !== undefined),
      )
      .map(({ signal }) => `${signal.id} was accepted, and nothing was written`),

  'no Allow after T + L from the acceptance of a signal': (run) => allowsAfter(run, guaranteedBound(run.plan)),

  'no Allow after the bound of its pace, while flushes work and clocks agree': (run) =>
    run.world.flushesWork && run.world.clocksAgree ? allowsAfter(run, paceBound(run.plan)) : [],

  'a sender that comes again is told success': ({ lost }) => lost.map(({ id }) => `${id} was never accepted`),

  'senders are told success, or to come again': ({ signalAnswers }) =>
    signalAnswers
      .filter(({ status }) => status !== undefined && status !== 503 && !isSuccess(status))
      .map(({ status, signal }) => `${status} for ${signal.id}`),
} as const satisfies Readonly<Record<string, (run: SignalRun) => readonly string[]>>;

export type SignalProperty = keyof typeof SIGNAL_PROPERTIES;

/** The properties that a run breaks. */
export function brokenSignalProperties(run: SignalRun): readonly SignalProperty[] {
  const all = Object.keys(SIGNAL_PROPERTIES) as readonly SignalProperty[];
  return all.filter((property) => SIGNAL_PROPERTIES[property](run).length > 0);
}

/** The largest part of the bound of the pace, 0 to 1, for which a token was still allowed after an accepted signal; 0: not at all. */
export function usedPartOfPaceBound(run: SignalRun): number {
  if (!(run.world.flushesWork && run.world.clocksAgree)) return 0;
  const lags = accepted(run)
    .filter(({ signal, at }) => isRevoking(signal) && !isRestoredAfter(signal, at, run))
    .flatMap(({ signal, at }) =>
      run.answers
        .filter(({ token, status }) => token === signal.token && status === 200)
        .map((answer) => answer.at - at),
    );
  return Math.max(0, ...lags) / paceBound(run.plan);
}

function isSuccess(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status < 300;
}

function accepted({ signalAnswers }: SignalRun): readonly SignalAnswer[] {
  return signalAnswers.filter(({ status }) => isSuccess(status));
}

function entryOf(signal: PlannedSignal, { table }: SignalRun): Attributes | undefined {
  return table.tables[TABLE]?.items.get(targetOf(signal));
}

function isRevoked(entry: Attributes | undefined, issuedAt: number): boolean {
  return entry !== undefined && (entry.before === undefined || revokes(entry, issuedAt));
}

/** Whether an operator restored the signal's entry after the signal was applied, and by `until`. */
function isRestoredAfter(
  { id, token }: PlannedSignal,
  acceptedAt: number,
  { restoredAt, table }: SignalRun,
  until = Number.POSITIVE_INFINITY,
): boolean {
  // A repetition is accepted after the restore and changes nothing.
  const changedAt = table.changes.find(({ by }) => by === id)?.at ?? acceptedAt;
  const appliedAt = Math.min(changedAt, acceptedAt);
  return token === 'stolen' && restoredAt !== undefined && appliedAt <= restoredAt && restoredAt <= until;
}

/** Blocks of a user against their ends: the later event wins, and a block at the same second. */
function misordered(token: string, run: SignalRun): readonly string[] {
  const target = `sub#main#${token}-sub`;
  const eventOf = ({ eventAfter }: PlannedSignal) => Math.floor(eventAfter / 1000);
  const lastBlock = Math.max(...signalsAbout(target, 'block', run).map(eventOf));
  const lastLift = Math.max(...signalsAbout(target, 'lift', run).map(eventOf));
  const entry = run.table.tables[TABLE]?.items.get(target);
  // Events in seconds since the epoch begin up to a second later than those after the beginning: leave ties out.
  if (lastBlock === -Infinity || Math.abs(lastBlock - lastLift) <= 1) return [];
  const isBlocked = isRevoked(entry, LATER);
  return isBlocked === lastBlock > lastLift ? [] : [`${target} ${isBlocked ? 'is blocked' : 'is not blocked'}`];
}

function allowsAfter(run: SignalRun, bound: number): readonly string[] {
  return accepted(run)
    .filter(({ signal }) => isRevoking(signal))
    .flatMap(({ signal, at }) =>
      run.answers
        .filter(({ token, status, at: askedAt }) => token === signal.token && status === 200 && askedAt > at + bound)
        .filter(({ at: askedAt }) => !isRestoredAfter(signal, at, run, askedAt))
        .map(
          (answer) => `${answer.token} was allowed ${(answer.at - at) / 1000} s after ${signal.id} (${bound / 1000} s)`,
        ),
    );
}

/** A text that explains a run: how to repeat it, its settings, every note and every broken property. */
export function signalReportOf(run: SignalRun): string {
  const { seed, plan, world } = run;
  const broken = Object.entries(SIGNAL_PROPERTIES).flatMap(([property, violations]) =>
    violations(run).map((violation) => `BROKEN: ${property}: ${violation}`),
  );
  return [
    `Seed ${seed}; to repeat it: SIMULATION_SEED=${seed} npx -c 'vitest run test/proofs/simulation/signals'`,
    `T = ${plan.resultTtl} s, pace ${plan.pace}, every ${plan.every} s, ${world.flushesWork ? 'flushes work' : 'flushes may fail'}, clocks ${world.clocksAgree ? 'agree' : 'differ'}, faults: ${[...world.struck].join(', ') || 'none'}`,
    ...plan.signals.map((signal) => JSON.stringify(signal)),
    ...world.notes,
    ...broken,
  ].join('\n');
}
