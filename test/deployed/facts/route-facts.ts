import { type KeyPart, requestPair } from '../api/request-pair.ts';
import { QUIETLY, requireCache, requireCachePerRoute, whileRevoked } from '../conditions.ts';
import { type Experiment, openedBy } from '../experiment.ts';
import { asExpected, type Measurement, NotMeasurableError, type Seen } from '../finding.ts';
import { ENOUGH, isOpen, rejectedBy, statusesOf, useToken } from '../watching.ts';
import { expectedReading, readingOf } from './header-facts.ts';

/** Number of requests, which may meet several caches, to see whether one holds a decision. */
const ASKED = 5;

/** The cache key of the authorizer of `cachePer: 'route'`, and the headers that it receives. */
export function routeFacts(experiment: Experiment): readonly Measurement[] {
  return experiment.kind === 'rest' ? restFacts(experiment) : httpFacts(experiment);
}

function httpFacts(experiment: Experiment): readonly Measurement[] {
  return [
    {
      kind: 'fact',
      fact: '$context.routeKey is part of the cache key',
      expected: `${ASKED} of ${ASKED} requests on another route decided again`,
      measure: () => partOfKey(experiment, 'routeKey'),
    },
    {
      kind: 'fact',
      fact: 'a second Authorization header, while a decision for the first is cached',
      expected: expectedReading(experiment),
      measure: () => headerInKey(experiment),
    },
  ];
}

function restFacts(experiment: Experiment): readonly Measurement[] {
  return [
    {
      kind: 'fact',
      fact: 'context.resourcePath is part of the cache key',
      expected: `${ASKED} of ${ASKED} requests on another route decided again`,
      measure: () => partOfKey(experiment, 'resourcePath'),
    },
    {
      kind: 'fact',
      fact: 'context.httpMethod is part of the cache key',
      expected: `${ASKED} of ${ASKED} requests by another method decided again`,
      measure: () => partOfKey(experiment, 'httpMethod'),
    },
    {
      kind: 'fact',
      fact: 'which of two Authorization headers is the cache key',
      expected: 'the last',
      measure: () => headerInKey(experiment),
    },
    {
      kind: 'fact',
      fact: 'the identity source finds a header named in lower case',
      expected: 'yes',
      measure: () => lowerCaseFound(experiment),
    },
    {
      kind: 'fact',
      fact: 'names of headers reach the authorizer as the client wrote them',
      expected: 'yes',
      measure: () =>
        Promise.reject(new NotMeasurableError('our authorizer reads them in any case, and does not show them')),
    },
  ];
}

/**
 * Caches an Allow and writes an entry that does not flush it. If the cache key has the part that differs in another
 * request, the authorizer is asked and rejects. If not, the cached policy answers.
 */
async function partOfKey(experiment: Experiment, part: KeyPart): Promise<Seen> {
  requireCachePerRoute(experiment);
  const { region, routes, tokens, hasExampleBackend } = experiment;
  requireCache(region.authorizer.resultTtlSeconds, 1);
  const held = await tokens.narrow();
  const pair = requestPair(part, held.grant.routes, routes, hasExampleBackend);
  if (pair === undefined) throw new NotMeasurableError('the route table has no two routes that would show it');
  const { cached, other } = pair;
  await statusesOf(experiment, held, cached, ENOUGH);
  const statuses = await whileRevoked(experiment, held, QUIETLY, async () => {
    const [still = 0] = await statusesOf(experiment, held, cached, 1);
    if (!isOpen(still))
      throw new NotMeasurableError('the decision was not cached: another flush may have come between');
    return statusesOf(experiment, held, other, ASKED);
  });
  const decided = statuses.filter(rejectedBy(experiment)).length;
  const seen = `${decided} of ${ASKED} (${other.method} ${other.path} after ${cached.method} ${cached.path})`;
  return asExpected(decided === ASKED, seen);
}

/** Caches a decision for the good header alone, and writes an entry that does not flush it. */
async function headerInKey(experiment: Experiment): Promise<Seen> {
  if (experiment.kind === 'rest') requireCachePerRoute(experiment);
  requireCache(experiment.region.authorizer.resultTtlSeconds, 1);
  const held = await experiment.tokens.narrow();
  const request = await useToken(experiment, held);
  const { reading, seen } = await whileRevoked(experiment, held, QUIETLY, () =>
    readingOf(experiment, request, held.authorization),
  );
  const expected = experiment.kind === 'rest' ? 'the last' : expectedReading(experiment);
  return asExpected(reading === expected, seen);
}

async function lowerCaseFound(experiment: Experiment): Promise<Seen> {
  requireCachePerRoute(experiment);
  const held = await experiment.tokens.narrow();
  const sent = { ...openedBy(held), authorization: [held.authorization], header: 'authorization' };
  const { status } = await experiment.call(sent);
  return asExpected(isOpen(status), isOpen(status) ? 'yes' : `no: ${status}`);
}
