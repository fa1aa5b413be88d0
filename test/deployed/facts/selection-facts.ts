import type { RouteReadingName } from '../../../infra/routes/route-readings.ts';
import { type Agreement, agreementOf, type NamedReading } from '../api/route-evidence.ts';
import { isCachedPerRoute } from '../conditions.ts';
import type { Experiment } from '../experiment.ts';
import { asExpected, type Measurement, NotMeasurableError } from '../finding.ts';
import { statusOf } from '../watching.ts';

const EXPECTED_READING: RouteReadingName<'rest'> = 'one-slash-at-end';

/** How the API selects routes where AWS does not document it: policies are safe under every reading of ROUTE_READINGS. */
export function selectionFacts(experiment: Experiment): readonly Measurement[] {
  let asking: Promise<Agreement> | undefined;
  const agreement = () => {
    asking ??= askedWith(experiment);
    return asking;
  };
  if (experiment.kind === 'http') return HTTP_QUESTIONS.map((question) => answerTo(question, agreement));
  const fact = 'reading of paths with empty segments';
  return [answerTo({ fact, expected: EXPECTED_READING, answerOf: ([name]) => name }, agreement)];
}

/** A question about route selection that the readings answer differently. */
interface Question {
  readonly fact: string;
  readonly expected: string;
  readonly answerOf: (reading: NamedReading) => string;
  /** What another answer means for a team. */
  readonly meaning?: string;
}

const HTTP_QUESTIONS: readonly Question[] = [
  {
    fact: 'reading of paths with empty segments',
    expected: 'raw',
    answerOf: ([name]) => name.replace(/\+.*/, ''),
    meaning: 'API Gateway removes slashes before it selects a route; no policy opens more, and some paths may get 403',
  },
  {
    fact: '{proxy+} takes an empty rest',
    expected: 'yes',
    answerOf: ([, { preference }]) => (preference.emptyRest ? 'yes' : 'no'),
    meaning: '/files/ does not reach /files/{proxy+}: give it a route of its own if clients call it',
  },
  {
    fact: 'which of two full matches is selected',
    expected: 'the first literal from the left',
    answerOf: ([, { preference }]) =>
      preference.path === 'left-to-right' ? 'the first literal from the left' : 'the most literals',
    meaning:
      'the local gateway selects the other route; no policy opens more, and the losses of `routes` may be others',
  },
  {
    fact: 'an exact method wins over ANY',
    expected: 'after the path is selected',
    answerOf: ([, { preference }]) =>
      preference.method === 'after-path' ? 'after the path is selected' : 'before the path is selected',
    meaning:
      'a route for one method takes requests of a longer path with ANY: no policy opens more, and backends differ',
  },
];

/** The answers that agree with what the API does, next to that of one reading. */
export function answersOf({ readings }: Agreement, truth: NamedReading) {
  return HTTP_QUESTIONS.map(({ answerOf }) => {
    return { truth: answerOf(truth), found: [...new Set(readings.map(answerOf))] };
  });
}

function answerTo({ fact, expected, answerOf, meaning }: Question, agreement: () => Promise<Agreement>): Measurement {
  const answersIn = (readings: readonly NamedReading[]) => [...new Set(readings.map(answerOf))];
  return {
    kind: 'fact',
    fact,
    expected,
    measure: async () => {
      const { known, asked, readings } = await agreement();
      const answers = answersIn(readings);
      const isOpenQuestion = answers.length === answersIn(known).length;
      if (isOpenQuestion) throw new NotMeasurableError('no route of the table would show it');
      const seen = `${answers.length === 0 ? 'none that we know' : answers.join(', ')} (by ${asked.join(', ')})`;
      const isExpected = answers.includes(expected);
      return asExpected(isExpected, seen, isExpected ? undefined : meaning);
    },
  };
}

async function askedWith(experiment: Experiment): Promise<Agreement> {
  const { kind, routes, tokens } = experiment;
  const held = await tokens.narrow();
  const holder = { granted: held.grant.routes, isPerRoute: isCachedPerRoute(experiment) };
  return agreementOf(kind, routes, holder, (path) => statusOf(experiment, held, { method: 'GET', path }));
}
