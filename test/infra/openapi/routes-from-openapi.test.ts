import { Lazy } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { RouteTableError } from '../../../infra/errors.ts';
import { protectedDocument } from '../../../infra/openapi/protected-document.ts';
import { routesFromOpenApi } from '../../../infra/openapi/routes-from-openapi.ts';

const securitySchemes = {
  oauth: { type: 'oauth2', flows: {} },
  oidc: { type: 'openIdConnect', openIdConnectUrl: 'https://issuer.example/.well-known/openid-configuration' },
  bearer: { type: 'http', scheme: 'Bearer' },
  key: { type: 'apiKey', in: 'header', name: 'x-api-key' },
  queryKey: { type: 'apiKey', in: 'query', name: 'x-api-key' },
  header: { type: 'apiKey', in: 'header', name: 'Authorization' },
  basic: { type: 'http', scheme: 'basic' },
  pool: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    'x-amazon-apigateway-authtype': 'cognito_user_pools',
    'x-amazon-apigateway-authorizer': { type: 'cognito_user_pools', providerARNs: [{ 'Fn::GetAtt': ['Pool', 'Arn'] }] },
  },
  iam: { type: 'apiKey', in: 'header', name: 'Authorization', 'x-amazon-apigateway-authtype': 'awsSigv4' },
};

const get = { security: [{ oauth: ['read'] }] };

function document(paths: object, rest: object = {}): object {
  return { openapi: '3.1.0', info: { title: 't', version: '1' }, components: { securitySchemes }, paths, ...rest };
}

function scopesFor(security: unknown, rest: object = {}) {
  return routesFromOpenApi(document({ '/a': { get: { security } } }, rest)).routes[0]?.scopes;
}

describe('the routes of a document', () => {
  test('are every operation with its method, path and scopes, in the order of the document', () => {
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

  test('open to any one of the alternatives', () => {
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

describe('the warnings of a document', () => {
  const variables = {
    scheme: { default: 'https' },
    host: { default: 'api.example' },
    version: { default: 'v3', enum: ['v2', 'v3'] },
    server: { default: 'https://api.example/v4' },
    root: { default: '' },
  };

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
    ['{scheme}://{host}/{version}', '/v3'],
    ['{server}/x', '/v4/x'],
  ])('the base path of the server %s is ignored', (url, basePath) => {
    expect(routesFromOpenApi(document({}, { servers: [{ url, variables }] })).warnings).toEqual([
      `The servers' base path ${basePath} is ignored: the stage or the domain's mapping adds it.`,
    ]);
  });

  test('a server without a base path causes none', () => {
    const servers = ['https://api.example/', '{scheme}://{host}', '/{root}'].map((url) => ({ url, variables }));
    expect(routesFromOpenApi(document({}, { servers })).warnings).toEqual([]);
  });
});

describe('operations that another scheme guards', () => {
  const iam = { 'x-amazon-apigateway-auth': { type: 'aws_iam' } };

  test.each<[string, object, string]>([
    ['another authorizer', { security: [{ pool: ['read'] }] }, 'is guarded by another authorizer (pool): it stays'],
    ['IAM by a scheme', { security: [{ iam: [] }] }, 'is guarded by another authorizer (iam): it stays as it is'],
    ['IAM by the extension', iam, 'is guarded by another authorizer (AWS_IAM): it stays as it is'],
    [
      'IAM, with security: []',
      { ...iam, security: [] },
      'is guarded by another authorizer (AWS_IAM): it stays as it is',
    ],
    [
      'IAM and a password',
      { ...iam, security: [{ basic: [] }] },
      'is guarded by another authorizer (AWS_IAM): it stays',
    ],
    ['a pool and an API key', { security: [{ pool: [] }, { key: [] }] }, 'is guarded by another authorizer (pool): it'],
    [
      'an API key',
      { security: [{ key: [] }] },
      'asks for an API key and no token (key): it stays as it is, has no route',
    ],
  ])('by %s have no route, and a warning names them', (_, operation, words) => {
    const { routes, warnings } = routesFromOpenApi(document({ '/a': { get: operation } }));
    expect(routes).toEqual([]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(`The operation GET /a ${words}`);
  });

  test('are listed in one warning for each kind', () => {
    const paths = {
      '/a': { get: { security: [{ pool: [] }] }, put: iam },
      '/b': { get: { security: [{ pool: [] }] } },
    };
    expect(routesFromOpenApi(document(paths)).warnings).toEqual([
      'The operations GET /a, PUT /a, GET /b are guarded by another authorizer (pool, AWS_IAM): they stay as they are, ' +
        'have no route, and their methods must not use this authorizer.',
    ]);
  });

  test.each<[string, object]>([
    ['an authorizer that is a token', { 'x-amazon-apigateway-authorizer': Lazy.any({ produce: () => ({}) }) }],
    ['an authorizer that is Fn::If', { 'x-amazon-apigateway-authorizer': { 'Fn::If': ['C', {}, {}] } }],
    ['an authorizer without a type', { 'x-amazon-apigateway-authorizer': {} }],
    ['an authorizer of an HTTP API', { 'x-amazon-apigateway-authorizer': { type: 'jwt' } }],
    ['a type without its authorizer', { 'x-amazon-apigateway-authtype': 'cognito_user_pools' }],
    ['a type that is a token', { 'x-amazon-apigateway-authtype': Lazy.string({ produce: () => 'awsSigv4' }) }],
    ['a header that is a token', { name: Lazy.string({ produce: () => 'x-api-key' }) }],
    ['a place that is a token', { in: Lazy.string({ produce: () => 'header' }) }],
  ])('%s in the scheme is rejected by name', (_, members) => {
    const other = { type: 'apiKey', in: 'header', name: 'Authorization', ...members };
    const described = {
      ...document({ '/a': { get } }),
      components: { securitySchemes: { ...securitySchemes, other } },
    };
    expect(() => routesFromOpenApi(described)).toThrow('The security scheme "other"');
    expect(() => routesFromOpenApi(described)).toThrow(RouteTableError);
  });
});

describe('a scheme besides the token', () => {
  const warningsFor = (security: unknown) =>
    routesFromOpenApi(document({ '/a': { get: { security } }, '/b': { put: { security } } })).warnings;

  test('that is an API key of API Gateway causes no warning, because API Gateway checks it', () => {
    expect(scopesFor([{ oauth: ['read'], key: [] }])).toEqual(['read']);
    expect(warningsFor([{ oauth: ['read'], key: [] }])).toEqual([]);
  });

  test.each(['queryKey', 'header', 'basic'])('%s causes a warning, because API Gateway does not check it', (scheme) => {
    expect(scopesFor([{ oauth: ['read'], [scheme]: [] }])).toEqual(['read']);
    expect(warningsFor([{ oauth: ['read'], [scheme]: [] }])).toEqual([
      `The operation GET /a asks for ${scheme} besides the token, like 1 other (PUT /b): API Gateway does not check ` +
        `${scheme}, so the backend has to.`,
    ]);
  });

  test.each(['queryKey', 'basic'])(
    '%s in place of a token is not offered by API Gateway, which a warning says',
    (scheme) => {
      expect(scopesFor([{ [scheme]: [] }, { oauth: ['read'] }])).toEqual(['read']);
      expect(warningsFor([{ [scheme]: [] }, { oauth: ['read'] }])).toEqual([
        `The operation GET /a may be called with ${scheme} in place of a token, like 1 other (PUT /b): API Gateway always ` +
          'asks for the token, so requests without one get 401.',
      ]);
    },
  );
});

describe('open operations', () => {
  const security = [{ oauth: ['read'] }];
  const mock = { 'x-amazon-apigateway-integration': { type: 'MOCK' } };
  const openedBy = (operation: object, key = 'get') =>
    routesFromOpenApi(document({ '/a': { [key]: operation } }, { security }));

  test('cause a warning that says when their own security: [] opens them', () => {
    expect(openedBy({ security: [] })).toEqual({
      routes: [],
      warnings: [
        'The operation GET /a has a security: [] of its own, which opens it to everybody although the document asks for ' +
          'security: it has no route, so its method must not use the authorizer.',
      ],
    });
  });

  test.each([[[{}]], [[{}, { basic: [] }]]])('are those that ask for nothing in one alternative: %j', (optional) => {
    expect(openedBy({ security: optional }).warnings).toEqual([
      'The operation GET /a may be called without credentials ({} in security): it has no route, so its method must not ' +
        'use the authorizer.',
    ]);
  });

  test('are CORS preflights, which a mock answers, unless they have a security of their own', () => {
    expect(openedBy(mock, 'options')).toEqual({
      routes: [],
      warnings: [
        'The operation OPTIONS /a is a mock for CORS preflights, which browsers send without a token: it stays open ' +
          'although the document asks for security, and has no route.',
      ],
    });
    expect(openedBy({ ...mock, security }, 'options').routes).toHaveLength(1);
    expect(openedBy({ 'x-amazon-apigateway-integration': { type: 'http' } }, 'options').routes).toHaveLength(1);
    expect(openedBy(mock, 'get').routes).toHaveLength(1);
  });
});

test.each<[string, unknown]>([
  ['inherited', Object.create({ type: 'mock' })],
  ['a token', Lazy.any({ produce: () => ({ type: 'mock' }) })],
  ['Fn::If', { 'Fn::If': ['C', { type: 'mock' }, {}], type: 'mock' }],
])('a mock that is %s opens nothing', (_, value) => {
  const options = { 'x-amazon-apigateway-integration': value };
  const described = document({ '/a': { options } }, { security: [{ bearer: [] }] });
  expect(routesFromOpenApi(described).routes).toHaveLength(1);
});

// JSON would lose it, and publish the operation without IAM. Seed 249121972 of the property: with an API key nothing was said.
test.each<[string, unknown]>([
  ['inherited', Object.create({ type: 'AWS_IAM' })],
  ['a text', 'AWS_IAM'],
  ['null', null],
])('an IAM extension that is %s is rejected', (_, value) => {
  for (const security of [undefined, [], [{ key: [] }]]) {
    const get = { 'x-amazon-apigateway-auth': value, ...(security && { security }) };
    expect(() => routesFromOpenApi(document({ '/a': { get } }))).toThrow(
      /^x-amazon-apigateway-auth of GET \/a is .*: write an object\.$/,
    );
  }
});

/** The one of two paths that a route may have. */
const parsableOf = (path: string, other: string) => (/.\/$|\/\//.test(path) ? other : path);

describe('paths that API Gateway rejects', () => {
  const open = { security: [] };
  const poolOnly = { security: [{ pool: [] }] };

  test.each([
    ['/a/{id}.json', /has the part "{id}.json"/],
    ['/{a}:{b}', /has the part "{a}:{b}"/],
    ['/@me', /has the part "@me"/],
    ['/~me', /has the part "~me"/],
    ['/a#b', /has the part "a#b"/],
    ['/a%20b', /has the part "a%20b"/],
    ['/a/', /must not end with "\/"/],
  ])('%s is rejected for an operation with a token, and causes a warning otherwise', (path, words) => {
    expect(() => routesFromOpenApi(document({ [path]: { get: { security: [{ bearer: [] }] } } }))).toThrow(words);
    for (const operation of [open, poolOnly]) {
      const { routes, warnings } = routesFromOpenApi(document({ '/ok': { get }, [path]: { get: operation } }));
      expect(routes).toHaveLength(1);
      expect(warnings.some((warning) => words.test(warning))).toBe(true);
    }
  });

  test.each([
    ['/a/', '/a', open],
    ['/a', '/a/', open],
    ['//a', '/a', open],
    ['/b//{id}/', '/b/{id}', open],
    ['/', '//', poolOnly],
  ])('%s and %s, which could be one resource, are rejected if one of them is guarded', (path, other, operation) => {
    const guarded = parsableOf(path, other);
    const twin = guarded === path ? other : path;
    for (const guard of [get, poolOnly]) {
      const described = document({
        [path]: {},
        [other]: {},
        ...{ [guarded]: { get: guard }, [twin]: { post: operation } },
      });
      expect(() => routesFromOpenApi(described)).toThrow(
        `The paths ${path} and ${other} differ in slashes only, and API Gateway could take them for one resource: keep one of them.`,
      );
    }
  });

  test('that differ in slashes only cause a warning if all of them are open', () => {
    const { warnings } = routesFromOpenApi(document({ '/ok': { get }, '/a': { get: open }, '/a/': { get: open } }));
    expect(warnings.some((warning) => warning.includes('The path "/a/" must not end with "/"'))).toBe(true);
  });

  test('a comma is part of a path', () => {
    expect(routesFromOpenApi(document({ '/a,b': { get } })).routes).toHaveLength(1);
  });

  test('with two names for one place are rejected for operations with a token, and cause a warning otherwise', () => {
    const words = 'The paths /u/{id} and /u/{user}/r call one place {id} and {user}, which API Gateway rejects';
    expect(() => routesFromOpenApi(document({ '/u/{id}': { get }, '/u/{user}/r': { get } }))).toThrow(words);
    const { routes, warnings } = routesFromOpenApi(document({ '/u/{id}': { get }, '/u/{user}/r': { get: open } }));
    expect(routes).toHaveLength(1);
    expect(warnings.some((warning) => warning.includes(words))).toBe(true);
  });
});

describe('a document that a route table cannot express', () => {
  test.each([
    ['two scopes at once', [{ oauth: ['a', 'b'] }], /GET \/a asks for a and b at once/],
    ['two scopes of two schemes at once', [{ oauth: ['a'], oidc: ['b'] }], /GET \/a asks for a and b at once/],
    ['an optional token', [{ oauth: ['a'] }, {}], /GET \/a may be called with or without a token/],
    [
      'a token or an API key',
      [{ oauth: ['a'] }, { key: [] }],
      /GET \/a may be called with a token or with the API key key: write both/,
    ],
    [
      'an API key with some tokens',
      [{ oauth: [], key: [] }, { oidc: [] }],
      /GET \/a asks for the API key key with some tokens/,
    ],
    [
      'a token or another authorizer',
      [{ oauth: ['a'] }, { pool: [] }],
      /GET \/a asks for a token and for pool, .* keep one/,
    ],
    [
      'a token and another authorizer',
      [{ oauth: ['a'], iam: [] }],
      /GET \/a asks for a token and for iam, .* keep one/,
    ],
    [
      'a key that API Gateway does not check',
      [{ queryKey: [] }],
      /GET \/a asks for queryKey alone, which API Gateway does not/,
    ],
    ['a password', [{ basic: [] }], /GET \/a asks for basic alone, .* would be open to everybody: ask for a token/],
    [
      'a header that may be a bearer token',
      [{ header: [] }],
      /GET \/a asks for header alone, .*: define header as {.*"scheme": "bearer" } if/,
    ],
    ['an unknown scheme', [{ nobody: [] }], /GET \/a names the security scheme nobody, which the document lacks/],
    ['roles of a bearer scheme', [{ bearer: ['role'] }], /GET \/a lists roles for bearer/],
    ['a security that is not a list', { oauth: ['a'] }, /GET \/a has a security that is not a list/],
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

  test.each([
    [{ swagger: '2.0' }, 'The document is Swagger "2.0", not OpenAPI: convert it to OpenAPI 3.0, with swagger2openapi'],
    [{}, 'The OpenAPI document has no member openapi: write its version, such as "3.0.3".'],
    [{ openapi: '3.0' }, 'says openapi: "3.0": write the whole version as text, such as "3.0.3".'],
    [{ openapi: 3.1 }, 'says openapi: 3.1: write the whole version as text, such as "3.0.3".'],
    [{ openapi: '3.2.0' }, 'says openapi: "3.2.0": give one of 3.0 or 3.1.'],
    [{ openapi: '2.0' }, 'says openapi: "2.0": give one of 3.0 or 3.1.'],
    [{ openapi: null }, 'says openapi: null: give one of 3.0 or 3.1.'],
  ])('the version of %j, which the sentence repeats', (version, words) => {
    expect(() => routesFromOpenApi({ ...version, paths: {} })).toThrow(words);
    expect(() => routesFromOpenApi({ ...version, paths: {} })).toThrow(RouteTableError);
  });
});

describe('operations with the same problem are counted', () => {
  const joint = { security: [{ oauth: ['a', 'b'] }] };

  test.each([
    [1, 'The operation GET /1 asks for a and b at once: a route opens to any one of its scopes.'],
    [2, 'The operation GET /1 asks for a and b at once, like 1 other (GET /2): a route opens'],
    [109, 'The operation GET /1 asks for a and b at once, like 108 others (GET /2, GET /3, GET /4, …): a route opens'],
  ])('%i of them', (count, words) => {
    const paths = Object.fromEntries(Array.from({ length: count }, (_, index) => [`/${index + 1}`, { get: joint }]));
    expect(() => routesFromOpenApi(document(paths))).toThrow(words);
  });

  test('but not those with another problem, and the alternatives are written out', () => {
    const paths = {
      '/a': { get: joint, put: { security: [{ basic: [] }] }, post: { security: [{ oidc: ['c', 'd'] }] } },
    };
    expect(() => routesFromOpenApi(document(paths))).toThrow(
      'The operation GET /a asks for a and b at once, like 1 other (POST /a): a route opens to any one of its scopes. ' +
        'Ask for one scope that stands for all of them; only where each of them alone is meant to open it, ' +
        'write alternatives, [{ "oauth": ["a"] }, { "oauth": ["b"] }].',
    );
  });

  test('if their paths cannot be routes', () => {
    const open = { '/c/{id}.pdf': { get: {} } };
    expect(() => routesFromOpenApi(document({ '/a@': { get }, '/b/{id}.pdf': { get, put: get }, ...open }))).toThrow(
      'The operation GET /a@ cannot be a route, like 2 others (GET /b/{id}.pdf, PUT /b/{id}.pdf): The path "/a@" has the part',
    );
  });

  test('two scopes at once are accepted if one of them alone is enough', () => {
    expect(scopesFor([{ oauth: ['a', 'b'] }, { oidc: ['a'] }])).toEqual(['a']);
    expect(scopesFor([{ oauth: ['a', 'b'] }, { bearer: [] }])).toEqual([]);
  });
});

const token = Lazy.any({ produce: () => get });

/** Documents of which API Gateway might publish something without an authorizer although people believe it protected. */
const HIDDEN: readonly (readonly [string, object, string])[] = [
  ['an operation in upper case', { '/b': { GET: get } }, 'The path /b has a member "GET": write get, in lower case.'],
  [
    'an operation with a capital',
    { '/b': { Post: get } },
    'The path /b has a member "Post": write post, in lower case.',
  ],
  ['an unknown method', { '/b': { query: get } }, 'The path /b has a member "query": write only delete, get, '],
  [
    'the extension for any method in another case',
    { '/b': { 'x-amazon-apigateway-ANY-method': get } },
    'The path /b has a member "x-amazon-apigateway-ANY-method": write x-amazon-apigateway-any-method.',
  ],
  [
    'security of a path',
    { '/b': { security: get.security, get: {} } },
    'The path /b has a member "security": write it into each operation, or for all into the document.',
  ],
  [
    'a path that is Fn::If',
    { '/b': { 'Fn::If': ['C', { get }, {}] } },
    'The path /b holds Fn::If, which only the deployment',
  ],
  ['Fn::Transform among the paths', { '/b': { get }, 'Fn::Transform': {} }, 'paths holds Fn::Transform, which only'],
  ['Fn::Transform in a path', { '/b': { get, 'Fn::Transform': {} } }, 'The path /b holds Fn::Transform, which only'],
  ['an operation that is Fn::If', { '/b': { get: { 'Fn::If': ['C', get, {}] } } }, 'The operation GET /b holds Fn::If'],
  ['an operation that is Ref', { '/b': { get: { Ref: 'Get' } } }, 'The operation GET /b holds Ref, which only'],
  ['an operation that is a token', { '/b': { get: token } }, 'The operation GET /b is a CDK token, which only'],
  [
    'a path that is a token',
    { '/b': token },
    'The path /b is a CDK token, which only the deployment resolves: write out',
  ],
  [
    'a path with a token for a name',
    { [`/${Lazy.string({ produce: () => 'b' })}`]: { get } },
    'paths has a CDK token for the',
  ],
  ['an operation that is null', { '/b': { get: null } }, 'The operation GET /b is null: write an object.'],
  ['a path that is a list', { '/b': [{ get }] }, 'The path /b is a list: write an object.'],
  ['an operation that is inherited', { '/b': Object.create({ get }) }, 'The path /b is an object of a class: write'],
  ['an operation that is a reference', { '/b': { get: { $ref: '#/x' } } }, 'The operation GET /b has a member "$ref"'],
  ['a path that is a reference', { '/b': { $ref: 'b.json' } }, 'The path /b is a $ref: resolve it first.'],
  ['a path without its slash', { b: { get } }, 'paths has a member "b": write only paths, which begin with /'],
  ['a path named as a prototype', JSON.parse('{"__proto__": {"get": {}}}'), 'paths has a member "__proto__"'],
  ['a member named as a prototype', { '/b': JSON.parse('{"__proto__": {}}') }, 'The path /b has a member "__proto__"'],
  ['a constructor', { '/b': { constructor: get } }, 'The path /b has a member "constructor"'],
  [
    'misspelt security',
    { '/b': { get: { securtiy: [] } } },
    'The operation GET /b has a member "securtiy": write only',
  ],
];

test.each(HIDDEN)('%s is rejected by name, although another path is sound', (_, paths, words) => {
  // Not by spreading the paths, which would turn a member `__proto__` into the prototype.
  const all = Object.assign(paths, { '/a': { get } });
  for (const read of [() => routesFromOpenApi(document(all)), () => protectedDocument(document(all), {})]) {
    expect(read).toThrow(words);
    expect(read).toThrow(RouteTableError);
  }
});

const whole = (more: object) => ({
  openapi: '3.0.3',
  paths: { '/a': { get } },
  components: { securitySchemes },
  ...more,
});
const schemes = (more: object) => whole({ components: { securitySchemes: { ...securitySchemes, ...more } } });

test.each<[string, object, string]>([
  ['Fn::Transform next to the paths', whole({ 'Fn::Transform': {} }), 'The OpenAPI document holds Fn::Transform'],
  [
    'Swagger’s definitions',
    whole({ securityDefinitions: {} }),
    'The OpenAPI document has a member "securityDefinitions"',
  ],
  ['paths that are null', whole({ paths: null }), 'paths is null: write an object.'],
  ['paths that are a token', whole({ paths: token }), 'paths is a CDK token'],
  ['paths that are Fn::If', whole({ paths: { 'Fn::If': [] } }), 'paths holds Fn::If'],
  ['security that is null', whole({ security: null }), 'The OpenAPI document has a security that is not a list'],
  // Found by openapi-security.property, seed -754997: where no operation inherits it, nobody else reads it.
  [
    'security with a member that is null',
    whole({ security: [null] }),
    "A member of the document's security is null: write an object.",
  ],
  ['security that is a token', whole({ security: Lazy.list({ produce: () => [] }) }), 'a security that is a CDK token'],
  ['security that is Fn::If', whole({ security: { 'Fn::If': [] } }), 'has a security that holds Fn::If, which only'],
  ['components that are a token', whole({ components: token }), 'components is a CDK token'],
  [
    'misspelt security schemes',
    whole({ components: { securityschemes: {} } }),
    'components has a member "securityschemes"',
  ],
  [
    'schemes that are Fn::If',
    whole({ components: { securitySchemes: { 'Fn::If': [] } } }),
    'components.securitySchemes holds Fn::If',
  ],
  ['a scheme that is Fn::If', schemes({ other: { 'Fn::If': [] } }), 'The security scheme "other" holds Fn::If'],
  ['a scheme that is a token', schemes({ other: token }), 'The security scheme "other" is a CDK token'],
  [
    'a scheme that is a reference',
    schemes({ other: { $ref: '#/x' } }),
    'The security scheme "other" is a $ref: resolve it',
  ],
  [
    'a scheme of an unknown type',
    schemes({ other: { type: 'OAuth2' } }),
    'The security scheme "other" has an unknown type',
  ],
  ['a scheme without a type', schemes({ other: {} }), 'The security scheme "other" has an unknown type'],
  [
    'an http scheme whose kind only the deployment knows',
    schemes({ bearer: { type: 'http', scheme: Lazy.string({ produce: () => 'bearer' }) } }),
    'The security scheme "bearer" has a member scheme that is a CDK token: write the text itself.',
  ],
  [
    'a scheme named as a prototype, which CDK would lose,',
    schemes(JSON.parse('{"__proto__": {"type": "apiKey", "in": "header", "name": "x-api-key"}}')),
    'The security scheme "__proto__": choose another name',
  ],
  [
    'an authorizer of API Gateway in a scheme that its import does not read',
    schemes({ jwt: { type: 'oauth2', flows: {}, 'x-amazon-apigateway-authorizer': { type: 'jwt' } } }),
    'The security scheme "jwt" has x-amazon-apigateway-authorizer, which API Gateway reads for the type apiKey only: ' +
      'write that type to keep what it asks for, or remove x-amazon-apigateway-authorizer.',
  ],
  [
    'IAM in a scheme that API Gateway’s import does not read',
    schemes({ iam: { type: 'http', scheme: 'basic', 'x-amazon-apigateway-authtype': 'awsSigv4' } }),
    'The security scheme "iam" has x-amazon-apigateway-authtype, which API Gateway reads for the type apiKey only',
  ],
  [
    'an authorizer whose extension has a capital',
    schemes({ other: { ...securitySchemes.key, 'x-amazon-apigateway-Authorizer': { type: 'token' } } }),
    'The security scheme "other" has a member "x-amazon-apigateway-Authorizer": write x-amazon-apigateway-authorizer.',
  ],
  [
    'a resource policy whose extension has a capital',
    whole({ 'x-amazon-apigateway-Policy': {} }),
    'The OpenAPI document has a member "x-amazon-apigateway-Policy": write x-amazon-apigateway-policy.',
  ],
  [
    'a source of API keys whose extension ends in a space',
    whole({ 'x-amazon-apigateway-api-key-source ': 'AUTHORIZER' }),
    'The OpenAPI document has a member "x-amazon-apigateway-api-key-source ": write x-amazon-apigateway-api-key-source.',
  ],
  [
    'an open operation with an authorization type whose extension has a capital',
    whole({ paths: { '/a': { get: { security: [], 'X-Amazon-Apigateway-Auth': { type: 'AWS_IAM' } } } } }),
    'The operation GET /a has a member "X-Amazon-Apigateway-Auth": write x-amazon-apigateway-auth.',
  ],
])('%s in a document with a sound operation is rejected by name', (_, described, words) => {
  expect(() => routesFromOpenApi(described)).toThrow(words);
  expect(() => protectedDocument(described, {})).toThrow(words);
});

test.each<[string, unknown, string]>([
  ['null', null, 'GET /a has a security that is not a list: write a list, or [] to leave it open'],
  ['a token', Lazy.any({ produce: () => [] }), 'GET /a has a security that is a CDK token, which only'],
  ['a list of a token', Lazy.list({ produce: () => [] }), 'GET /a has a security that is a CDK token'],
  ['Fn::If', { 'Fn::If': ['C', [], []] }, 'GET /a has a security that holds Fn::If'],
  ['a hole in the list', new Array(1), 'A member of the security of GET /a is undefined: write an object.'],
  ['a name alone', ['oauth'], 'A member of the security of GET /a is a string: write an object.'],
  ['a list in a list', [['oauth']], 'A member of the security of GET /a is a list: write an object.'],
  ['Fn::If in the list', [{ 'Fn::If': [] }], 'A member of the security of GET /a holds Fn::If'],
  ['a scheme named as a prototype', [{ constructor: [] }], 'GET /a names the security scheme constructor, which'],
  ['a scope for a list of scopes', [{ oauth: 'read' }], 'GET /a asks oauth for something that is not a list of scopes'],
  ['null for a list of scopes', [{ oauth: null }], 'GET /a asks oauth for something that is not a list of scopes'],
  ['a token for a scope', [{ oauth: [Lazy.string({ produce: () => 'a' })] }], 'is not a list of scopes: write a list'],
  [
    'two scopes in one text',
    [{ oauth: ['read write'] }],
    'is not a list of scopes: write a list of scopes without spaces',
  ],
  ['a list for a scope', [{ oauth: [['read']] }], 'GET /a asks oauth for something that is not a list of scopes'],
])('security of an operation that is %s is rejected', (_, security, words) => {
  expect(() => scopesFor(security)).toThrow(words);
  expect(() => scopesFor(security)).toThrow(RouteTableError);
});

test('callbacks and webhooks cause a warning, because others have to protect them', () => {
  const described = document(
    { '/a': { post: { ...get, callbacks: { done: {} } } } },
    { webhooks: { paid: { post: get } } },
  );
  const { routes, warnings } = routesFromOpenApi(described);
  expect(routes).toEqual([{ method: 'POST', path: '/a', scopes: ['read'] }]);
  expect(warnings).toEqual([
    'The document has webhooks: the API sends these requests, so they have no route and no authorizer.',
    'POST /a has callbacks: the API sends these requests, so they have no route and no authorizer.',
  ]);
});
