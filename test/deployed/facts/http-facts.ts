import type { Answer } from '../api/api-call.ts';
import { backendAnswer, closedTo, type Experiment, openedBy } from '../experiment.ts';
import { asExpected, type Measurement, NotMeasurableError, type Seen } from '../finding.ts';
import { isOpen, statusOf } from '../watching.ts';

/** Facts about HTTP APIs that AWS does not document. None for a REST API. */
export function httpFacts(experiment: Experiment): readonly Measurement[] {
  if (experiment.kind === 'rest') return [];
  return HTTP_FACTS.map(({ measure, ...fact }) => ({ kind: 'fact', ...fact, measure: () => measure(experiment) }));
}

type HttpFact = Pick<Measurement, 'fact' | 'expected'> & {
  readonly measure: (experiment: Experiment) => Promise<Seen>;
};

const HTTP_FACTS: readonly HttpFact[] = [
  { fact: 'a thrown `Unauthorized`', expected: '401', measure: thrownUnauthorized },
  {
    fact: 'what rejections say',
    expected: '401 {"message":"Unauthorized"}; 403 {"message":"Forbidden"}; no challenge',
    measure: rejections,
  },
  { fact: 'the stage $default in routeArn', expected: 'literally', measure: defaultStage },
  { fact: 'the identity source finds a header named in any case', expected: 'yes', measure: anyCaseFound },
  { fact: 'principalId reaches a backend with payload 2.0', expected: 'no', measure: principalHandedOn },
];

async function thrownUnauthorized({ tokens, call }: Experiment): Promise<Seen> {
  const request = openedBy(await tokens.narrow());
  return seenOfThrown(await call({ ...request, authorization: ['Bearer x'] }));
}

export function seenOfThrown({ status, body }: Pick<Answer, 'status' | 'body'>): Seen {
  return asExpected(status === 401, `${status} ${body}`, status === 401 ? undefined : MEANING_OF_500);
}

const MEANING_OF_500 =
  'to clients a rejected token looks like an outage: they retry where they should get a new token, and alarms on 5xx count it';

async function rejections(experiment: Experiment): Promise<Seen> {
  const held = await experiment.tokens.narrow();
  const answers = [
    await experiment.call(openedBy(held)),
    await experiment.call({ ...closedTo(held, experiment), authorization: [held.authorization] }),
  ];
  const shown = answers.map(({ status, body, headers }) => {
    const challenge = headers['www-authenticate'];
    return `${status} ${body}${challenge === undefined ? '' : ` with the challenge ${challenge}`}`;
  });
  const isExpected = shown.join('; ') === '401 {"message":"Unauthorized"}; 403 {"message":"Forbidden"}';
  return asExpected(isExpected, shown.join('; '));
}

/** The authorizer takes the stage's ARN from `routeArn`, so that a policy for another stage opens nothing. */
async function defaultStage(experiment: Experiment): Promise<Seen> {
  const { pathname } = new URL(experiment.region.api);
  if (pathname !== '/') throw new NotMeasurableError(`the stage of the API has a name, ${pathname.slice(1)}`);
  const held = await experiment.tokens.narrow();
  const status = await statusOf(experiment, held, openedBy(held));
  const seen = `${status} for a policy on …/$default/…`;
  return isOpen(status)
    ? asExpected(true, `literally: ${seen}`)
    : asExpected(false, seen, 'the authorizer cannot serve this stage: use a stage with a name, and tell us');
}

async function anyCaseFound({ tokens, call }: Experiment): Promise<Seen> {
  const held = await tokens.narrow();
  const statusWith = async (header: string) =>
    (await call({ ...openedBy(held), authorization: [held.authorization], header })).status;
  const statuses = [await statusWith('authorization'), await statusWith('AUTHORIZATION')];
  return asExpected(statuses.every(isOpen), statuses.every(isOpen) ? 'yes' : `no: ${statuses.join(', ')}`);
}

async function principalHandedOn({ tokens, call }: Experiment): Promise<Seen> {
  const held = await tokens.narrow();
  const answer = backendAnswer(await call({ ...openedBy(held), authorization: [held.authorization] }));
  if (answer === undefined) throw new NotMeasurableError('only the example backend says what it received');
  return answer.principalId === undefined
    ? asExpected(true, 'no', 'a backend finds who calls in the context (subject, issuer, clientId)')
    : asExpected(false, 'yes', 'a backend may read it; the context says the same');
}
