import { LATE, QUIETLY, requireCache, requirePatience, whileRevoked } from '../conditions.ts';
import type { Experiment } from '../experiment.ts';
import { asExpected, type Measurement, type Seen } from '../finding.ts';
import { isOpen, rejectedBy, secondsUntil, shownSeconds, statusOf, useToken } from '../watching.ts';

/** Facts about the end of a cached decision. */
export function lifetimeFacts(experiment: Experiment): readonly Measurement[] {
  const { resultTtlSeconds: resultTtl } = experiment.region.authorizer;
  return [
    {
      kind: 'fact',
      fact: 'use does not prolong a cached decision',
      expected: `ends ${resultTtl} s after it was made`,
      measure: () => endOfUsedDecision(experiment, resultTtl),
    },
    {
      kind: 'fact',
      fact: 'a cached Allow ends at its time condition',
      expected: '403 when the token ends',
      measure: () => endOfToken(experiment, resultTtl),
    },
  ];
}

async function endOfUsedDecision(experiment: Experiment, resultTtl: number): Promise<Seen> {
  requireCache(resultTtl, 1);
  const limit = resultTtl + Math.max(5, resultTtl / 2);
  requirePatience(experiment, limit, `the result TTL is ${resultTtl} s`);
  const held = await experiment.tokens.narrow();
  const start = performance.now();
  const elapsed = () => (performance.now() - start) / 1000;
  const request = await useToken(experiment, held);
  const filling = elapsed();
  // Without the time that it takes to delete the entry afterwards.
  const seconds = await whileRevoked(experiment, held, QUIETLY, async () => {
    const begin = elapsed();
    const end = await secondsUntil(experiment, held, request, rejectedBy(experiment), limit);
    return end === undefined ? undefined : begin + end;
  });
  if (seconds === undefined) return asExpected(false, `still reused after ${shownSeconds(limit)} of use: sliding`);
  const isFixed = seconds > resultTtl - 1 && seconds < resultTtl + filling + LATE;
  return asExpected(isFixed, `ended after ${shownSeconds(seconds)} of use`);
}

async function endOfToken(experiment: Experiment, resultTtl: number): Promise<Seen> {
  requireCache(resultTtl, 4);
  const held = await experiment.tokens.narrow();
  const { expiresAt } = held.accessToken;
  const left = () => expiresAt - Date.now() / 1000;
  requirePatience(experiment, left() + LATE, `the issuer's tokens live ${Math.round(left())} s`);
  const lead = Math.min(resultTtl / 2, 20);
  await experiment.pause(Math.max(0, left() - lead) * 1000);
  const request = await useToken(experiment, held);
  const rest = left();
  const end = await secondsUntil(experiment, held, request, (status) => !isOpen(status), rest + LATE);
  if (end === undefined) {
    return asExpected(false, `still open ${shownSeconds(-left())} after the token's end`, MEANING_OF_OUTLIVING);
  }
  const status = await statusOf(experiment, held, request);
  const seen = `${status}, first seen ${shownSeconds(end - rest)} after the token's end`;
  return asExpected(status === 403 && Math.abs(end - rest) <= LATE, seen);
}

const MEANING_OF_OUTLIVING = 'a cached Allow outlives its token by up to the result TTL: choose a short one';
