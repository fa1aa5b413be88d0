import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { npmScripts } from '../../ops/cli/caller.ts';
import { parseCommandLine } from '../../ops/cli/quiet-commander.ts';
import { monthlyCost } from '../../ops/plan/plan-cost.ts';
import { loadOf, type Workload } from '../../ops/plan/plan-load.ts';
import { choicesFor, planFor, planText } from '../../ops/plan/plan-report.ts';
import { type Command, verbsGrammar } from '../../ops/verbs.ts';
import { SAMPLE_API as workload } from './plan/sample-workloads.ts';

describe('the load', () => {
  it('without a cache is every request, six read units each', () => {
    const load = loadOf({ ...workload, resultTtl: 0 });
    expect(load).toMatchObject({ hitRate: 0, invocationsPerSecond: 100, readUnitsPerSecond: 600, herd: undefined });
  });

  it('keeps as many environments busy as invocations last (Little)', () => {
    expect(loadOf({ ...workload, resultTtl: 0, coldStartMs: 0 }).concurrency).toBeCloseTo(1.5);
  });

  it('of a herd is at most all requests', () => {
    const { herd } = loadOf(workload);
    expect(herd?.invocationsInFirstSecond).toBeLessThanOrEqual(100);
    expect(herd?.concurrencyCold).toBeCloseTo(36.5);
  });

  it('has the guaranteed lag, and shorter ones only with the flusher', () => {
    expect(loadOf({ ...workload, resultTtl: 3600 })).toMatchObject({
      guaranteedLag: 3607,
      settledLag: 13,
      expectedLag: 2,
    });
    expect(loadOf({ ...workload, flush: false })).toMatchObject({
      guaranteedLag: 67,
      settledLag: undefined,
      expectedLag: 60,
    });
  });

  it('of rare requests is nearly all cold starts', () => {
    const rare = { ...workload, requestsPerSecond: 0.0001, activeTokens: 1 };
    expect(loadOf(rare).coldStartShare).toBeGreaterThan(0.9);
    expect(loadOf(workload).coldStartShare).toBeLessThan(0.01);
  });
});

describe('the monthly cost', () => {
  const costOf = (more: Partial<Workload>, item: string) => {
    const changed = { ...workload, ...more };
    return monthlyCost(changed, loadOf(changed)).find((line) => line.item === item)?.perMonth;
  };

  it('of requests follows API Gateway’s price steps', () => {
    expect(costOf({ requestsPerSecond: 100 }, 'API Gateway requests')).toBeCloseTo(262.8 * 3.5);
    expect(costOf({ requestsPerSecond: 200 }, 'API Gateway requests')).toBeCloseTo(333 * 3.5 + (525.6 - 333) * 2.8);
  });

  it('of an HTTP API’s requests follows its own price steps', () => {
    expect(costOf({ api: 'http', requestsPerSecond: 100 }, 'API Gateway requests')).toBeCloseTo(262.8);
    expect(costOf({ api: 'http', requestsPerSecond: 200 }, 'API Gateway requests')).toBeCloseTo(300 + 225.6 * 0.9);
  });

  it('of reads is a unit for each key of each decision', () => {
    expect(costOf({ resultTtl: 0 }, 'DynamoDB reads')).toBeCloseTo(262.8 * 6 * 0.125);
    expect(costOf({ resultTtl: 0, keysPerRead: 1 }, 'DynamoDB reads')).toBeCloseTo(262.8 * 0.125);
  });

  it('of the flusher is zero without it', () => {
    expect(costOf({ flush: false }, 'Lambda flusher')).toBe(0);
    expect(costOf({}, 'Lambda flusher')).toBeGreaterThan(0);
  });

  it('falls with every longer result TTL', () => {
    const costs = choicesFor(workload).map(({ costPerMonth }) => costPerMonth);
    expect(costs).toEqual([...costs].sort((a, b) => b - a));
  });
});

describe('the report', () => {
  it('compares several result TTLs, the given one among them', () => {
    const asked = { ...workload, resultTtl: 45 };
    expect(choicesFor(asked).map((plan) => plan.workload.resultTtl)).toEqual([0, 15, 45, 60, 300, 900, 3600]);
  });

  it('compares both kinds of cache if the number of routes per token is given', () => {
    const asked = { ...workload, routesPerToken: 5 };
    const choices = choicesFor(asked);
    expect(choices.slice(2, 4).map((plan) => plan.workload)).toMatchObject([
      { resultTtl: 15, cachePer: 'token' },
      { resultTtl: 15, cachePer: 'route' },
    ]);
    expect(choices[3]?.costPerMonth).toBeGreaterThan(choices[2]?.costPerMonth ?? Number.NaN);
    expect(planText(planFor({ ...asked, cachePer: 'route' }), choices, [])).toMatch(
      /a decision is cached per +token and route, 5 routes a token\n[\s\S]*\n60 s +route /,
    );
  });

  it('dates its prices and describes the invocations after a flush', () => {
    const text = planText(planFor(workload), choicesFor(workload), []);
    expect(text).toMatch(/us-east-1, list, 20\d\d-\d\d-\d\d/);
    expect(text).toMatch(/flushes twice/);
    expect(text).not.toMatch(/512 KB/);
    expect(planText(planFor({ ...workload, api: 'http' }), [], [])).toMatch(/512 KB/);
    expect(planText(planFor({ ...workload, flush: false }), [], [])).not.toMatch(/flushes twice/);
  });
});

describe('the command line', () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['', /requests-per-second/],
    ['--requests-per-second 5', /active-tokens/],
    ['--requests-per-second 0 --active-tokens 5', /above 0/],
    ['--requests-per-second 1e999 --active-tokens 5', /above 0/],
    ['--requests-per-second 5 --active-tokens 5 --result-ttl 3601', /0 to 3600/],
    ['--requests-per-second 5 --active-tokens 5 --result-ttl 1.5', /whole seconds/],
    ['--requests-per-second 5 --active-tokens 5 --keys-per-read 71', /1 to 70/],
    ['--requests-per-second 5 --active-tokens 5 --cache-per method', /token, route/],
    ['--requests-per-second 5 --active-tokens 5 --api websocket', /rest, http/],
    ['--requests-per-second 5 --active-tokens 5 --cache-per route', /--routes-per-token/],
    ['--requests-per-second 5 --active-tokens 5 --routes-per-token 0', /from 1/],
    ['--requests-per-second 5 --active-tokens 5 --signal-flush often', /at-once, shared, never/],
    ['--requests-per-second 5 --active-tokens 5 --flush-every 241', /1 to 240/],
    ['--requests-per-second 5 --active-tokens 5 --signals-per-hour -1', /from 0/],
    ['--requests-per-second 5 --active-tokens 5 --unknown', /Unknown option '--unknown'/],
    ['--requests-per-second 5 --active-tokens 5 more', /Too many arguments/],
  ];
  it.each(wrong)('%j is a usage error in one sentence', (line, message) => {
    const parse = () =>
      parseCommandLine<Command>(verbsGrammar(npmScripts), ['plan', ...line.split(' ').filter(Boolean)]);
    expect(parse).toThrow(message);
    expect(parse).toThrow(/^(?!.*\. )[^\n]*[^.]\.$/);
  });

  const run = (line: string) => promisify(execFile)(process.execPath, ['ops/plan.ts', ...line.split(' ')]);

  it('prints one JSON document', async () => {
    const { stdout } = await run('--requests-per-second 100 --active-tokens 2000 --revocations-per-hour 6 --json');
    expect(JSON.parse(stdout).load).toEqual(JSON.parse(JSON.stringify(loadOf(workload))));
  });

  it('exits with 2 and prints nothing on standard output when it is wrong', async () => {
    await expect(run('--active-tokens none')).rejects.toMatchObject({ code: 2, stdout: '' });
  });

  it('prints its options with --help', async () => {
    expect((await run('--help')).stdout).toContain('--revocations-per-hour');
  });
});
