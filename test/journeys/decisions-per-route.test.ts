import { randomUUID } from 'node:crypto';
import { Duration } from 'aws-cdk-lib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { oidc } from '../../infra/issuers/oidc.ts';
import type { Route } from '../../lambda/policy/route.ts';
import { type ApiRequest, apiCaller, type CallApi } from '../deployed/api/api-call.ts';
import { type DeployedVersion, deployVersion } from '../support/journeys/deployed-version.ts';
import { START_TIMEOUT } from '../support/journeys/local-journey.ts';
import { loopbackIssuer } from '../support/tokens/loopback-issuer.ts';
import { segment } from '../support/tokens/signed-token.ts';

/** A policy per token cannot express this table: a Deny for the invoice would also deny the tenant or the PDF. */
const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/t/{tenant}', scopes: ['tenant'] },
  { method: 'GET', path: '/t/{tenant}/billing/{inv}', scopes: ['billing'] },
  { method: 'GET', path: '/t/{tenant}/billing/{inv}/pdf', scopes: ['pdf'] },
  { method: 'GET', path: '/files/{name}', scopes: ['tenant'] },
  { method: 'ANY', path: '/files/{path+}', scopes: ['files'] },
  { method: 'GET', path: '/whoami', scopes: [] },
];

/** The scope that opens each request. undefined: any valid token. Some parameters are literals of the table. */
const NEEDED: readonly (readonly [request: string, scope: string | undefined])[] = [
  ['GET /t/7', 'tenant'],
  ['GET /t/billing', 'tenant'],
  ['GET /t/7/billing/8', 'billing'],
  ['GET /t/billing/billing/pdf', 'billing'],
  ['GET /t/7/billing/8/pdf', 'pdf'],
  ['GET /t/pdf/billing/billing/pdf', 'pdf'],
  ['GET /files/a', 'tenant'],
  ['HEAD /files/a', 'files'],
  ['DELETE /files/a', 'files'],
  ['GET /files/a/b', 'files'],
  ['HEAD /files/a/b', 'files'],
  ['GET /whoami', undefined],
];

/** An hour, so that only a flush can bring a rejection during the test. */
const RESULT_TTL = Duration.hours(1);

const issuer = loopbackIssuer();
let deployed: DeployedVersion;
let call: CallApi;

beforeAll(async () => {
  const main = oidc({
    issuer: issuer.trusted().issuer,
    audience: 'api',
    jwksUri: `${issuer.address}/keys`,
    algorithms: ['ES256'],
  });
  const deployment = { issuers: { main }, routes: ROUTES, cachePer: 'route', resultTtl: RESULT_TTL } as const;
  deployed = await deployVersion(`per-route-${randomUUID()}`, deployment);
  call = apiCaller(deployed.api, new AbortController().signal);
}, START_TIMEOUT);

afterAll(() => deployed?.stop());

interface Held {
  readonly jwtId: string;
  readonly authorization: string;
}

function tokenWith(...scopes: readonly string[]): Held {
  const now = Math.floor(Date.now() / 1000);
  const jwtId = randomUUID();
  const token = issuer.tokenOf({ jti: jwtId, scope: scopes.join(' '), iat: now, exp: now + 600 });
  return { jwtId, authorization: `Bearer ${token}` };
}

const requestOf = (name: string): Pick<ApiRequest, 'path'> & { readonly method: string } => {
  const [method = '', path = ''] = name.split(' ');
  return { method, path };
};

const statusOf = async (request: string, ...authorization: readonly string[]): Promise<number> =>
  (await call({ ...requestOf(request), authorization })).status;

/** The scopes, of which tokens hold any mixture. */
const SCOPES = ['tenant', 'billing', 'pdf', 'files'] as const;
const MIXTURES = Array.from({ length: 2 ** SCOPES.length }, (_, mask) =>
  SCOPES.filter((_scope, index) => (mask >> index) % 2 === 1),
);

const NAMED_MIXTURES = MIXTURES.map((scopes) => ({ name: scopes.join(' ') || '(none)', scopes }));

test.each(NAMED_MIXTURES)(
  'a token with the scopes $name opens exactly the routes that they grant',
  async ({ scopes }) => {
    const { authorization } = tokenWith(...scopes);
    for (const round of ['decided', 'cached']) {
      const answers = await Promise.all(NEEDED.map(([request]) => statusOf(request, authorization)));
      const expected = NEEDED.map(([, scope]) =>
        scope === undefined || scopes.some((held) => held === scope) ? 200 : 403,
      );
      expect({ round, answers }).toEqual({ round, answers: expected });
    }
  },
);

test('the cache holds one decision for each token and route', async () => {
  const [one, other] = [tokenWith('tenant', 'billing'), tokenWith('tenant', 'billing')];
  const decisionsFor = async (held: Held, request: string): Promise<number> => {
    const before = deployed.decisions();
    await statusOf(request, held.authorization);
    return deployed.decisions() - before;
  };
  expect(await decisionsFor(one, 'GET /t/7')).toBe(1);
  expect(await decisionsFor(one, 'GET /t/7')).toBe(0);
  expect(await decisionsFor(one, 'GET /t/8')).toBe(0);
  expect(await decisionsFor(one, 'GET /t/7/billing/8')).toBe(1);
  expect(await decisionsFor(one, 'GET /t/9/billing/9')).toBe(0);
  expect(await decisionsFor(one, 'HEAD /files/a')).toBe(1);
  expect(await decisionsFor(one, 'DELETE /files/a')).toBe(1);
  expect(await decisionsFor(other, 'GET /t/7')).toBe(1);
});

test('an entry takes a token back on every route, although the gateway has cached an Allow of each for an hour', async () => {
  const { jwtId, authorization } = tokenWith(...SCOPES);
  const statuses = () => Promise.all(NEEDED.map(([request]) => statusOf(request, authorization)));
  expect(new Set(await statuses())).toEqual(new Set([200]));
  await deployed.revoke(`jti#main#${jwtId}`);
  await vi.waitUntil(async () => (await statuses()).every((status) => status === 401), { timeout: 30_000 });
});

describe('401 is the answer to', () => {
  const good = () => tokenWith('tenant').authorization;
  const unsigned = (authorization: string) =>
    `Bearer ${segment({ alg: 'none', typ: 'at+jwt' })}.${authorization.split('.')[1]}.`;

  test.each<[string, (good: string) => readonly string[]]>([
    ['two Authorization headers with the same good token', (token) => [token, token]],
    ['a good token before another header', (token) => [token, 'Bearer x']],
    ['a good token after another header', (token) => ['Basic eA==', token]],
    ['two tokens in one header', (token) => [`${token}, ${token}`]],
    ['garbage', () => ['Bearer garbage']],
    ['another scheme', (token) => [token.replace('Bearer', 'Basic')]],
    ['text after the token', (token) => [`${token} x`]],
    ['a comma after the token', (token) => [`${token},`]],
    ['an unsigned token', (token) => [unsigned(token)]],
  ])('%s', async (_, headersOf) => {
    expect(await statusOf('GET /t/7', ...headersOf(good()))).toBe(401);
  });

  test('two headers, until the decision for the one that API Gateway takes is cached', async () => {
    const token = good();
    expect(await statusOf('GET /t/7', 'Bearer x', token)).toBe(401);
    expect(await statusOf('GET /t/7', token)).toBe(200);
    expect(await statusOf('GET /t/7', 'Bearer x', token)).toBe(200);
    expect(await statusOf('GET /files/a', 'Bearer x', token)).toBe(401);
  });

  test.each([[[]], [['']]])('no token: Authorization %j, without a decision', async (headers) => {
    const before = deployed.decisions();
    expect(await statusOf('GET /t/7', ...headers)).toBe(401);
    expect(deployed.decisions()).toBe(before);
  });
});
