import type { ApiKind } from '../../../lambda/policy/route.ts';
import { guaranteedBound, settledBound, settledBoundByAnyClock } from './bounds.ts';
import { wantsFlush } from './plan.ts';
import type { Acknowledgement, ScheduleRun } from './schedule.ts';

/** Promises to clients and operators. Each returns the violations in a run. */
export const PROPERTIES = {
  'no Allow after w + T + L': (run) => allowsAfter(run, run.acknowledgements, guaranteedBound(run.plan)),
  'no Allow after the settled bound while flushes work and clocks agree': (run) =>
    run.world.clocksAgree ? allowsAfterFlushes(run, settledBound(run.plan)) : [],
  'no Allow after the longer settled bound while flushes work, by any clock': (run) =>
    allowsAfterFlushes(run, settledBoundByAnyClock(run.plan)),
  'a valid token is allowed within one try more than faults can spoil': ({ neverAllowed }) => neverAllowed,
  'every status is 200, 401, 403 or 500, and 200 or 500 for a valid token': ({ answers }) =>
    answers
      .filter(({ token, status }) => !(token === 'valid' ? [200, 500] : [200, 401, 403, 500]).includes(status))
      .map(({ token, status }) => `${status} for ${token}`),
} as const satisfies Readonly<Record<string, (run: ScheduleRun) => readonly string[]>>;

export type Property = keyof typeof PROPERTIES;

export function isBroken(property: Property, run: ScheduleRun): boolean {
  return PROPERTIES[property](run).length > 0;
}

/** The same run as a client of one API sees it. */
export function at(api: ApiKind, run: ScheduleRun): ScheduleRun {
  return { ...run, answers: run.answers.filter((answer) => answer.api === api) };
}

function allowsAfterFlushes(run: ScheduleRun, bound: number): readonly string[] {
  if (!run.world.flushesWork) return [];
  const flushed = run.acknowledgements.filter(({ write }) => wantsFlush(write.item));
  return allowsAfter(run, flushed, bound);
}

function allowsAfter(run: ScheduleRun, acknowledgements: readonly Acknowledgement[], bound: number): readonly string[] {
  return acknowledgements.flatMap(({ write, at }) =>
    run.answers
      .filter((answer) => answer.token === write.token && answer.status === 200 && answer.at > at + bound)
      .map(
        (answer) =>
          `${answer.token} was allowed by the ${answer.api} API ${(answer.at - at) / 1000} s after the acknowledgement (${bound / 1000} s)`,
      ),
  );
}

/** The largest part of the guaranteed bound, 0 to 1, for which a revoked token was still allowed; 0: not at all. */
export function usedPartOfBound(run: ScheduleRun): number {
  const lags = run.acknowledgements.flatMap(({ write, at }) =>
    run.answers.filter(({ token, status }) => token === write.token && status === 200).map((answer) => answer.at - at),
  );
  return Math.max(0, ...lags) / guaranteedBound(run.plan);
}

/** A text that explains the run: how to repeat it, its settings, every note and every broken property. */
export function reportOf(run: ScheduleRun): string {
  const { seed, plan, world, acknowledgements } = run;
  const broken = Object.entries(PROPERTIES).flatMap(([property, violations]) =>
    violations(run).map((violation) => `BROKEN: ${property}: ${violation}`),
  );
  return [
    `Seed ${seed}; to repeat it: SIMULATION_SEED=${seed} npx -c 'vitest run test/proofs/simulation'`,
    `T = ${plan.resultTtl} s, a decision per ${plan.cachePer}, APIs ${plan.apis.join(' and ')}, ${world.flushesWork ? 'flushes work' : 'flushes may fail'}, clocks ${world.clocksAgree ? 'agree' : 'differ'}, faults: ${[...world.struck].join(', ') || 'none'}`,
    ...acknowledgements.map(({ write }) => `entry: ${JSON.stringify(write.item)}`),
    ...world.notes,
    ...broken,
  ].join('\n');
}
