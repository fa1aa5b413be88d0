import { describe, expect, it } from 'vitest';
import { monthlyCost } from '../../../ops/plan/plan-cost.ts';
import { loadOf, type Workload } from '../../../ops/plan/plan-load.ts';
import { choicesFor, paceChoicesFor, planFor, planText } from '../../../ops/plan/plan-report.ts';
import { SAMPLE_API as workload } from './sample-workloads.ts';

describe('the load', () => {
  it.each([
    ['at-once', 13],
    ['shared', 43],
    ['never', 3607],
  ] as const)('of signals that flush %s has their bound: %i s', (signalFlush, lag) => {
    const signals = { ...workload, resultTtl: 3600, signalsPerHour: 60, signalFlush };
    expect(loadOf(signals).signalLag).toBe(lag);
    expect(loadOf({ ...signals, flush: false }).signalLag).toBe(3607);
    expect(loadOf({ ...signals, signalsPerHour: 0 }).signalLag).toBeUndefined();
  });

  it('of signals is as that of entries where they flush at once, smaller where they share a flush, and none without', () => {
    const rateOf = (more: Partial<Workload>) => loadOf({ ...workload, revocationsPerHour: 0, ...more }).hitRate;
    const shared = rateOf({ signalsPerHour: 600, flushEvery: 30 });
    expect(rateOf({ signalsPerHour: 600, signalFlush: 'at-once' })).toBe(rateOf({ revocationsPerHour: 600 }));
    expect(shared).toBeGreaterThan(rateOf({ revocationsPerHour: 600 }));
    expect(rateOf({ signalsPerHour: 600, flushEvery: 240 })).toBeGreaterThan(shared);
    expect(rateOf({ signalsPerHour: 600, signalFlush: 'never' })).toBe(rateOf({}));
    expect(rateOf({ signalsPerHour: 600, flush: false })).toBe(rateOf({}));
  });

  it('of entries and signals flushes once a second at most', () => {
    expect(loadOf({ ...workload, revocationsPerHour: 36_000 }).flusher.flushesPerSecond).toBeCloseTo(1);
    expect(loadOf({ ...workload, signalsPerHour: 36_000, revocationsPerHour: 0 }).flusher.flushesPerSecond).toBeCloseTo(
      1 / 30,
    );
  });
});

describe('the monthly cost', () => {
  const costOf = (more: Partial<Workload>, item: string) => {
    const changed = { ...workload, ...more };
    return monthlyCost(changed, loadOf(changed)).find((line) => line.item === item)?.perMonth;
  };

  it('of signals is a request, five write units and a run of the receiver each, and the queue where they share a flush', () => {
    const signals = { signalsPerHour: 3600, requestsPerSecond: 1 };
    const count = 2.628;
    expect(costOf({}, 'SQS requests')).toBeUndefined();
    expect(costOf(signals, 'API Gateway requests')).toBeCloseTo(2 * count * 3.5);
    expect(costOf({ ...signals, revocationsPerHour: 0 }, 'DynamoDB writes')).toBeCloseTo(count * 5 * 0.625);
    expect(costOf(signals, 'Lambda signals')).toBeCloseTo(count * (0.2 + 0.05 * 13.3334));
    // A send for each, two requests for one flush in 30 s, and a quarter of a poll in each second.
    expect(costOf(signals, 'SQS requests')).toBeCloseTo(count * (1 + 2 / 30 + 0.25) * 0.5);
    expect(costOf({ ...signals, signalFlush: 'never' }, 'SQS requests')).toBe(0);
  });

  it('of the flusher has an upper limit: each function waits in one environment', () => {
    const most = costOf({ revocationsPerHour: 36_000 }, 'Lambda flusher') ?? Number.NaN;
    expect(most).toBeLessThan(2 * 2.628e6 * 0.5 * 0.0000133334 + 2 * 2.628 * 0.2);
    expect(most).toBeGreaterThan(costOf({ revocationsPerHour: 60 }, 'Lambda flusher') ?? Number.NaN);
  });
});

it('compares the paces of signals: shared in the given time and in the longest', () => {
  const asked = { ...workload, signalsPerHour: 600, flushEvery: 60 };
  const paces = paceChoicesFor(asked);
  expect(paces.map((plan) => [plan.workload.signalFlush, plan.workload.flushEvery])).toEqual([
    ['at-once', 60],
    ['shared', 60],
    ['shared', 240],
    ['never', 60],
  ]);
  expect(planText(planFor(asked), choicesFor(asked), paces)).toMatch(/\nshared, 60 s +\d+ .* 67 s +\d+\.\d\d\n/);
  expect(paceChoicesFor({ ...asked, signalsPerHour: 0 })).toEqual([]);
  expect(paceChoicesFor({ ...asked, flush: false })).toEqual([]);
});
