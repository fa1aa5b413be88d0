import { MAX_SHARED_PERIOD } from '../../lambda/flush/flush-timing.ts';
import type { CacheKey } from '../../lambda/policy/route.ts';
import { counted } from '../text/counted.ts';
import { textTable } from '../text/text-table.ts';
import { AWS_PRICES } from './aws-prices.ts';
import { type CostLine, monthlyCost, totalOf } from './plan-cost.ts';
import { type Herd, type Load, loadOf, type Workload } from './plan-load.ts';

export interface Plan {
  readonly workload: Workload;
  readonly load: Load;
  readonly cost: readonly CostLine[];
  readonly costPerMonth: number;
  readonly prices: { readonly region: string; readonly checkedOn: string };
}

/** Result TTLs to choose from, in seconds. */
const CHOICES = [0, 15, 60, 300, 900, 3600];

/** Lambda's default quota of concurrent executions of an account. */
const USUAL_CONCURRENCY_QUOTA = 1000;

export function planFor(workload: Workload): Plan {
  const load = loadOf(workload);
  const cost = monthlyCost(workload, load);
  const { region, checkedOn } = AWS_PRICES;
  return { workload, load, cost, costPerMonth: totalOf(cost), prices: { region, checkedOn } };
}

/** Plans of the same API with the usual result TTLs and the given one, per token and, if `routesPerToken` is given, per route. */
export function choicesFor(workload: Workload): readonly Plan[] {
  const resultTtls = [...new Set([...CHOICES, workload.resultTtl])].sort((a, b) => a - b);
  const cacheKeys: readonly CacheKey[] = workload.routesPerToken === undefined ? ['token'] : ['token', 'route'];
  return resultTtls.flatMap((resultTtl) => cacheKeys.map((cachePer) => planFor({ ...workload, resultTtl, cachePer })));
}

/** Plans of the same API with each pace of the entries of signals; none without signals or without the flusher. */
export function paceChoicesFor(workload: Workload): readonly Plan[] {
  if (workload.signalsPerHour === 0 || !workload.flush) return [];
  const periods = [...new Set([workload.flushEvery, MAX_SHARED_PERIOD])].sort((a, b) => a - b);
  const paces: readonly Pick<Workload, 'signalFlush' | 'flushEvery'>[] = [
    { signalFlush: 'at-once', flushEvery: workload.flushEvery },
    ...periods.map((flushEvery) => ({ signalFlush: 'shared', flushEvery }) as const),
    { signalFlush: 'never', flushEvery: workload.flushEvery },
  ];
  return paces.map((pace) => planFor({ ...workload, ...pace }));
}

export function planText(plan: Plan, choices: readonly Plan[], paceChoices: readonly Plan[]): string {
  return [
    textTable(['with a result TTL of', seconds(plan.workload.resultTtl)], loadRows(plan)),
    ...(plan.load.herd === undefined ? [] : [herdText(plan.load.herd)]),
    textTable(['US dollars a month', ''], costRows(plan)),
    textTable(
      ['result TTL', 'cached per', 'hit rate', 'invocations/s', 'guaranteed', 'expected', '$/month'],
      choices.map(choiceRow),
    ),
    ...(paceChoices.length === 0 ? [] : [paceTable(paceChoices)]),
    assumptions(plan),
  ].join('\n\n');
}

function loadRows({ load, workload }: Plan): readonly (readonly string[])[] {
  return [
    ['a decision is cached per', cacheKeyText(workload)],
    ['answered from the cache', percent(load.hitRate)],
    ['authorizer invocations', `${rounded(load.invocationsPerSecond)}/s`],
    ['  of which cold starts', percent(load.coldStartShare)],
    ['  busy at a time', rounded(load.concurrency)],
    ['DynamoDB read units', `${rounded(load.readUnitsPerSecond)}/s`],
    ...signalRows(workload, load),
    ['revoked, guaranteed after', seconds(load.guaranteedLag)],
    ...(load.settledLag === undefined ? [] : [['  while flushes work', seconds(load.settledLag)]]),
    ['  expected', seconds(load.expectedLag)],
  ];
}

function signalRows({ signalsPerHour }: Workload, load: Load): readonly (readonly string[])[] {
  if (load.signalLag === undefined) return [];
  return [
    ['signals', `${rounded(signalsPerHour)}/h`],
    ['  DynamoDB write units', `${rounded(load.writeUnitsPerSecond)}/s`],
    ['  flushes', `${rounded(load.flusher.flushesPerSecond * 3600)}/h`],
    ['  revoke within', seconds(load.signalLag)],
  ];
}

function paceTable(choices: readonly Plan[]): string {
  const headings = [
    'signals flush',
    'flushes/h',
    'hit rate',
    'invocations/s',
    'busy at a time',
    'revoke within',
    '$/month',
  ];
  return textTable(headings, choices.map(paceRow));
}

function paceRow({ workload, load, costPerMonth }: Plan): readonly string[] {
  return [
    workload.signalFlush === 'shared' ? `shared, ${seconds(workload.flushEvery)}` : workload.signalFlush,
    rounded(load.flusher.flushesPerSecond * 3600),
    percent(load.hitRate),
    rounded(load.invocationsPerSecond),
    rounded(load.concurrency),
    seconds(load.signalLag ?? load.guaranteedLag),
    dollars(costPerMonth),
  ];
}

function cacheKeyText({ cachePer, routesPerToken }: Workload): string {
  return cachePer === 'token' ? 'token' : `token and route, ${counted(routesPerToken ?? 0, 'route')} a token`;
}

function herdText({ invocationsInFirstSecond, concurrencyWarm, concurrencyCold }: Herd): string {
  const quota = concurrencyCold > USUAL_CONCURRENCY_QUOTA ? ', more than the usual quota of 1000: some get 500s' : '';
  const invocations = rounded(invocationsInFirstSecond);
  return [
    `Each entry flushes twice unless it shares its flush, and every flush is followed by ${invocations} ${invocations === '1' ? 'invocation' : 'invocations'} in its first second,`,
    `up to ${rounded(concurrencyWarm)} at a time if their environments are warm, ${rounded(concurrencyCold)} if none is${quota}.`,
  ].join('\n');
}

function costRows({ cost, costPerMonth }: Plan): readonly (readonly string[])[] {
  return [...cost.map(({ item, perMonth }) => [item, dollars(perMonth)]), ['total', dollars(costPerMonth)]];
}

function choiceRow({ workload, load, costPerMonth }: Plan): readonly string[] {
  return [
    seconds(workload.resultTtl),
    workload.cachePer,
    percent(load.hitRate),
    rounded(load.invocationsPerSecond),
    seconds(load.guaranteedLag),
    seconds(load.expectedLag),
    dollars(costPerMonth),
  ];
}

function assumptions({ workload, prices }: Plan): string {
  return [
    `Prices: ${prices.region}, list, ${prices.checkedOn}, no free tier; without the backend and data transfer.`,
    ...(workload.api === 'http'
      ? ['An HTTP API charges a request for each 512 KB of a request; here every request is smaller.']
      : []),
    `Assumed: tokens and routes used equally often at random times (skewed use costs less); a decision takes ${workload.decisionMs} ms,`,
    `a cold start ${workload.coldStartMs} ms more; ${counted(workload.keysPerRead, 'key')} a read. Expected lags are what AWS usually shows and nowhere promises.`,
  ].join('\n');
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

function rounded(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(2)));
}

function seconds(value: number): string {
  return `${rounded(value)} s`;
}

function dollars(value: number): string {
  return value.toFixed(2);
}
