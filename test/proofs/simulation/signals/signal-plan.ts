import type { ApiKind, CacheKey } from '../../../../lambda/policy/route.ts';
import type { FlushPace } from '../../../../lambda/signal/signal-source.ts';
import type { TokenName } from '../parts/simulated-issuer.ts';
import type { Chance } from '../time/chance.ts';

/** What a sender says about a token's user or session, by the kind of its message. */
export const SIGNAL_KINDS = [
  'logout of a user',
  'logout of a session',
  'password changed',
  'account disabled',
  'account enabled',
  'global revocation',
  'token revocation',
] as const;

export type SignalKind = (typeof SIGNAL_KINDS)[number];

/** A signal that a sender delivers until it is told that it was accepted. All times in milliseconds after the beginning. */
export interface PlannedSignal {
  readonly id: string;
  readonly kind: SignalKind;
  readonly token: TokenName;
  /** When the event took place at the sender. */
  readonly eventAfter: number;
  /** When the sender delivers it first, and again although it was accepted. */
  readonly deliveries: readonly number[];
}

/** What senders and operators do in one schedule, before delays and faults. */
export interface SignalPlan {
  /** Seconds. */
  readonly resultTtl: number;
  readonly cachePer: CacheKey;
  /** The APIs whose authorizer reads the table. */
  readonly apis: readonly [ApiKind, ...ApiKind[]];
  readonly pace: FlushPace;
  /** Seconds: the period of shared flushes. */
  readonly every: number;
  readonly signals: readonly PlannedSignal[];
  /** When an operator restores everything of the token `stolen`, in milliseconds after the beginning; undefined: never. */
  readonly restoreAfter: number | undefined;
}

/** Milliseconds before the first event: enough for every decision that can matter to begin earlier. */
const FIRST_EVENT = 12_000;

/** Milliseconds from an event until its sender delivers it, at least: longer than any clock is off, so that events keep their order. */
const MIN_DELIVERY = 5000;

export function signalPlanFrom(chance: Chance): SignalPlan {
  const count = chance.between(1, 4);
  return {
    resultTtl: chance.oneOf([5, 60, 300, 3600]),
    cachePer: chance.oneOf<CacheKey>(['token', 'route']),
    // Signals reach the stages by the table and the flusher: revocation-bound.test.ts has both kinds of APIs.
    apis: ['rest'],
    pace: chance.oneOf<FlushPace>(['at-once', 'shared', 'never', 'shared', 'at-once']),
    every: chance.oneOf([2, 10, 30]),
    signals: Array.from({ length: count }, (_, index) => plannedSignal(index, chance)),
    restoreAfter: chance.happens(0.35) ? FIRST_EVENT + MIN_DELIVERY + chance.between(3000, 40_000) : undefined,
  };
}

function plannedSignal(index: number, chance: Chance): PlannedSignal {
  const kind = chance.oneOf<SignalKind>(SIGNAL_KINDS);
  const eventAfter = FIRST_EVENT + chance.between(-4000, 8000);
  // Late and out of order: one event may be delivered when another, later one was delivered long ago.
  const first = eventAfter + MIN_DELIVERY + chance.delayUpTo(20_000);
  const repeated = chance.happens(0.5) ? chance.between(1, 2) : 0;
  const again = Array.from({ length: repeated }, () => first + chance.delayUpTo(50_000));
  return {
    id: `signal-${index}`,
    kind,
    token: chance.happens(0.75) ? 'stolen' : 'leaked',
    eventAfter,
    deliveries: [first, ...again],
  };
}
