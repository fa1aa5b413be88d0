import { describe, expect, it } from 'vitest';
import type { FoundRoute, Guard } from '../../../ops/init/found-apis.ts';
import { leftOutTexts, proposedTable } from '../../../ops/init/proposed-routes.ts';

const resource = {
  file: 'Orders.template.json',
  logicalId: 'Jwt',
  type: 'AWS::ApiGatewayV2::Authorizer',
  properties: {},
};
const authorizer = { ...resource, metadata: { 'aws:cdk:path': 'Orders/Jwt/Resource' } };
const OPEN: Guard = { type: 'NONE', authorizer: undefined, scopes: [] };

/** `GET /orders`, guarded as given. */
function route(name: string, guard: Guard = OPEN): FoundRoute {
  const [method = '', path = ''] = name.split(' ');
  return { method, path, guard };
}

describe('the scopes of a route without an authorizer are a proposal', () => {
  it.each([
    ['GET /orders', 'orders:read'],
    ['HEAD /orders/{id}', 'orders:read'],
    ['POST /orders', 'orders:write'],
    ['ANY /orders/{proxy+}', 'orders:write'],
    ['GET /api/v2/customers/{id}/orders', 'customers:read'],
    ['DELETE /{tenant}/users', 'users:write'],
    ['GET /', 'api:read'],
    ['ANY /{proxy+}', 'api:write'],
    ['ANY $default', 'api:write'],
  ])('%s: %s', (name, scope) => {
    expect(proposedTable({ routes: [route(name)] }).routes).toMatchObject([{ scopes: [scope], isGuessed: true }]);
  });
});

describe('a route that has an authorizer', () => {
  it.each(['JWT', 'COGNITO_USER_POOLS'])('keeps its scopes: %s', (type) => {
    const { routes } = proposedTable({
      routes: [route('GET /orders', { type, authorizer, scopes: ['orders/read', 'all'] })],
    });
    expect(routes).toEqual([
      { method: 'GET', path: '/orders', scopes: ['orders/read', 'all'], replaces: 'Orders/Jwt', isGuessed: false },
    ]);
  });

  it('takes any valid token as before where its authorizer asks for no scope', () => {
    const { routes } = proposedTable({ routes: [route('GET /orders', { type: 'JWT', authorizer, scopes: [] })] });
    expect(routes).toMatchObject([{ scopes: [], isGuessed: false }]);
  });

  it.each([
    ['a Lambda function compares', { type: 'CUSTOM', authorizer: undefined, scopes: [] }],
    ['only the deployment knows', { type: 'JWT', authorizer: undefined, scopes: undefined }],
  ])('gets a proposal for scopes that %s', (_, guard) => {
    const { routes } = proposedTable({ routes: [route('GET /orders', guard)] });
    expect(routes).toMatchObject([
      { scopes: ['orders:read'], isGuessed: true, replaces: `an authorizer of type ${guard.type}` },
    ]);
  });
});

describe('a route is left out', () => {
  it.each([
    ['OPTIONS /orders', OPEN, 'preflights come without a token', false],
    ['GET /health', OPEN, 'health checks and metadata are for anybody', true],
    ['GET /v1/healthz', OPEN, 'health checks and metadata are for anybody', true],
    ['GET /.well-known/oauth-protected-resource', OPEN, 'health checks and metadata are for anybody', true],
    ['GET /orders', { type: 'AWS_IAM', authorizer: undefined, scopes: [] }, 'IAM is the guard there', false],
    ['TRACE /orders', OPEN, 'no rule can name such a method', true],
  ])('%s', (name, guard, because, isOpen) => {
    expect(proposedTable({ routes: [route(name, guard)] })).toEqual({
      routes: [],
      leftOut: [{ name, because, isOpen }],
    });
  });

  it.each(['GET /orders/health-insurance', 'GET /shipping', 'GET /healthy'])('not by a part of a word: %s', (name) => {
    expect(proposedTable({ routes: [route(name)] }).leftOut).toEqual([]);
  });

  it('where it is open, and others of its API have an authorizer', () => {
    const guarded = route('GET /orders', { type: 'JWT', authorizer, scopes: [] });
    const { leftOut } = proposedTable({ routes: [route('GET /prices'), guarded] });
    expect(leftOut).toEqual([
      { name: 'GET /prices', because: 'only other routes of the API have an authorizer', isOpen: true },
    ]);
  });

  it('but a health check with an authorizer is not', () => {
    const { routes } = proposedTable({ routes: [route('GET /health', { type: 'JWT', authorizer, scopes: [] })] });
    expect(routes).toMatchObject([{ path: '/health' }]);
  });
});

it('routes that are left out for one reason stand in one text, each once', () => {
  const { leftOut } = proposedTable({ routes: ['OPTIONS /a', 'GET /ping', 'OPTIONS /b'].map((name) => route(name)) });
  expect(leftOutTexts([...leftOut, ...leftOut])).toEqual([
    'OPTIONS /a, OPTIONS /b, because preflights come without a token',
    'GET /ping, because health checks and metadata are for anybody',
  ]);
});
