import { REVOCATION_LEVELS, type RevocationLevel } from '../../lambda/revocation/revocation-level.ts';
import { type RevocationTarget, targetsOf } from '../../lambda/revocation/revocation-target.ts';
import type { Experiment } from './experiment.ts';
import { NotMeasurableError } from './finding.ts';
import type { HeldToken } from './held-token.ts';

/** Seconds by which the end of a decision may be seen late. */
export const LATE = 2;

/** An entry that leaves cached decisions alone. */
export const QUIETLY = { level: 'token', flush: false } as const;

/** @param least - seconds @throws NotMeasurableError */
export function requireCache(resultTtl: number, least: number): void {
  if (resultTtl >= least) return;
  throw new NotMeasurableError(`needs a result TTL of at least ${least} s, and it is ${resultTtl} s`);
}

export function isCachedPerRoute({ region }: Experiment): boolean {
  return region.authorizer.cachePer === 'route';
}

/** @throws NotMeasurableError */
export function requireCachePerRoute(experiment: Experiment): void {
  if (isCachedPerRoute(experiment)) return;
  throw new NotMeasurableError("only a deployment with cachePer: 'route' shows it");
}

/** @param needed - seconds @throws NotMeasurableError */
export function requirePatience({ longestWait }: Experiment, needed: number, what: string): void {
  if (needed <= longestWait) return;
  throw new NotMeasurableError(`${what}: needs --longest-wait ${Math.ceil(needed)}`);
}

/** The target of an entry of a level for this token. @throws NotMeasurableError when the token lacks the value */
function targetAt(level: RevocationLevel, { region }: Experiment, { accessToken }: HeldToken): RevocationTarget {
  if (!region.authorizer.configuration.revocationLevels.includes(level)) {
    throw new NotMeasurableError(`this deployment does not read ${level} entries (revocationLevels)`);
  }
  const [target] = targetsOf(accessToken, new Set(REVOCATION_LEVELS.filter((each) => each === level)));
  if (target !== undefined) return target;
  throw new NotMeasurableError(`the tokens at hand name no ${level}`);
}

/** Runs a measurement while an entry of this run is in the table, then deletes the entry. */
export async function whileRevoked<T>(
  experiment: Experiment,
  held: HeldToken,
  { level, flush }: { readonly level: RevocationLevel; readonly flush: boolean },
  run: () => Promise<T>,
): Promise<T> {
  const target = targetAt(level, experiment, held);
  await experiment.entries.write(target, held, { flush });
  try {
    return await run();
  } finally {
    await experiment.entries.remove(target);
  }
}
