import { type Command as Commander, InvalidArgumentError, Option } from 'commander';
import { MAX_SHARED_PERIOD } from '../../lambda/flush/flush-timing.ts';
import type { ApiKind, CacheKey } from '../../lambda/policy/route.ts';
import { MAX_REVOCATION_CLAIMS } from '../../lambda/revocation/revocation-claim.ts';
import { REVOCATION_LEVELS, TARGET_PREFIXES } from '../../lambda/revocation/revocation-level.ts';
import { FLUSH_PACES, type FlushPace } from '../../lambda/signal/signal-source.ts';
import { MAX_SUBJECT_ALIASES } from '../../lambda/token/subject-alias.ts';
import { MAX_FORMER_ALIASES } from '../../lambda/token/trusted-issuer.ts';
import { UsageError } from '../cli/operator-error.ts';
import type { Found } from '../cli/quiet-commander.ts';
import type { Workload } from './plan-load.ts';

/**
 * Every target under the present alias and each former one: each prefix, each further name of a subject, which an e-mail address with
 * capitals has twice, and each claim.
 */
const MAX_NAMES = 1 + 2 * MAX_SUBJECT_ALIASES + MAX_REVOCATION_CLAIMS;
const MAX_KEYS = (Object.keys(TARGET_PREFIXES).length - 1 + MAX_NAMES) * (1 + MAX_FORMER_ALIASES);

/** The levels of a deployment that names no claims. */
const USUAL_KEYS = REVOCATION_LEVELS.filter((level) => level !== 'claim').length;

export interface PlanCommand {
  readonly kind: 'plan';
  readonly workload: Workload;
  readonly json: boolean;
}

type Options = Workload & { readonly json: boolean };

export function addPlan(program: Commander, found: Found<PlanCommand>): void {
  const plan = program
    .command('plan')
    .description('What a result TTL costs and gives: hit rate, load, herd after a flush, revocation lag, monthly cost.')
    .requiredOption('--requests-per-second <n>', 'requests that the API answers, on average', positive)
    .requiredOption('--active-tokens <n>', 'tokens in use at a time', atLeastOne)
    .addOption(
      new Option('--api <kind>', 'the kind of the API, which decides the price of its requests')
        .choices(['rest', 'http'] satisfies ApiKind[])
        .default('rest'),
    )
    .option('--result-ttl <seconds>', 'how long API Gateway reuses a decision: 0 to 3600', resultTtl, 60)
    .addOption(
      new Option('--cache-per <key>', 'what a decision is reused for, as `cachePer` of the deployment says')
        .choices(['token', 'route'] satisfies CacheKey[])
        .default('token'),
    )
    .option('--routes-per-token <n>', 'different routes that one token calls; shows both kinds of cache', atLeastOne)
    .option('--revocations-per-hour <n>', 'entries written, without those that say flush: false', notNegative, 0)
    .option('--no-flush', 'plan without the flusher');
  addSignalOptions(plan);
  addFunctionOptions(plan)
    .option('--json', 'one JSON document', false)
    .action((options: Options) => found(planCommand(options)));
}

function addSignalOptions(plan: Commander): void {
  plan
    .option('--signals-per-hour <n>', 'signals of identity providers that revoke', notNegative, 0)
    .addOption(
      new Option('--signal-flush <pace>', 'when the entries of signals flush, as `flush` of a source says')
        .choices(FLUSH_PACES)
        .default('shared' satisfies FlushPace),
    )
    .option(
      '--flush-every <seconds>',
      `one shared flush in this time at most: 1 to ${MAX_SHARED_PERIOD}`,
      flushEvery,
      30,
    );
}

function addFunctionOptions(plan: Commander): Commander {
  return plan
    .option(
      '--keys-per-read <n>',
      `levels and claims a token is looked up at, for each alias that its issuer has had: 1 to ${MAX_KEYS}`,
      keysPerRead,
      USUAL_KEYS,
    )
    .option('--decision-ms <ms>', 'a decision in a warm environment', positive, 15)
    .option('--cold-start-ms <ms>', 'what a new environment adds', notNegative, 350)
    .option('--memory <MiB>', 'of the authorizer function', positive, 512)
    .option('--authorizer-timeout <seconds>', 'of the authorizer function', positive, 5);
}

function planCommand({ json, routesPerToken, ...workload }: Options): PlanCommand {
  if (workload.cachePer === 'route' && routesPerToken === undefined) {
    throw new UsageError('With --cache-per route, say how many routes one token calls: --routes-per-token.');
  }
  return { kind: 'plan', workload: { ...workload, routesPerToken }, json };
}

const positive = numberWhere((value) => value > 0, 'a number above 0');
const notNegative = numberWhere((value) => value >= 0, 'a number from 0');
const atLeastOne = numberWhere((value) => value >= 1, 'a number from 1');
const keysPerRead = numberWhere(
  (value) => Number.isInteger(value) && value >= 1 && value <= MAX_KEYS,
  `a whole number, 1 to ${MAX_KEYS}`,
);
const flushEvery = numberWhere(
  (value) => Number.isInteger(value) && value >= 1 && value <= MAX_SHARED_PERIOD,
  `whole seconds, 1 to ${MAX_SHARED_PERIOD}`,
);
const resultTtl = numberWhere(
  (value) => Number.isInteger(value) && value >= 0 && value <= 3600,
  'whole seconds, 0 to 3600',
);

function numberWhere(holds: (value: number) => boolean, description: string): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (!Number.isFinite(value) || !holds(value)) throw new InvalidArgumentError(`It must be ${description}`);
    return value;
  };
}
