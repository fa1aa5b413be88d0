import { QUIETLY, requireCache, requireCachePerRoute, whileRevoked } from '../conditions.ts';
import { type Experiment, openedBy } from '../experiment.ts';
import { asExpected, type Measurement, NotMeasurableError, type Seen } from '../finding.ts';
import { type KeyPart, requestPair } from '../request-pair.ts';
import { ENOUGH, isOpen, isRejected, statusesOf, useToken } from '../watching.ts';
import { readingOf } from './header-facts.ts';

/** Requests that ask several caches whether one of them holds a decision. */
const ASKED = 5;

/** What the REQUEST authorizer of `cachePer: 'route'` makes its cache key of, and what it is told of headers. */
export function routeFacts(experiment: Experiment): readonly Measurement[] {
  return [
    {
      kind: 'fact',
      fact: 'context.resourcePath is part of the cache key',
      expected: `${ASKED} of ${ASKED} requests on another route decided anew`,
      measure: () => partOfKey(experiment, 'resourcePath'),
    },
    {
      kind: 'fact',
      fact: 'context.httpMethod is part of the cache key',
      expected: `${ASKED} of ${ASKED} requests by another method decided anew`,
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
      measure: () => Promise.reject(new NotMeasurableError('ours reads them in any case, and tells nobody')),
    },
  ];
}

/**
 * A cached Allow, and an entry that leaves it alone: where the key holds what differs in another request, the authorizer is
 * asked and rejects; where it does not, the cached policy answers, and no backend is reached unless it allows the request.
 */
async function partOfKey(experiment: Experiment, part: KeyPart): Promise<Seen> {
  requireCachePerRoute(experiment);
  const { region, tokens, hasExampleBackend } = experiment;
  requireCache(region.authorizer.resultTtlSeconds, 1);
  const held = await tokens.narrow();
  const pair = requestPair(part, held.grant.routes, region.authorizer.routes, hasExampleBackend);
  if (pair === undefined) throw new NotMeasurableError('the route table has no two routes that would show it');
  const { cached, other } = pair;
  await statusesOf(experiment, held, cached, ENOUGH);
  const statuses = await whileRevoked(experiment, held, QUIETLY, async () => {
    const [still = 0] = await statusesOf(experiment, held, cached, 1);
    if (!isOpen(still)) throw new NotMeasurableError('the decision was not cached: somebody else may have flushed');
    return statusesOf(experiment, held, other, ASKED);
  });
  const decided = statuses.filter(isRejected).length;
  const seen = `${decided} of ${ASKED} (${other.method} ${other.path} after ${cached.method} ${cached.path})`;
  return asExpected(decided === ASKED, seen);
}

/** With a decision cached for the good header alone, and an entry that the cache does not know. */
async function headerInKey(experiment: Experiment): Promise<Seen> {
  requireCachePerRoute(experiment);
  requireCache(experiment.region.authorizer.resultTtlSeconds, 1);
  const held = await experiment.tokens.narrow();
  const request = await useToken(experiment, held);
  const { reading, seen } = await whileRevoked(experiment, held, QUIETLY, () =>
    readingOf(experiment, request, held.authorization),
  );
  return asExpected(reading === 'the last', seen);
}

async function lowerCaseFound(experiment: Experiment): Promise<Seen> {
  requireCachePerRoute(experiment);
  const held = await experiment.tokens.narrow();
  const sent = { ...openedBy(held), authorization: [held.authorization], header: 'authorization' };
  const { status } = await experiment.call(sent);
  return asExpected(isOpen(status), isOpen(status) ? 'yes' : `no: ${status}`);
}
