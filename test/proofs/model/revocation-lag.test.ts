import { describe, expect, it } from 'vitest';
import { decisionTime, settleTime } from '../../../lambda/flush/flush-timing.ts';
import { FULL_SUITE } from '../../support/full-suite.ts';
import { boundOf, exploreRace } from './revocation-lag.ts';
import { initialState, keyOf, type RaceParameters, stepsFrom } from './revocation-race.ts';
import { explore } from './state-explorer.ts';

const noFlush: RaceParameters = {
  stages: 1,
  flushedStages: 1,
  routes: 1,
  flushedRoutes: 1,
  resultTtl: 12,
  decisionTime: 2,
  flushDelay: 1,
  flushEffect: 1,
  flushAtOnce: false,
  settleMargin: undefined,
  replicaDelay: 0,
  negativeCache: 0,
};
const oneFlush: RaceParameters = { ...noFlush, flushAtOnce: true };
const twoFlushes: RaceParameters = { ...oneFlush, settleMargin: 1 };
const perRoute = { routes: 2, flushedRoutes: 2 } as const;
/** A REST API's and an HTTP API's, of one table. */
const bothKinds = { stages: 2, flushedStages: 2 } as const;

describe('the last Allow after a revocation, over all interleavings (T=12, L=2, S=F=1)', () => {
  const table: readonly (readonly [rule: string, parameters: RaceParameters, lastAllow: number])[] = [
    ['without a flush', noFlush, 12],
    ['with one flush, which proves nothing', oneFlush, 12],
    ['with two flushes', twoFlushes, 5],
    ['with two flushes and eventually consistent reads', { ...twoFlushes, replicaDelay: 2 }, 14],
    ['with two flushes and a negative cache', { ...twoFlushes, negativeCache: 3 }, 14],
    ['without result caching', { ...noFlush, resultTtl: 0 }, 1],
    ['without result caching, with two flushes', { ...twoFlushes, resultTtl: 0 }, 1],
    ['with the settled flush alone', { ...twoFlushes, flushAtOnce: false }, 5],
    ['with a second flush that does not wait for decisions in flight', { ...twoFlushes, settleMargin: -1 }, 12],
    ['on any of two routes, each with an entry of its own, without a flush', { ...noFlush, ...perRoute }, 12],
    ['on any of two routes, with two flushes', { ...twoFlushes, ...perRoute }, 5],
    ['on any of two routes, with flushes of only one route', { ...twoFlushes, routes: 2 }, 12],
    ['at any of two stages, without a flush', { ...noFlush, ...bothKinds }, 12],
    ['at any of two stages, with two flushes of each', { ...twoFlushes, ...bothKinds }, 5],
    [
      'at any of two stages, with the settled flush alone of each',
      { ...twoFlushes, ...bothKinds, flushAtOnce: false },
      5,
    ],
    ['at any of two stages, with one flush of each', { ...oneFlush, ...bothKinds }, 12],
    ['at any of two stages, with flushes of only one stage', { ...twoFlushes, stages: 2 }, 12],
  ];
  it.each(table)('%s', (_rule, parameters, lastAllow) => {
    expect(exploreRace(parameters).lastAllow).toBe(lastAllow);
    expect(boundOf(parameters)).toBe(lastAllow);
  });
});

it('one flush misses a decision in flight, which is cached after the flush and lives for the result TTL', () => {
  const { counterexample, states } = exploreRace(oneFlush);
  console.log(`${states} states; one flush is not enough:\n  ${counterexample.join('\n  ')}`);
  const missed = counterexample.findIndex((line) => line.includes('finds the token not revoked (read)'));
  const written = counterexample.findIndex((line) => line.includes('written'));
  const emptied = counterexample.findIndex((line) => line.includes('flush at once empties'));
  const cached = counterexample.findLastIndex((line) => line.includes('caches it'));
  expect([missed, written, emptied, cached].every((index) => index >= 0)).toBe(true);
  expect(missed).toBeLessThan(written);
  expect(emptied).toBeLessThan(cached);
});

it('a flush of only one route leaves the Allow on the other', () => {
  const { counterexample } = exploreRace({ ...twoFlushes, routes: 2 });
  const emptied = counterexample.findIndex((line) => line.includes('settled flush empties'));
  expect(emptied).not.toBe(-1);
  expect(counterexample.findIndex((line) => /answers Allow, node . for route 2 caches it/.test(line))).not.toBe(-1);
  expect(counterexample.slice(emptied).some((line) => line.includes('caches it'))).toBe(false);
});

it('flushes of only one stage leave the Allow at the other', () => {
  const { counterexample } = exploreRace({ ...twoFlushes, stages: 2 });
  const emptied = counterexample.flatMap((line) => /empties node (\d)/.exec(line)?.[1] ?? []);
  const cached = counterexample.flatMap((line) => /answers Allow, node (\d) .* caches it/.exec(line)?.[1] ?? []);
  expect([new Set(emptied), cached.at(-1)]).toEqual([new Set(['1']), '2']);
});

it.each<readonly [rule: string, parameters: RaceParameters]>([
  ['one flush', oneFlush],
  ['two flushes and a negative cache', { ...twoFlushes, resultTtl: 4, negativeCache: 2 }],
  ['flushes of one of two routes', { ...twoFlushes, ...perRoute, flushedRoutes: 1, resultTtl: 1, decisionTime: 1 }],
  ['flushes of two stages', { ...twoFlushes, ...bothKinds, resultTtl: 2, decisionTime: 1 }],
  ['flushes of one of two stages', { ...twoFlushes, stages: 2, resultTtl: 2, decisionTime: 1 }],
])('merging states that differ only in the order of nodes and authorizers misses no state: %s', (_, parameters) => {
  const keysBy = (key: typeof keyOf) =>
    new Set(Array.from(explore(initialState(parameters), stepsFrom(parameters), key), ({ state }) => keyOf(state)));
  expect(keysBy(keyOf)).toEqual(keysBy((state) => JSON.stringify(state)));
});

/** Pairs of `flushDelay` and `flushEffect`, in ticks. */
const FLUSH_DELAYS = FULL_SUITE
  ? [
      [0, 0],
      [2, 0],
      [0, 2],
      [1, 2],
    ]
  : [
      [0, 0],
      [1, 2],
    ];

describe('the closed formula', () => {
  const times = [0, 1, 4].flatMap((resultTtl) =>
    [1, 3].flatMap((decision) =>
      FLUSH_DELAYS.map(([flushDelay = 0, flushEffect = 0]) => ({
        resultTtl,
        decisionTime: decision,
        flushDelay,
        flushEffect,
      })),
    ),
  );
  const rules: readonly (readonly [rule: string, parameters: Partial<RaceParameters>])[] = [
    ['no flush', {}],
    ['one flush', { flushAtOnce: true }],
    ['two flushes', { flushAtOnce: true, settleMargin: 1 }],
    ['two flushes without a margin', { flushAtOnce: true, settleMargin: 0 }],
    ['two flushes, the second too early', { flushAtOnce: true, settleMargin: -1 }],
    ['two flushes and stale reads', { flushAtOnce: true, settleMargin: 1, replicaDelay: 1 }],
    ['two flushes and reads more stale than the margin', { flushAtOnce: true, settleMargin: 1, replicaDelay: 3 }],
    ['two flushes and a short negative cache', { flushAtOnce: true, settleMargin: 1, negativeCache: 2 }],
    ['two flushes and a long negative cache', { flushAtOnce: true, settleMargin: 1, negativeCache: 3 }],
    ['two routes', perRoute],
    ['two routes, and two flushes', { ...perRoute, flushAtOnce: true, settleMargin: 1 }],
    ['two routes, and two flushes of only one', { routes: 2, flushAtOnce: true, settleMargin: 1 }],
    ['two stages, and two flushes of each', { ...bothKinds, flushAtOnce: true, settleMargin: 1 }],
    ['two stages, and two flushes of only one', { stages: 2, flushAtOnce: true, settleMargin: 1 }],
  ];
  it.each(rules)('equals the last Allow over all interleavings: %s', (_rule, rule) => {
    for (const time of times) {
      const parameters = { ...noFlush, ...time, ...rule };
      expect({ ...parameters, lastAllow: exploreRace(parameters).lastAllow }).toEqual({
        ...parameters,
        lastAllow: boundOf(parameters),
      });
    }
  });
});

it('the deployed settled flush waits longer than any decision takes, as the model’s second flush does', () => {
  for (const timeout of [1, 3, 5, 29]) expect(settleTime(timeout)).toBeGreaterThan(decisionTime(timeout));
});
