import { type Experiment, openedBy } from './experiment.ts';
import { asExpected, type Measurement, NotMeasurableError, type Seen } from './finding.ts';
import { isOpen } from './watching.ts';

/** What becomes of the Authorization header. */
export function headerFacts(experiment: Experiment): readonly Measurement[] {
  return [
    {
      kind: 'fact',
      fact: 'which of two Authorization headers counts',
      expected: 'the last',
      measure: () => headerThatCounts(experiment),
    },
    {
      kind: 'fact',
      fact: 'the validation expression must match the whole header',
      expected: 'yes',
      measure: notMeasurable('ours is anchored, so that matching and searching answer alike'),
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

const READINGS: Readonly<Record<string, string>> = {
  'true false': 'the first',
  'false true': 'the last',
  'false false': 'neither: refused together',
  'true true': 'either',
};

async function headerThatCounts(experiment: Experiment): Promise<Seen> {
  const held = await experiment.tokens.narrow();
  const request = openedBy(held);
  const [good, bad] = [held.authorization, 'Bearer x'];
  const [goodFirst, goodLast] = await Promise.all(
    [
      [good, bad],
      [bad, good],
    ].map((authorization) => experiment.call({ ...request, authorization })),
  );
  const reading = READINGS[`${isOpen(goodFirst?.status ?? 0)} ${isOpen(goodLast?.status ?? 0)}`] ?? '';
  return asExpected(reading === 'the last', `${reading} (${goodFirst?.status}, ${goodLast?.status})`);
}
