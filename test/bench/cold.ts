import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { environmentOf } from '../../lambda/authorizer-environment.ts';
import { REVOCATION_LEVELS } from '../../lambda/revocation-target.ts';
import { type Bundle, type Bundles, buildBundles, COLD_CONTESTANTS, type ColdContestant } from './bundles.ts';
import type { FirstDecision } from './first-decision.ts';
import type { Progress } from './progress.ts';
import { interleave, type Summary, summaryOf } from './samples.ts';
import { AWS_VARIABLES, type Surroundings } from './surroundings.ts';
import { AUDIENCE, benchIssuer, eventFor, forged, goodToken, ISSUER, signingKeys } from './tokens.ts';

/** Milliseconds, from before the process is started. */
export interface ColdStart {
  readonly total: Summary;
  /** Of the total: until the bundle's first line, from there until it was loaded, from there until it had decided. */
  readonly node: Summary;
  readonly load: Summary;
  readonly decision: Summary;
  /** CPU of all threads. */
  readonly cpu: Summary;
  readonly bytes: number;
  readonly gzip: number;
}

export type ColdResult = Readonly<Record<ColdContestant, ColdStart>>;

type Environment = Readonly<Record<string, string>>;

export async function measureCold(
  surroundings: Surroundings,
  { rounds, progress }: { readonly rounds: number; readonly progress: Progress },
): Promise<ColdResult> {
  const bundles = buildBundles();
  try {
    const environment = environmentFor(surroundings, await surroundings.createTable());
    const good = goodToken(signingKeys.RS256, 'cold-1');
    const start = (contestant: ColdContestant, token: string) =>
      startCold(bundles, bundles.of[contestant], environment, token);
    for (const contestant of COLD_CONTESTANTS) await requireJudgement(contestant, good, start);
    const samples = await interleave(COLD_CONTESTANTS, rounds, async (contestant, round) => {
      progress(`cold: round ${round + 1} of ${rounds}`);
      const sample = await start(contestant, good);
      if (sample.outcome !== 'Allow') throw new Error(`${contestant} answered "${sample.outcome}" to a good token.`);
      return sample;
    });
    const entries = COLD_CONTESTANTS.map(
      (name) => [name, coldStart(bundles.of[name], samples.get(name) ?? [])] as const,
    );
    return Object.fromEntries(entries) as ColdResult;
  } finally {
    bundles.remove();
  }
}

function environmentFor({ keySetServer, dynamoDbEndpoint }: Surroundings, table: string): Environment {
  const jwksUri = `${keySetServer.address}/jwks`;
  const ours = environmentOf({
    issuers: [benchIssuer(jwksUri)],
    revocationTable: table,
    revocationEndpoint: dynamoDbEndpoint,
    revocationLevels: REVOCATION_LEVELS,
    contextClaims: {},
  });
  const others = { ISSUER, AUDIENCE, JWKS_URI: jwksUri };
  return { ...AWS_VARIABLES, AWS_ENDPOINT_URL_DYNAMODB: dynamoDbEndpoint, ...others, ...ours };
}

/** A contestant that refuses good tokens, or accepts bad ones, is not worth timing. The floor judges nothing. */
async function requireJudgement(
  contestant: ColdContestant,
  good: string,
  start: (contestant: ColdContestant, token: string) => Promise<ColdSample>,
): Promise<void> {
  const accepted = await start(contestant, good);
  if (accepted.outcome !== 'Allow') throw new Error(`${contestant} answered "${accepted.outcome}" to a good token.`);
  if (contestant === 'floor') return;
  const refused = await start(contestant, forged(good));
  if (refused.outcome !== 'Unauthorized') {
    throw new Error(`${contestant} answered "${refused.outcome}" to a forged token.`);
  }
}

interface ColdSample extends FirstDecision {
  /** From before the process was asked for. */
  readonly total: number;
}

async function startCold(
  bundles: Bundles,
  bundle: Bundle,
  environment: Environment,
  token: string,
): Promise<ColdSample> {
  const env = { ...environment, BENCH_EVENT: JSON.stringify(eventFor(token)) };
  const before = performance.timeOrigin + performance.now();
  const { stdout } = await promisify(execFile)(process.execPath, [bundles.firstDecision, bundle.path], { env });
  const line = stdout.split('\n').find((text) => text.startsWith('#'));
  if (line === undefined) throw new Error(`${bundle.path} ended without a decision.`);
  const first = JSON.parse(line.slice(1)) as FirstDecision;
  return { ...first, total: first.origin + first.decided - before };
}

function coldStart({ bytes, gzip }: Bundle, samples: readonly ColdSample[]): ColdStart {
  const summary = (value: (sample: ColdSample) => number) => summaryOf(samples.map(value));
  return {
    total: summary(({ total }) => total),
    node: summary(({ started }) => started),
    load: summary(({ started, loaded }) => loaded - started),
    decision: summary(({ loaded, decided }) => decided - loaded),
    cpu: summary(({ cpu }) => cpu),
    bytes,
    gzip,
  };
}
