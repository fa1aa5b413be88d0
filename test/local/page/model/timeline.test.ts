import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DecisionEvent, RunEvent } from '../../../../local/log/run-event.ts';
import type { FedEvent } from '../../../../local/log/run-event-feed.ts';
import {
  type MarkKind,
  placeOf,
  type Revocation,
  sentenceOf,
  type Timeline,
  timelineOf,
} from '../../../../local/page/model/timeline.ts';

const OURS = '0123456789abcdef';

/** An entry that was asked for at 10.0 s and acknowledged at 10.1 s. */
const REVOCATION: Revocation = {
  ...{ fingerprint: OURS, after: 0, askedAt: 10_000, acknowledgedAt: 10_100 },
  ...{ resultTtlSeconds: 60, guaranteedLagSeconds: 67 },
};

type Judged = Pick<DecisionEvent, 'event' | 'outcome'>;

function judged(at: number, change: Partial<Judged> = {}, fingerprint = OURS): DecisionEvent {
  const exchange = { at, requestId: `r${at}`, method: 'GET', path: '/v1/orders', status: 200, milliseconds: 2 };
  return { ...exchange, event: 'cached', outcome: 'allowed', fingerprint, ...change };
}

const flushed = (at: number, event: 'flush' | 'flush settled' = 'flush'): RunEvent => ({
  ...{ event, at, apiId: 'localapi01', stage: 'v1', function: 'FlusherAtOnce' },
});

const fed = (events: readonly RunEvent[]): readonly FedEvent[] =>
  events.map((event, index) => ({ id: index + 1, event }));

const instantsOf = ({ marks }: Timeline) =>
  Object.fromEntries(marks.map(({ kind, at }) => [kind, at])) as Partial<Record<MarkKind, number>>;

const DECISION = { event: 'decision' } as const;
const REJECTED = { event: 'decision', outcome: 'rejected' } as const;

describe('a timeline', () => {
  const usual = fed([
    judged(9000, DECISION),
    judged(9500),
    judged(10_150),
    flushed(10_300),
    judged(10_400, REJECTED),
    judged(10_600, REJECTED),
    flushed(18_300, 'flush settled'),
  ]);

  it('has the last Allow, the first refusal and both flushes at the times that the gateway logged', () => {
    expect(instantsOf(timelineOf(REVOCATION, usual))).toEqual({
      ...{ entry: 10_100, flush: 10_300, 'flush settled': 18_300, bound: 77_100 },
      ...{ 'last allow': 10_150, 'first refusal': 10_400 },
    });
  });

  it('says in a sentence what it shows', () => {
    expect(sentenceOf(timelineOf(REVOCATION, usual))).toBe(
      'The last Allow came at +0.05 s, the first refusal at +0.30 s.',
    );
    expect(sentenceOf(timelineOf(REVOCATION, usual.slice(0, 2)))).toBe(
      'The last Allow came at −0.60 s, the first refusal has not come.',
    );
  });

  it('shows for how long the cached decision might have been reused', () => {
    expect(timelineOf(REVOCATION, usual).reuse).toEqual({ from: 9000, to: 69_000 });
  });

  it('shows no bar where decisions are not cached', () => {
    expect(timelineOf({ ...REVOCATION, resultTtlSeconds: 0 }, usual).reuse).toBeUndefined();
  });

  it('counts requests from the watch on: those of an earlier revocation of the token are not its own', () => {
    const earlier = fed([judged(2000, REJECTED), judged(9600), judged(10_400, REJECTED)]);
    const { dots } = timelineOf({ ...REVOCATION, after: 1 }, earlier);
    expect(dots.map(({ kind }) => kind)).toEqual(['cached', 'rejected']);
  });

  it('tells a request that could not be decided from a rejected one', () => {
    const events = fed([judged(9900, DECISION), judged(10_200, { outcome: 'undecided' }), judged(10_400, REJECTED)]);
    expect(timelineOf(REVOCATION, events).dots.map(({ kind }) => kind)).toEqual(['accepted', 'undecided', 'rejected']);
  });

  it('has no refusal before there is one, and no flush before there is one', () => {
    expect(Object.keys(instantsOf(timelineOf(REVOCATION, usual.slice(0, 3))))).toEqual([
      'entry',
      'last allow',
      'bound',
    ]);
  });

  it('counts an Allow after the first refusal as the last one: a broken promise is shown', () => {
    const events = fed([judged(10_200, REJECTED), judged(11_000)]);
    expect(instantsOf(timelineOf(REVOCATION, events))).toMatchObject({ 'first refusal': 10_200, 'last allow': 11_000 });
  });

  it('counts a 403 as an Allow, because the policy was used, and not one that could not be decided', () => {
    const events = fed([judged(10_200, { outcome: 'forbidden' }), judged(10_300, { outcome: 'undecided' })]);
    expect(instantsOf(timelineOf(REVOCATION, events))).toMatchObject({ 'last allow': 10_200 });
  });

  it('leaves out what was before the entry, and other tokens', () => {
    const events = fed([flushed(9000), judged(9500, REJECTED), judged(10_200, REJECTED, 'fedcba9876543210')]);
    const timeline = timelineOf(REVOCATION, events);
    expect(instantsOf(timeline)).toEqual({ entry: 10_100, bound: 77_100 });
    expect(timeline.dots).toHaveLength(1);
  });

  it('ends where the token is restored', () => {
    const restored = { ...REVOCATION, restoredAt: 12_000 };
    const events = fed([judged(10_200, REJECTED), judged(12_500)]);
    expect(instantsOf(timelineOf(restored, events))).not.toHaveProperty('last allow');
  });
});

describe('a place on the axis', () => {
  const end = fc.double({ min: 1, max: 3700, noNaN: true });
  const seconds = fc.double({ min: -10, max: 4000, noNaN: true });

  it('is inside the drawing, and later instants are never further left', () => {
    fc.assert(
      fc.property(end, seconds, seconds, (end, one, other) => {
        const [earlier, later] = [Math.min(one, other), Math.max(one, other)].map((each) => placeOf(each, end));
        return earlier !== undefined && later !== undefined && earlier >= 0 && later <= 1 && earlier <= later;
      }),
    );
  });

  it('keeps instants within the first second apart from each other, even where the bound is an hour', () => {
    expect(placeOf(0.5, 3607) - placeOf(0.25, 3607)).toBeGreaterThan(0.03);
  });
});
