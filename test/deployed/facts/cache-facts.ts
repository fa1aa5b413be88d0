import { REVOKED_ANSWER_LIFETIME } from '../../../lambda/revocation/revocation-list.ts';
import { isCachedPerRoute, LATE, QUIETLY, requireCache, whileRevoked } from '../conditions.ts';
import { allOpenedBy, closedTo, type Experiment, openedBy } from '../experiment.ts';
import { asExpected, type Measurement, type Seen } from '../finding.ts';
import { ENOUGH, isOpen, rejectedBy, secondsUntil, shownSeconds, statusesOf, statusOf, useToken } from '../watching.ts';

/** Seconds for which the authorizer itself remembers that a token is revoked. */
const REVOKED_ANSWER_SECONDS = REVOKED_ANSWER_LIFETIME / 1000;

/** Requests that ask a cache whether it holds a decision. */
const ASKED = 5;

/**
 * Facts about the result cache. An entry with `flush: false` changes the authorizer's answer and leaves the cache alone,
 * so that the next answer shows where it comes from.
 */
export function cacheFacts(experiment: Experiment): readonly Measurement[] {
  const { resultTtlSeconds: resultTtl } = experiment.region.authorizer;
  return [
    {
      kind: 'fact',
      fact: `an Allow is reused, for ${isCachedPerRoute(experiment) ? 'its route' : 'every route of the API'}`,
      expected: resultTtl === 0 ? 'never: the result TTL is 0' : `${ASKED} of ${ASKED} requests`,
      measure: () => allowReused(experiment, resultTtl),
    },
    {
      kind: 'fact',
      fact: 'a decision that was a 403 is cached as well',
      expected: `${ASKED} of ${ASKED} requests`,
      measure: () => rejectionReused(experiment, resultTtl),
    },
    {
      kind: 'fact',
      fact: 'a thrown 401 is not cached',
      expected: `accepted again within about ${REVOKED_ANSWER_SECONDS} s`,
      measure: () => thrownCached(experiment, resultTtl),
    },
  ];
}

async function allowReused(experiment: Experiment, resultTtl: number): Promise<Seen> {
  const held = await experiment.tokens.narrow();
  const used = await useToken(experiment, held);
  const request = isCachedPerRoute(experiment) ? used : (allOpenedBy(held.grant.routes).at(-1) ?? used);
  const statuses = await whileRevoked(experiment, held, QUIETLY, () => statusesOf(experiment, held, request, ASKED));
  const reused = statuses.filter(isOpen).length;
  return asExpected(reused === (resultTtl === 0 ? 0 : ASKED), `${reused} of ${ASKED} requests`);
}

async function rejectionReused(experiment: Experiment, resultTtl: number): Promise<Seen> {
  requireCache(resultTtl, 1);
  const held = await experiment.tokens.narrow();
  const request = closedTo(held, experiment);
  await statusesOf(experiment, held, request, ENOUGH);
  const statuses = await whileRevoked(experiment, held, QUIETLY, () => statusesOf(experiment, held, request, ASKED));
  const reused = statuses.filter((status) => status === 403).length;
  const isReused = reused === ASKED;
  return asExpected(isReused, `${reused} of ${ASKED} requests`, isReused ? undefined : MEANING_OF_ASKING);
}

const MEANING_OF_ASKING =
  'a token that calls a route without its scopes costs an invocation of the authorizer each time';

/** The authorizer itself remembers a revoked token for a moment. A 401 that lasts longer comes from API Gateway. */
async function thrownCached(experiment: Experiment, resultTtl: number): Promise<Seen> {
  requireCache(resultTtl, 2 * REVOKED_ANSWER_SECONDS + 1);
  const held = await experiment.tokens.narrow();
  const request = openedBy(held);
  const thrown = await whileRevoked(experiment, held, QUIETLY, async () => ({
    status: await statusOf(experiment, held, request),
    at: performance.now(),
  }));
  if (!rejectedBy(experiment)(thrown.status))
    throw new Error(`A revoked token that was never used got ${thrown.status}.`);
  const passed = (performance.now() - thrown.at) / 1000;
  const limit = Math.min(resultTtl + LATE, experiment.longestWait);
  const rest = await secondsUntil(experiment, held, request, isOpen, limit);
  if (rest === undefined) return asExpected(false, `still 401 after ${shownSeconds(limit)}`);
  return asExpected(passed + rest < resultTtl - 1, `accepted after ${shownSeconds(passed + rest)}, the entry deleted`);
}
