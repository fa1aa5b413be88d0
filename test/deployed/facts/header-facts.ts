import { isCachedPerRoute } from '../conditions.ts';
import { type Experiment, openedBy } from '../experiment.ts';
import { asExpected, type Measurement, NotMeasurableError, type Seen } from '../finding.ts';
import type { RouteRequest } from '../held-token.ts';
import { isOpen } from '../watching.ts';

/** Facts about the Authorization header. */
export function headerFacts(experiment: Experiment): readonly Measurement[] {
  const twice: Measurement = {
    kind: 'fact',
    fact: 'which of two Authorization headers counts',
    expected: expectedReading(experiment),
    measure: () => headerThatCounts(experiment),
  };
  if (experiment.kind === 'http') return [twice];
  return [
    twice,
    {
      kind: 'fact',
      fact: 'the validation expression must match the whole header',
      expected: 'yes',
      measure: notMeasurable('our expression is anchored, so that matching and searching agree, or there is none'),
    },
    {
      kind: 'fact',
      fact: 'which failures are AUTHORIZER_FAILURE',
      expected: 'none: AUTHORIZER_CONFIGURATION_ERROR',
      measure: notMeasurable('a healthy authorizer does not fail on demand; our response is the same for both'),
    },
  ];
}

function notMeasurable(why: string): () => Promise<never> {
  return async () => {
    throw new NotMeasurableError(why);
  };
}

const READINGS = {
  'true false': 'the first',
  'false true': 'the last',
  'false false': 'neither: rejected together',
  'true true': 'either',
} as const;

type HeaderReading = (typeof READINGS)[keyof typeof READINGS];

/** A REQUEST authorizer receives both headers, an HTTP API's joined by a comma, and ours then rejects. */
export function expectedReading(experiment: Experiment): HeaderReading {
  const hasBoth = experiment.kind === 'http' || isCachedPerRoute(experiment);
  return hasBoth ? 'neither: rejected together' : 'the last';
}

async function headerThatCounts(experiment: Experiment): Promise<Seen> {
  const held = await experiment.tokens.narrow();
  const request = openedBy(held);
  const { reading, seen } = await readingOf(experiment, request, held.authorization);
  return asExpected(reading === expectedReading(experiment), seen);
}

/** Which of two headers counts when one is good. */
export async function readingOf(
  { call }: Experiment,
  request: RouteRequest,
  good: string,
): Promise<{ readonly reading: HeaderReading; readonly seen: string }> {
  const statusWith = async (...authorization: readonly string[]) => (await call({ ...request, authorization })).status;
  const [goodFirst, goodLast] = await Promise.all([statusWith(good, 'Bearer x'), statusWith('Bearer x', good)]);
  const reading = READINGS[`${isOpen(goodFirst)} ${isOpen(goodLast)}`];
  return { reading, seen: `${reading} (${goodFirst}, ${goodLast})` };
}
