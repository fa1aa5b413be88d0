import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Progress } from '../progress.ts';
import { interleave, type Summary, summaryOf } from '../samples.ts';
import type { Surroundings } from '../surroundings.ts';
import { eventFor, forged, goodToken, signingKeys } from '../tokens.ts';
import { type Bundle, type Bundles, buildBundles, COLD_CONTESTANTS, type ColdContestant } from './bundles.ts';
import { coldEnvironment } from './cold-environment.ts';
import type { FirstDecision } from './first-decision.ts';

/** Times of cold starts in milliseconds, measured from before the process is started. */
export interface ColdStart {
  readonly total: Summary;
  /** Parts of the total: `node` until the bundle's first line, then `load` until it is loaded, then `decision`. */
  readonly node: Summary;
  readonly load: Summary;
  readonly decision: Summary;
  /** CPU time of all threads. */
  readonly cpu: Summary;
  readonly bytes: number;
  readonly gzip: number;
}

export type ColdResult = Readonly<Record<ColdContestant, ColdStart>>;

interface ColdSettings {
  readonly rounds: number;
  readonly progress: Progress;
}

/** Milliseconds that a key set from another network takes at best. */
export const FAR_ISSUER_DELAY = 20;

/** Measures the cold starts with a key set that arrives `FAR_ISSUER_DELAY` later. */
export async function measureColdFarFromIssuer(
  surroundings: Surroundings,
  settings: ColdSettings,
): Promise<ColdResult> {
  surroundings.delayKeySet(FAR_ISSUER_DELAY);
  try {
    return await measureCold(surroundings, settings);
  } finally {
    surroundings.delayKeySet(0);
  }
}

export async function measureCold(surroundings: Surroundings, { rounds, progress }: ColdSettings): Promise<ColdResult> {
  const bundles = buildBundles();
  try {
    const environment = await coldEnvironment(surroundings);
    const good = goodToken(signingKeys.RS256, 'cold-1');
    const start = (contestant: ColdContestant, token: string) =>
      startCold(bundles, bundles.of[contestant], environment, token);
    for (const contestant of COLD_CONTESTANTS) await requireVerification(contestant, good, start);
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

/** @throws if a contestant rejects a good token or accepts a forged one, which the floor may: it verifies nothing */
async function requireVerification(
  contestant: ColdContestant,
  good: string,
  start: (contestant: ColdContestant, token: string) => Promise<ColdSample>,
): Promise<void> {
  const accepted = await start(contestant, good);
  if (accepted.outcome !== 'Allow') throw new Error(`${contestant} answered "${accepted.outcome}" to a good token.`);
  if (contestant === 'floor') return;
  const rejected = await start(contestant, forged(good));
  if (rejected.outcome !== 'Unauthorized') {
    throw new Error(`${contestant} answered "${rejected.outcome}" to a forged token.`);
  }
}

interface ColdSample extends FirstDecision {
  /** Milliseconds from before the process is started. */
  readonly total: number;
}

async function startCold(
  bundles: Bundles,
  bundle: Bundle,
  environment: Readonly<Record<string, string>>,
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
