import fc from 'fast-check';
import { expect, it } from 'vitest';
import { STAGE_ARN } from '../../support/tokens/authorizer-under-test.ts';
import { loopbackIssuer } from '../../support/tokens/loopback-issuer.ts';

const issuer = loopbackIssuer();

/** The subjects of good header values. */
const SUBJECTS: Readonly<Record<string, string>> = {
  [`Bearer ${issuer.tokenOf({ sub: 'alice', scope: 'read' })}`]: 'main#alice',
  [`bearer  ${issuer.tokenOf({ sub: 'bob', scope: 'write' })}`]: 'main#bob',
};
const [alice = '', bob = ''] = Object.keys(SUBJECTS);

/** What the routes of the authorizer under test allow to a token, by route: `undefined` for the policy of all routes. */
const ALLOWED: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'main#alice': { undefined: ['GET/open', 'GET/a'], 'GET /a': ['GET/a'], 'GET /open': ['GET/open'] },
  'main#bob': { undefined: ['GET/open', 'GET/b'], 'GET /b': ['GET/b'], 'GET /open': ['GET/open'] },
};

const STAGES = [STAGE_ARN, STAGE_ARN.replace(/v1$/, '$default')] as const;

const value = fc.oneof(
  { weight: 6, arbitrary: fc.constant(alice) },
  { weight: 2, arbitrary: fc.constant(bob) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('', ' ', ',', `${alice},${bob}`, `${alice}, `, `${alice} `, 'Bearer', 'Basic YTpi'),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
);
const headerName = fc.oneof(
  { weight: 8, arbitrary: fc.constant('authorization') },
  { weight: 1, arbitrary: fc.constantFrom('Authorization', 'AUTHORIZATION', 'proxy-authorization', '__proto__', 'x') },
);
const routeKey = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('GET /a', 'GET /b', 'GET /open') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('$default', 'POST /a', 'GET', '', 'GET *', 'GET /*', 'GET a', '* /a', 'constructor'),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 12 }) },
);
const request = fc.constantFrom(
  'GET/a',
  'GET/',
  'GET//',
  'GET/*',
  `GET/\${aws:username}`,
  'GET/ä b',
  'GET/$default/GET/a',
  '',
);

/** What a client can choose, or bring about by what it sends. */
const clientPart = fc.record({
  headers: fc.array(fc.tuple(headerName, value), { maxLength: 3 }),
  routeKey,
  routeArn: fc.tuple(fc.constantFrom(...STAGES), request).map((parts) => parts.join('/')),
  /** How the identity sources differ from what the header and the route say. */
  sources: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('token', 'route') },
    { weight: 2, arbitrary: fc.array(fc.oneof(value, routeKey, fc.jsonValue({ maxDepth: 1 })), { maxLength: 3 }) },
  ),
});

function eventOf({ headers, routeKey: key, routeArn, sources }: Case): Readonly<Record<string, unknown>> {
  const [[, first = ''] = []] = headers;
  const identitySource = sources === 'token' ? [first] : sources === 'route' ? [first, key] : sources;
  return {
    version: '2.0',
    type: 'REQUEST',
    routeArn,
    identitySource,
    routeKey: key,
    ...(headers.length > 0 && { headers: Object.fromEntries(headers) }),
  };
}
type Case = typeof clientPart extends fc.Arbitrary<infer Value> ? Value : never;

/** The subject for which the event may be allowed, and the patterns: as the cache key says, and no other. */
function expectedOf(event: Readonly<Record<string, unknown>>) {
  const sent = Object.entries(event.headers ?? {}).filter(([name]) => name.toUpperCase() === 'AUTHORIZATION');
  const [[, header] = []] = sent;
  const subject = sent.length === 1 ? SUBJECTS[header as string] : undefined;
  if (subject === undefined) return undefined;
  const key = JSON.stringify(event.identitySource);
  if (key === JSON.stringify([header])) return { subject, allowed: ALLOWED[subject]?.undefined };
  if (key !== JSON.stringify([header, event.routeKey])) return undefined;
  const allowed = ALLOWED[subject] ?? {};
  const name = String(event.routeKey);
  return { subject, allowed: Object.hasOwn(allowed, name) && name !== 'undefined' ? allowed[name] : [] };
}

it('an event of an HTTP API is allowed what its cache key says, and rejected with 401 whatever else a client brings about', async () => {
  const counts = { allowed: 0, unauthorized: 0, failed: 0 };
  const authorizer = issuer.fresh();
  const property = fc.asyncProperty(clientPart, async (part) => {
    const event = eventOf(part);
    const outcome = await authorizer.answerTo(event);
    counts[outcome.kind] += 1;
    const expected = expectedOf(event);
    expect(outcome.kind).toBe(expected === undefined ? 'unauthorized' : 'allowed');
    if (expected === undefined || outcome.kind !== 'allowed') return;
    const { principalId, policyDocument } = outcome.result;
    expect(principalId).toBe(expected.subject);
    const [stage = ''] = STAGES.filter((arn) => part.routeArn.startsWith(`${arn}/`));
    const [statement] = policyDocument.Statement;
    expect(statement).toMatchObject(
      expected.allowed?.length
        ? { Effect: 'Allow', Resource: expected.allowed.map((pattern) => `${stage}/${pattern}`) }
        : { Effect: 'Deny', Resource: [`${stage}/*`] },
    );
  });
  await fc.assert(property, { numRuns: 3_000 });
  expect(counts.allowed).toBeGreaterThan(300);
  expect(counts.unauthorized).toBeGreaterThan(300);
  expect(counts.failed).toBe(0);
});

/** A change of what API Gateway alone chooses. */
const mistakes = fc.oneof(
  fc.record({ version: fc.constantFrom(undefined, null, '1.0', '2', 2, '') }),
  fc.record({ type: fc.constantFrom(undefined, null, 'TOKEN', 'request', '') }),
  fc.record({
    routeArn: fc.constantFrom(undefined, null, 1, '', 'GET/a', STAGE_ARN, 'arn:aws:execute-api:r:1:*/v1/GET/a'),
  }),
  fc.record({ routeArn: fc.constantFrom('$', '$defaults', 'a$default', `\${default}`, '*', 'v?', '').map(ofStage) }),
  fc.record({ identitySource: fc.constantFrom(undefined, null, alice, 1, {}, { 0: alice, length: 1 }) }),
  fc.record({ headers: fc.constantFrom(null, 1, true, {}, [1]).map((authorization) => ({ authorization })) }),
);

function ofStage(stage: string): string {
  return STAGE_ARN.replace(/v1$/, `${stage}/GET/a`);
}

it('an event that no authorizer of ours gets is answered with 500, whatever token it brings', async () => {
  const authorizer = issuer.fresh();
  const property = fc.asyncProperty(mistakes, fc.constantFrom(alice, bob, 'Bearer x'), async (mistake, token) => {
    const good = eventOf({
      headers: [['authorization', token]],
      routeKey: 'GET /a',
      routeArn: `${STAGE_ARN}/GET/a`,
      sources: 'token',
    });
    expect((await authorizer.answerTo({ ...good, ...mistake })).kind).toBe('failed');
  });
  await fc.assert(property, { numRuns: 300 });
  expect(new Set(authorizer.log().map(({ event }) => event))).toEqual(new Set(['failed']));
});
