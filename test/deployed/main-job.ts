import { plainSelection } from './api/route-evidence.ts';
import { backendAnswer, closedTo, type Experiment, openedBy } from './experiment.ts';
import { asExpected, kept, type Measurement, NotMeasurableError, type Seen } from './finding.ts';
import { type HeldToken, requestFor } from './held-token.ts';
import { isOpen, rejectedBy, statusOf } from './watching.ts';

/** The promises of the authorizer that need no entry. */
export function mainJob(experiment: Experiment): readonly Measurement[] {
  return [
    {
      kind: 'promise',
      fact: 'a token opens the routes that its scopes grant, and no other',
      expected: 'granted: open; not granted: 403',
      measure: () => routesAsGranted(experiment),
    },
    {
      kind: 'promise',
      fact: 'a request without a good token is rejected',
      expected: experiment.kind === 'rest' ? '401 each' : '401 each, or what a thrown `Unauthorized` gives',
      measure: () => badTokensRejected(experiment),
    },
    {
      kind: 'promise',
      fact: 'the backend is told who calls',
      expected: "the token's subject, issuer and client",
      measure: () => backendKnowsCaller(experiment),
    },
    ...(experiment.kind === 'rest' ? [challengeFact(experiment)] : []),
  ];
}

async function routesAsGranted(experiment: Experiment): Promise<Seen> {
  const tokens = [await experiment.tokens.narrow(), await experiment.tokens.broad()];
  const routes = tryable(experiment);
  const requests = tokens.flatMap((held) => routes.map((route) => ({ held, route })));
  const answers = await Promise.all(
    requests.map(async ({ held, route }) => {
      const request = requestFor(route);
      const status = await statusOf(experiment, held, request);
      const isRight = held.grant.routes.includes(route) ? isOpen(status) : status === 403;
      return { isRight, text: `${request.method} ${request.path} ${status}` };
    }),
  );
  const wrong = answers.filter(({ isRight }) => !isRight).map(({ text }) => text);
  return kept(wrong.length === 0, wrong.length === 0 ? `${answers.length} requests as expected` : wrong.join('; '));
}

/** Routes that a request shows: no other route takes it. A team's own backend must not act on a request of ours. */
function tryable({ kind, routes, hasExampleBackend }: Experiment): HeldToken['grant']['routes'] {
  const select = plainSelection(kind, routes);
  return routes.filter((route) => {
    const request = requestFor(route);
    return (hasExampleBackend || request.method === 'GET') && select(request) === route;
  });
}

async function badTokensRejected(experiment: Experiment): Promise<Seen> {
  const held = await experiment.tokens.narrow();
  const request = openedBy(held);
  const answers = await Promise.all(
    Object.entries(badAuthorizations(held)).map(async ([name, authorization]) => {
      const { status } = await experiment.call({ ...request, authorization });
      return { name, status };
    }),
  );
  const isRejected = rejectedBy(experiment);
  const wrong = answers
    .filter(({ status }) => status !== 401 && !isRejected(status))
    .map(({ name, status }) => `${name}: ${status}`);
  return kept(wrong.length === 0, wrong.length === 0 ? `${answers.length} kinds rejected` : wrong.join('; '));
}

function badAuthorizations({ authorization }: HeldToken): Readonly<Record<string, readonly string[]>> {
  const [header = '', payload = '', signature = ''] = authorization.replace('Bearer ', '').split('.');
  const unsigned = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
  const changed = (text: string): string => `${text.startsWith('A') ? 'B' : 'A'}${text.slice(1)}`;
  return {
    'no token': [],
    'not a JWT': ['Bearer x'],
    'another scheme': ['Basic x'],
    'a changed signature': [`Bearer ${header}.${payload}.${changed(signature)}`],
    'changed claims': [`Bearer ${header}.${changed(payload)}.${signature}`],
    'an unsigned token': [`Bearer ${unsigned}.${payload}.${signature}`],
    'text before the token': [`x ${authorization}`],
    'text after the token': [`${authorization} x`],
    'a comma after the token': [`${authorization},`],
    'two tokens in a header': [`${authorization}, ${authorization}`],
  };
}

async function backendKnowsCaller(experiment: Experiment): Promise<Seen> {
  const held = await experiment.tokens.narrow();
  const answer = backendAnswer(await experiment.call({ ...openedBy(held), authorization: [held.authorization] }));
  if (answer === undefined) throw new NotMeasurableError('only the example backend says what it received');
  const { subject, issuerAlias, clientId } = held.accessToken;
  const { context } = answer;
  const isRight = context.subject === subject && context.issuer === issuerAlias && context.clientId === clientId;
  return kept(isRight, isRight ? 'as expected' : 'something else');
}

function challengeFact(experiment: Experiment): Measurement {
  return {
    kind: 'fact',
    fact: 'rejections carry the challenge of RFC 6750',
    expected: '401: Bearer realm; 403: also insufficient_scope',
    measure: () => challenges(experiment),
  };
}

async function challenges(experiment: Experiment): Promise<Seen> {
  const held = await experiment.tokens.narrow();
  const unauthorized = await experiment.call(openedBy(held));
  const forbidden = await experiment.call({ ...closedTo(held, experiment), authorization: [held.authorization] });
  const found = [unauthorized, forbidden].map(({ headers }) => headers['www-authenticate'] ?? 'none');
  const [first = '', second = ''] = found;
  const isRight =
    /^Bearer realm="[^"]*"(, resource_metadata="[^"]*")?$/.test(first) &&
    /^Bearer realm="[^"]*"(, resource_metadata="[^"]*")?, error="insufficient_scope"$/.test(second);
  return asExpected(isRight, isRight ? 'as expected' : `401: ${first}; 403: ${second}`);
}
