import type { DecisionEvent, FlushEvent, RunEvent } from '../../log/run-event.ts';
import type { FedEvent } from '../../log/run-event-feed.ts';
import { lagText } from './clock-text.ts';

/** A token that was taken back, as the timeline must know it. Times are in milliseconds since the epoch. */
export interface Revocation {
  /** Of the token whose requests are shown. */
  readonly fingerprint: string;
  /** The id of the last event before the page began to watch the token. */
  readonly after: number;
  /** When the page's server was asked for the entry. */
  readonly askedAt: number;
  /** When DynamoDB had acknowledged the entry, and a strong read had found it. */
  readonly acknowledgedAt: number;
  /** undefined: the entry stands. */
  readonly restoredAt?: number | undefined;
  readonly resultTtlSeconds: number;
  readonly guaranteedLagSeconds: number;
}

/** The kinds of instants on a timeline. */
export type MarkKind = 'entry' | 'flush' | 'flush settled' | 'last allow' | 'first refusal' | 'bound';

export interface Mark {
  readonly kind: MarkKind;
  /** Milliseconds since the epoch, as the gateway logged it. */
  readonly at: number;
}

/** One request with the token, since the page began to watch it. */
export interface Dot {
  readonly at: number;
  readonly kind: DotKind;
}

/** `accepted`: decided for this request; `cached`: accepted by the result cache; `undecided`: the authorizer could not decide. */
export type DotKind = 'accepted' | 'cached' | 'rejected' | 'undecided';

export interface Timeline {
  /** When the entry was acknowledged and found: the zero of the axis. */
  readonly zero: number;
  /** The earliest first. */
  readonly marks: readonly Mark[];
  readonly dots: readonly Dot[];
  /** For how long the cache might reuse the decision that was cached last before the refusal. undefined: none was cached. */
  readonly reuse: { readonly from: number; readonly to: number } | undefined;
}

/** Draws up the timeline from the events of the run. */
export function timelineOf(revocation: Revocation, fed: readonly FedEvent[]): Timeline {
  const { acknowledgedAt, after, fingerprint, restoredAt = Number.POSITIVE_INFINITY } = revocation;
  const isOwn = (event: RunEvent): event is DecisionEvent => isDecision(event) && event.fingerprint === fingerprint;
  const meanwhile = fed.filter(({ event }) => event.at < restoredAt);
  const events = meanwhile.map(({ event }) => event);
  const watched = meanwhile.filter(({ id }) => id > after).map(({ event }) => event);
  const own = events.filter(isOwn);
  const decided = own.filter(isAccepted).findLast(({ event }) => event === 'decision');
  return {
    zero: acknowledgedAt,
    marks: marksOf(revocation, events, own),
    dots: watched.filter(isOwn).map((event) => ({ at: event.at, kind: dotKindOf(event) })),
    reuse: decided && reuseFrom(decided.at, revocation),
  };
}

function marksOf(
  { askedAt, acknowledgedAt, guaranteedLagSeconds }: Revocation,
  events: readonly RunEvent[],
  own: readonly DecisionEvent[],
): readonly Mark[] {
  const firstRefusal = own.find(({ outcome, at }) => outcome === 'rejected' && at >= askedAt);
  const flushes = events.filter(isFlush).filter(({ at }) => at >= askedAt);
  return [
    mark('entry', acknowledgedAt),
    mark('flush', flushes.find(({ event }) => event === 'flush')?.at),
    mark('flush settled', flushes.find(({ event }) => event === 'flush settled')?.at),
    mark('last allow', own.findLast(isAccepted)?.at),
    mark('first refusal', firstRefusal?.at),
    mark('bound', acknowledgedAt + guaranteedLagSeconds * 1000),
  ]
    .filter((each) => each !== undefined)
    .toSorted((one, other) => one.at - other.at);
}

/** undefined: the gateway caches nothing. */
function reuseFrom(from: number, { resultTtlSeconds }: Revocation): Timeline['reuse'] {
  return resultTtlSeconds === 0 ? undefined : { from, to: from + resultTtlSeconds * 1000 };
}

/** Says in a sentence what the timeline shows. */
export function sentenceOf({ zero, marks }: Timeline): string {
  const lagOf = (kind: MarkKind) => {
    const found = marks.find((mark) => mark.kind === kind);
    return found && lagText(found.at - zero);
  };
  const [lastAllow, firstRefusal] = [lagOf('last allow'), lagOf('first refusal')];
  const allowed = lastAllow === undefined ? 'It was not allowed' : `The last Allow came at ${lastAllow}`;
  return `${allowed}, the first refusal ${firstRefusal === undefined ? 'has not come' : `at ${firstRefusal}`}.`;
}

function mark(kind: MarkKind, at: number | undefined): Mark | undefined {
  return at === undefined ? undefined : { kind, at };
}

function isDecision(event: RunEvent): event is DecisionEvent {
  return event.event === 'decision' || event.event === 'cached';
}

function isFlush(event: RunEvent): event is FlushEvent {
  return event.event === 'flush' || event.event === 'flush settled';
}

/** A token without the scope is still accepted: its policy was used. */
function isAccepted({ outcome }: DecisionEvent): boolean {
  return outcome === 'allowed' || outcome === 'forbidden';
}

function dotKindOf(event: DecisionEvent): DotKind {
  if (isAccepted(event)) return event.event === 'cached' ? 'cached' : 'accepted';
  return event.outcome === 'rejected' ? 'rejected' : 'undecided';
}

/** Seconds next to the zero that the axis shows in linear steps. */
const LINEAR = 0.1;

/**
 * The place of an instant on an axis that is logarithmic on both sides of its zero, so that a flush within a second and a bound of an
 * hour are both to be seen. The left end is a second before the entry.
 *
 * @param seconds - from the zero
 * @param end - the seconds at the right end
 * @returns 0 (left end) to 1 (right end)
 */
export function placeOf(seconds: number, end: number): number {
  const [left, right, here] = [-1, end, seconds].map(stretched) as [number, number, number];
  return Math.min(1, Math.max(0, (here - left) / (right - left)));
}

function stretched(seconds: number): number {
  return Math.sign(seconds) * Math.log1p(Math.abs(seconds) / LINEAR);
}

const TICKS = [-1, 0, 0.3, 1, 3, 10, 30, 60, 300, 1800, 3600];

/** The instants to write at the axis, in seconds from the zero. */
export function ticksUntil(end: number): readonly number[] {
  return TICKS.filter((tick) => tick <= end);
}

/** The seconds at the right end of the axis: the latest mark. */
export function endOf({ zero, marks }: Timeline): number {
  return Math.max(1, ...marks.map(({ at }) => (at - zero) / 1000));
}
