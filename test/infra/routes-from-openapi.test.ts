import { describe, expect, test } from 'vitest';
import { RouteTableError } from '../../infra/route-table-error.ts';
import { routesFromOpenApi } from '../../infra/routes-from-openapi.ts';

const securitySchemes = {
  oauth: { type: 'oauth2', flows: {} },
  oidc: { type: 'openIdConnect', openIdConnectUrl: 'https://issuer.example/.well-known/openid-configuration' },
  bearer: { type: 'http', scheme: 'Bearer' },
  key: { type: 'apiKey', in: 'header', name: 'x-api-key' },
};

function document(paths: object, rest: object = {}): object {
  return { openapi: '3.1.0', info: { title: 't', version: '1' }, components: { securitySchemes }, paths, ...rest };
}

function scopesFor(security: unknown, rest: object = {}) {
  return routesFromOpenApi(document({ '/a': { get: { security } } }, rest)).routes[0]?.scopes;
}

describe('what becomes a route', () => {
  test('every operation with its method, path and scopes, in the order of the document', () => {
    const { routes, warnings } = routesFromOpenApi(
      document({
        '/orders': {
          get: { security: [{ oauth: ['orders:read'] }] },
          post: { security: [{ oauth: ['orders:write'] }] },
        },
        '/orders/{id}': { parameters: [], get: { security: [{ oidc: ['orders:read'] }] } },
        '/files/{proxy+}': { 'x-amazon-apigateway-any-method': { security: [{ bearer: [] }] } },
      }),
    );
    expect(routes).toEqual([
      { method: 'GET', path: '/orders', scopes: ['orders:read'] },
      { method: 'POST', path: '/orders', scopes: ['orders:write'] },
      { method: 'GET', path: '/orders/{id}', scopes: ['orders:read'] },
      { method: 'ANY', path: '/files/{proxy+}', scopes: [] },
    ]);
    expect(warnings).toEqual([]);
  });

  test('alternatives are any-of', () => {
    expect(scopesFor([{ oauth: ['read'] }, { oidc: ['admin'] }, { oauth: ['read'] }])).toEqual(['read', 'admin']);
  });

  test('an alternative without a scope opens the operation to every valid token', () => {
    expect(scopesFor([{ oauth: ['read'] }, { bearer: [] }])).toEqual([]);
  });

  test('two schemes that ask for the same scope are one', () => {
    expect(scopesFor([{ oauth: ['read'], oidc: ['read'], bearer: [] }])).toEqual(['read']);
  });

  test('security of the document counts where the operation states none, and only there', () => {
    const security = [{ oauth: ['read'] }];
    expect(scopesFor(undefined, { security })).toEqual(['read']);
    expect(scopesFor([{ oauth: ['own'] }], { security })).toEqual(['own']);
    expect(scopesFor([], { security })).toBeUndefined();
  });
});

describe('what is said in words', () => {
  test('an operation that asks for no security has no route', () => {
    expect(routesFromOpenApi(document({ '/health': { get: {} } }))).toEqual({
      routes: [],
      warnings: [
        'The operation GET /health asks for no security: it has no route, so its method must not use the authorizer.',
      ],
    });
  });

  test.each([
    ['https://api.example/v1/', '/v1'],
    ['/v2', '/v2'],
    ['//api.example/{base}/x', '/{base}/x'],
  ])('the base path of the server %s is ignored', (url, basePath) => {
    expect(routesFromOpenApi(document({}, { servers: [{ url }] })).warnings).toEqual([
      `The servers' base path ${basePath} is ignored: the stage or the domain's mapping adds it.`,
    ]);
  });

  test('a server without a base path needs no word', () => {
    expect(routesFromOpenApi(document({}, { servers: [{ url: 'https://api.example/' }] })).warnings).toEqual([]);
  });
});

describe('what cannot be expressed', () => {
  test.each([
    ['two scopes at once', [{ oauth: ['a', 'b'] }], /GET \/a asks for a and b at once/],
    ['two scopes of two schemes at once', [{ oauth: ['a'], oidc: ['b'] }], /GET \/a asks for a and b at once/],
    ['an optional token', [{ oauth: ['a'] }, {}], /GET \/a may be called with or without a token/],
    ['an API key', [{ key: [] }], /GET \/a asks for key, which is not a bearer token/],
    ['an API key beside a token', [{ oauth: ['a'], key: [] }], /GET \/a asks for key/],
    ['an unknown scheme', [{ nobody: [] }], /GET \/a names the security scheme nobody, which the document lacks/],
    ['roles of a bearer scheme', [{ bearer: ['role'] }], /GET \/a lists roles for bearer/],
    ['a security that is no list', { oauth: ['a'] }, /GET \/a has a security that is not a list/],
  ])('%s', (_, security, words) => {
    expect(() => scopesFor(security)).toThrow(words);
    expect(() => scopesFor(security)).toThrow(RouteTableError);
  });

  test.each([
    ['/a/{id}.json', 'get', /GET \/a\/{id}.json cannot be a route: The path .* has the part "{id}.json"/],
    ['/a/', 'put', /PUT \/a\/ cannot be a route: .* must not end with/],
    ['/a', 'trace', /TRACE \/a cannot be: API Gateway has no TRACE/],
  ])('the path %s with %s', (path, method, words) => {
    expect(() => routesFromOpenApi(document({ [path]: { [method]: { security: [{ bearer: [] }] } } }))).toThrow(words);
  });

  test('a path item that is a reference', () => {
    expect(() => routesFromOpenApi(document({ '/a': { $ref: 'a.json' } }))).toThrow('/a is a $ref');
  });

  test.each([undefined, '2.0', '3.2.0', 3])('a document of version %s', (openapi) => {
    expect(() => routesFromOpenApi({ openapi, paths: {} })).toThrow(RouteTableError);
  });
});
