import { Duration, Fn } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { checkDeployment } from '../../infra/deployment-check.ts';
import { cognito } from '../../infra/issuers/cognito.ts';
import { google } from '../../infra/issuers/google.ts';
import { checkAuthorizerSettings } from '../../infra/settings/authorizer-check.ts';
import type { Deployment, IssuerSettings } from '../../infra/settings/deployment-schema.ts';
import { inStage, stacksOf } from '../../infra/settings/stages.ts';
import { issuer, soundDeployment } from '../support/cdk/test-app.ts';

type Changes = Readonly<Record<string, unknown>>;

function deploymentWith(changes: Changes): Deployment {
  return { ...soundDeployment, ...changes } as Deployment;
}

function issuerWith(changes: Changes): Changes {
  return { issuers: { main: { ...issuer, ...changes } as IssuerSettings } };
}

function claimNamesWith(changes: Changes): Changes {
  return issuerWith({ claimNames: { ...issuer.claimNames, ...changes } });
}

const everyOption: Deployment = {
  ...soundDeployment,
  revocationLevels: ['token', 'key'],
  contextClaims: { tenant: 'org_id', plan: 'https://acme.example/plan' },
  flush: false,
  corsOrigins: ['https://app.example.com', 'http://localhost:3000'],
  realm: 'Acme orders',
  alarmEmail: 'on-call@acme.example',
  exactPolicies: 'required',
  acceptedLosses: ['GET /t/{tenant}/billing/{invoice}/pdf', 'ANY /{proxy+}'],
  maxAnswerBytes: 262_144,
};

describe('a deployment is accepted', () => {
  it.each<[string, Deployment]>([
    ['with issuers, routes and a result TTL', soundDeployment],
    ['with every option', everyOption],
    ['without issuers, for the stack makes one', { ...soundDeployment, issuers: {} }],
    ['with the usual answer written out', { ...soundDeployment, maxAnswerBytes: 8192 }],
    ['with no cache', { ...soundDeployment, resultTtl: Duration.seconds(0) }],
    ['with an hour of cache', { ...soundDeployment, resultTtl: Duration.hours(1) }],
    ['with no CORS at all', { ...soundDeployment, corsOrigins: [] }],
    ['with an issuer on loopback', deploymentWith(issuerWith({ issuer: 'http://127.0.0.1:4000' }))],
    ['with an issuer that a resource of the stack knows', deploymentWith(issuerWith({ issuer: Fn.ref('Pool') }))],
    ['with clients in place of an audience', deploymentWith(issuerWith({ audiences: [], clients: ['orders'] }))],
    [
      'with a rule for OPTIONS and no CORS',
      { ...soundDeployment, corsOrigins: [], routes: [{ method: 'OPTIONS', path: '/orders', scopes: [] }] },
    ],
    [
      'with scopes that the tokens of one issuer of two carry',
      {
        ...soundDeployment,
        issuers: { main: issuer, people: google({ clientIds: ['c'], acceptIdTokens: true }) },
      },
    ],
    [
      'with ID tokens of Google for routes that ask for no scope',
      {
        ...soundDeployment,
        issuers: { main: google({ clientIds: ['c'], acceptIdTokens: true }) },
        routes: [{ method: 'GET', path: '/whoami', scopes: [] }],
      },
    ],
    ['with an HTTP API', { ...soundDeployment, api: 'http', accountLogsRole: false }],
    [
      'with the route of an HTTP API for what no other route takes',
      { ...soundDeployment, api: 'http', routes: [{ method: 'ANY', path: '$default', scopes: ['a'] }] },
    ],
    ['with the origin of an app in a web view', { ...soundDeployment, corsOrigins: ['capacitor://localhost'] }],
    ['with ignored header parameters', deploymentWith(issuerWith({ ignoredHeaderParameters: ['zip', 'jku', 'x5u'] }))],
    ['with tokens that have no type', deploymentWith(issuerWith({ tokenTypes: [null] }))],
  ])('%s', (_name, deployment) => {
    expect(() => checkDeployment(deployment)).not.toThrow();
  });
});

const wrong: readonly [string, Changes, string][] = [
  [
    'a rule for OPTIONS besides the preflight that CORS answers',
    { routes: [...soundDeployment.routes, { method: 'OPTIONS', path: '/orders', scopes: [] }] },
    'routes[2] is OPTIONS /orders: leave it out, because the API answers preflights there without a token, or write corsOrigins: [].',
  ],
  [
    'the route $default of a REST API',
    { routes: [...soundDeployment.routes, { method: 'ANY', path: '$default', scopes: [] }] },
    "routes[2].path is $default: write ANY /{proxy+} in its place, and ANY / for the root, or api: 'http', because only HTTP APIs have that " +
      'route.',
  ],
  [
    'a rule for OPTIONS of an HTTP API with CORS',
    { api: 'http', routes: [{ method: 'OPTIONS', path: '/orders', scopes: [] }] },
    'routes[0] is OPTIONS /orders: leave it out',
  ],
  [
    'a realm of an HTTP API',
    { api: 'http', realm: 'orders' },
    'realm is "orders": leave it out where api is \'http\', because it sends no challenge that could name the realm.',
  ],
  [
    'an address of an HTTP API',
    { api: 'http', resource: 'https://api.acme.example' },
    'resource is "https://api.acme.example": leave it out where api is \'http\', because it serves no metadata that could name the address.',
  ],
  [
    'a web ACL of an HTTP API',
    { api: 'http', webAcl: 'managed-rules', requestsPerAddress: 5000 },
    'webAcl is "managed-rules": leave it out where api is \'http\', because AWS WAF protects no HTTP API.',
  ],
  [
    'the limit of a web ACL of an HTTP API',
    { api: 'http', requestsPerAddress: 5000 },
    "requestsPerAddress is 5000: leave it out where api is 'http', because AWS WAF protects no HTTP API.",
  ],
  [
    'the logs role of an HTTP API',
    { api: 'http', accountLogsRole: true },
    "accountLogsRole is true: leave it out where api is 'http', because it writes its logs without the account's role.",
  ],
  ['an unknown kind of API', { api: 'graphql' }, "api is \"graphql\": write only 'rest', 'http'."],
  ['a misspelt field', { resultTTL: 1 }, 'deployment has a field "resultTTL": write only issuers, routes, resultTtl, '],
  ['issuers as a list', { issuers: [] }, 'issuers is []: write an object of issuers by alias'],
  [
    'an alias with a #',
    { issuers: { 'a#b': issuer } },
    'issuers has the alias "a#b": write 1 to 16 lower-case letters',
  ],
  [
    'an alias of 17 characters',
    { issuers: { aaaaaaaaaaaaaaaaa: issuer } },
    'issuers has the alias "aaaaaaaaaaaaaaaaa"',
  ],
  ['an alias in capitals', { issuers: { Main: issuer } }, 'issuers has the alias "Main"'],
  [
    'an issuer that is only an address',
    { issuers: { main: 'https://a.example' } },
    'issuers.main is "https://a.example": write what a preset returns',
  ],
  [
    'one issuer twice',
    { issuers: { a: issuer, b: issuer } },
    'issuers.a and issuers.b are both "https://login.example.com/": keep one',
  ],
  [
    'a misspelt field of an issuer',
    issuerWith({ audience: 'x' }),
    'issuers.main has a field "audience": write only issuer, jwksUri, audiences,',
  ],
  [
    'a missing field of an issuer',
    issuerWith({ tokenTypes: undefined }),
    'issuers.main.tokenTypes is missing: write a list',
  ],
  [
    'an issuer over http',
    issuerWith({ issuer: 'http://login.example.com/' }),
    'issuers.main.issuer is "http://login.example.com/": write an https address',
  ],
  [
    'an issuer without scheme',
    issuerWith({ issuer: 'login.example.com' }),
    'issuers.main.issuer is "login.example.com": write an https',
  ],
  [
    'an issuer with a query',
    issuerWith({ issuer: 'https://a.example/?t=1' }),
    'issuers.main.issuer is "https://a.example/?t=1": write',
  ],
  [
    'an issuer with a password',
    issuerWith({ issuer: 'https://u:p@a.example/' }),
    'issuers.main.issuer is "https://u:p@a.example/": write',
  ],
  [
    'an issuer with a space',
    issuerWith({ issuer: 'https://a.example/ ' }),
    'issuers.main.issuer is "https://a.example/ ": write an https',
  ],
  [
    'keys over http',
    issuerWith({ jwksUri: 'http://a.example/keys' }),
    'issuers.main.jwksUri is "http://a.example/keys": write an https',
  ],
  [
    'a forgotten key set address',
    issuerWith({ jwksUri: undefined }),
    'issuers.main.jwksUri is missing: write an https address',
  ],
  ['an audience that is not a list', issuerWith({ audiences: 'api' }), 'issuers.main.audiences is "api": write a list'],
  [
    'an empty audience',
    issuerWith({ audiences: [''] }),
    'issuers.main.audiences is [""]: write a string that is not empty',
  ],
  ['an audience twice', issuerWith({ audiences: ['a', 'a'] }), 'issuers.main.audiences is ["a","a"]: name each once'],
  [
    'neither audience nor clients',
    issuerWith({ audiences: [] }),
    'issuers.main.audiences is []: name the audience of this API, or pin clients',
  ],
  ['HS256', issuerWith({ algorithms: ['HS256'] }), 'issuers.main.algorithms is ["HS256"]: name only RS256, '],
  [
    'HS512 among others',
    issuerWith({ algorithms: ['RS256', 'HS512'] }),
    'because with HS* anyone who can verify a token can also make one.',
  ],
  ['no signature', issuerWith({ algorithms: ['none'] }), 'issuers.main.algorithms is ["none"]: name only RS256'],
  ['no algorithm', issuerWith({ algorithms: [] }), 'issuers.main.algorithms is []: name at least 1'],
  ['no token type', issuerWith({ tokenTypes: [] }), 'issuers.main.tokenTypes is []: name at least 1'],
  [
    'a required claim that is not a string',
    issuerWith({ requiredClaims: { ver: 2 } }),
    'issuers.main.requiredClaims is {"ver":2}: write a string',
  ],
  [
    'a scope claim without its form',
    claimNamesWith({ scopes: [{ path: ['scp'] }] }),
    "in scopes, in form, write only 'string', 'array'.",
  ],
  [
    'a scope claim without its name',
    claimNamesWith({ scopes: [{ path: [], form: 'array' }] }),
    'in scopes, in path, name at least 1.',
  ],
  ['no claim for the client', claimNamesWith({ client: [] }), 'in client, name at least 1.'],
  ['a token id claim of no name', claimNamesWith({ jwtId: '' }), 'in jwtId, write a string that is not empty.'],
  [
    'a scope prefix with a space',
    issuerWith({ scopePrefix: 'a b' }),
    'issuers.main.scopePrefix is "a b": write a string without spaces',
  ],
  [
    'a negative clock tolerance',
    issuerWith({ clockTolerance: -1 }),
    'issuers.main.clockTolerance is -1: write whole seconds from 0 to 60.',
  ],
  [
    'a clock tolerance of an hour',
    issuerWith({ clockTolerance: 3600 }),
    'issuers.main.clockTolerance is 3600: write whole seconds from 0 to 60.',
  ],
  [
    'a duration where seconds are due',
    issuerWith({ clockTolerance: Duration.seconds(5) }),
    'issuers.main.clockTolerance is 5 seconds: write whole seconds',
  ],
  [
    'tokens that never grow old',
    issuerWith({ maxTokenAge: Number.POSITIVE_INFINITY }),
    'issuers.main.maxTokenAge is null: write whole seconds from 1 to 2678400.',
  ],
  [
    'tokens that are always too old',
    issuerWith({ maxTokenAge: 0 }),
    'issuers.main.maxTokenAge is 0: write whole seconds from 1',
  ],
  [
    'a token age in milliseconds',
    issuerWith({ maxTokenAge: 86_400_000 }),
    'issuers.main.maxTokenAge is 86400000: write whole seconds',
  ],
  [
    'an unknown way with tokens without id',
    issuerWith({ tokensWithoutId: 'accept' }),
    `issuers.main.tokensWithoutId is "accept": write only 'reject', 'digest'.`,
  ],
  ...['accept', true, null, undefined].map(
    (boundTokens) =>
      [
        `bound tokens: ${boundTokens}`,
        issuerWith({ boundTokens }),
        `issuers.main.boundTokens is ${boundTokens === undefined ? 'missing' : JSON.stringify(boundTokens)}: write only 'reject', 'ignore'.`,
      ] as [string, Changes, string],
  ),
  ...(
    [
      [['sub'], 'write a list'],
      [[['sub']], 'leave out sub, which always counts'],
      [['uid'], 'write a list'],
      [[[]], 'name at least 1'],
      [[['']], 'name claims, with dots'],
      [[['a\nb']], 'name claims, with dots'],
      [[['a'], ['b'], ['c']], 'name at most 2, because each of them makes the read of every decision longer'],
      ['uid', 'write a list'],
      [null, 'write a list'],
    ] as const
  ).map(
    ([subjectAliases, fix]) =>
      [
        `the subject aliases ${JSON.stringify(subjectAliases)}`,
        issuerWith({ subjectAliases }),
        `issuers.main.subjectAliases is ${JSON.stringify(subjectAliases)}: ${fix}`,
      ] as [string, Changes, string],
  ),
  ...['crit', 'b64', 'jwk', 'x5c', 'cty', 'enc', 'alg', 'typ', 'kid', 'x5t', 'ZIP', ''].map(
    (name) =>
      [
        `an ignored header parameter ${name}`,
        issuerWith({ ignoredHeaderParameters: [name] }),
        `issuers.main.ignoredHeaderParameters is ["${name}"]: name only jku, x5u, zip, because crit, b64, jwk, x5c, cty and enc`,
      ] as [string, Changes, string],
  ),
  [
    'ignored header parameters that are not a list',
    issuerWith({ ignoredHeaderParameters: 'zip' }),
    'issuers.main.ignoredHeaderParameters is "zip": write a list',
  ],
  [
    'claims to revoke by without their level',
    { revocationClaims: { tenant: 'org_id' }, revocationLevels: ['token'] },
    `revocationLevels is ["token"]: add 'claim', at which revocationClaims are read, or leave those out.`,
  ],
  ...(
    [
      [[], 'write'],
      ['tenant', 'write'],
      [{ Tenant: 'org_id' }, 'give names of 1 to 16 lower-case letters, digits and hyphens that begin with a letter'],
      [{ '1st': 'org_id' }, 'give names of 1 to 16'],
      [{ 'a#b': 'org_id' }, 'give names of 1 to 16'],
      [{ 'a=b': 'org_id' }, 'give names of 1 to 16'],
      [{ '': 'org_id' }, 'give names of 1 to 16'],
      [{ abcdefghijklmnopq: 'org_id' }, 'give names of 1 to 16'],
      [{ a: 'x', b: 'y', c: 'z' }, 'name at most 2, because each of them makes the read of every decision longer'],
      [{ tenant: '' }, 'name claims, with dots between the names of a path'],
      [{ tenant: 'act.' }, 'name claims, with dots'],
      [{ tenant: '.act' }, 'name claims, with dots'],
      [{ tenant: 'https://acme.example/org' }, 'name claims, with dots'],
      [{ tenant: [] }, 'name at least 1'],
      [{ tenant: [['act']] }, 'name claims, with dots'],
      [{ tenant: null }, 'name claims, with dots'],
    ] as const
  ).map(
    ([revocationClaims, fix]) =>
      [
        `the claims to revoke by ${JSON.stringify(revocationClaims)}`,
        { revocationClaims },
        `revocationClaims is ${JSON.stringify(revocationClaims)}: ${fix}`,
      ] as [string, Changes, string],
  ),
  ...(
    [
      ['login.example.com', null],
      ['acme.com', null],
      ['P2abc', null],
      ['acme com', 'https://keys.example/'],
      ['ftp://acme.com', 'https://keys.example/'],
      ['http://login.example.com/', 'https://keys.example/'],
      ['acme.com/path', 'https://keys.example/'],
      ['acme.com?x', 'https://keys.example/'],
    ] as const
  ).map(
    ([issuer, jwksUri]) =>
      [
        `the issuer ${issuer} with keys at ${jwksUri}`,
        issuerWith({ issuer, jwksUri }),
        `issuers.main.issuer is "${issuer}": write an https address without query or fragment`,
      ] as [string, Changes, string],
  ),
  ...[
    'https://keys.example/#a',
    'https://keys.example/?a#b',
    'http://keys.example/?a',
    'keys.example',
    'https://k.example/?a b',
  ].map(
    (jwksUri) =>
      [
        `the key set ${jwksUri}`,
        issuerWith({ jwksUri }),
        `issuers.main.jwksUri is "${jwksUri}": write an https address without fragment`,
      ] as [string, Changes, string],
  ),
  ['routes as an object', { routes: {} }, 'routes is {}: write a list'],
  ['no routes', { routes: [] }, 'routes is []: name at least 1.'],
  [
    'a route without scopes',
    { routes: [{ method: 'GET', path: '/a' }] },
    'routes[0] is {"method":"GET","path":"/a"}: in scopes, write a list',
  ],
  [
    'a scope where a list is due',
    { routes: [{ method: 'GET', path: '/a', scopes: 'a' }] },
    'routes[0] is {"method":"GET","path":"/a","scopes":"a"}: in scopes, write a list',
  ],
  [
    'a method in small letters',
    { routes: [{ method: 'get', path: '/a', scopes: [] }] },
    "in method, write only 'DELETE', 'GET',",
  ],
  [
    'a path without its slash',
    { routes: [{ method: 'GET', path: 'a', scopes: [] }] },
    'in path, write a path that begins with /, or $default.',
  ],
  [
    'a misspelt field of a route',
    { routes: [{ method: 'GET', path: '/a', scopes: [], scope: 'a' }] },
    'write only the fields method, path, scopes.',
  ],
  [
    'no result TTL',
    { resultTtl: undefined },
    'resultTtl is missing: write Duration.seconds(0) to Duration.seconds(3600).',
  ],
  [
    'a result TTL of more than an hour',
    { resultTtl: Duration.seconds(3601) },
    'resultTtl is 1 hour 1 second: write Duration',
  ],
  ['a result TTL of half a second', { resultTtl: Duration.millis(500) }, 'resultTtl is 500 millis: write Duration'],
  ['a result TTL that is a bare number', { resultTtl: 60 }, 'resultTtl is 60: write Duration.seconds(0)'],
  [
    'an unknown revocation level',
    { revocationLevels: ['tokens'] },
    `revocationLevels is ["tokens"]: write only 'token', 'session', 'subject',`,
  ],
  ['no revocation level', { revocationLevels: [] }, 'revocationLevels is []: name at least 1.'],
  [
    'a revocation level twice',
    { revocationLevels: ['key', 'key'] },
    'revocationLevels is ["key","key"]: name each once.',
  ],
  [
    'a context name of ours',
    { contextClaims: { subject: 'email' } },
    'contextClaims is {"subject":"email"}: give names of letters',
  ],
  [
    'a context name of API Gateway',
    { contextClaims: { principalId: 'email' } },
    'contextClaims is {"principalId":"email"}: give names',
  ],
  [
    'a context name with a dash',
    { contextClaims: { 'org-id': 'org_id' } },
    'contextClaims is {"org-id":"org_id"}: give names',
  ],
  ['a context claim of no name', { contextClaims: { tenant: '' } }, 'contextClaims is {"tenant":""}: name the claim'],
  [
    'eleven context claims',
    { contextClaims: Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`c${i}`, 'a'])) },
    ': name at most 10, because',
  ],
  [
    'a token type with a space',
    issuerWith({ tokenTypes: ['at+jwt '] }),
    'issuers.main.tokenTypes is ["at+jwt "]: write a string that is not empty: the header\'s `typ`, such as at+jwt.',
  ],
  [
    'an issuer by its discovery document',
    issuerWith({ issuer: 'https://a.example/.well-known/openid-configuration' }),
    'issuers.main.issuer is "https://a.example/.well-known/openid-configuration": leave out /.well-known/',
  ],
  [
    'tokens without audience for any client',
    issuerWith({ audiences: [null, 'api'] }),
    'issuers.main.audiences is [null,"api"]: name the audience of this API, or pin clients',
  ],
  [
    'scopes where tokens of the only issuer carry none',
    {
      issuers: { main: google({ clientIds: ['c'], acceptIdTokens: true }) },
      routes: [
        { method: 'GET', path: '/whoami', scopes: [] },
        { method: 'GET', path: '/orders', scopes: ['orders:read'] },
      ],
    },
    'routes[1] is GET /orders with the scopes ["orders:read"]: write scopes: [], or add an issuer whose tokens carry ' +
      'scopes, because those of issuers.main carry none.',
  ],
  [
    'scopes with the prefix that the only issuer takes off',
    {
      issuers: { main: cognito({ userPoolId: 'eu-west-1_A', clients: ['c'], resourceServer: 'orders' }) },
      routes: [{ method: 'GET', path: '/orders', scopes: ['orders/read', 'orders/write'] }],
    },
    'routes[0] is GET /orders with the scopes ["orders/read","orders/write"]: leave out "orders/", because issuers.main ' +
      'takes it off every scope (scopePrefix).',
  ],
  ['exact policies as a flag', { exactPolicies: true }, "exactPolicies is true: write only 'required'."],
  ['accepted losses as text', { acceptedLosses: 'GET /a' }, 'acceptedLosses is "GET /a": write a list'],
  [
    'an accepted loss without its method',
    { acceptedLosses: ['/orders/{id}'] },
    'acceptedLosses is ["/orders/{id}"]: name routes by method and path, such as \'GET /orders/{id}\'.',
  ],
  ['an accepted loss twice', { acceptedLosses: ['GET /a', 'GET /a'] }, ': name each once.'],
  [
    'answers shorter than the usual',
    { maxAnswerBytes: 8191 },
    'maxAnswerBytes is 8191: write a whole number of bytes from 8192 to 262144.',
  ],
  ['answers past the most', { maxAnswerBytes: 262_145 }, 'maxAnswerBytes is 262145: write a whole number of bytes'],
  ['half a byte', { maxAnswerBytes: 8192.5 }, 'maxAnswerBytes is 8192.5: write a whole number of bytes'],
  ['flush as a word', { flush: 'no' }, 'flush is "no": write only true, false.'],
  [
    'an origin with a path',
    { corsOrigins: ['https://a.example/'] },
    'corsOrigins is ["https://a.example/"]: write origins as browsers do',
  ],
  ['an origin over http', { corsOrigins: ['http://a.example'] }, 'corsOrigins is ["http://a.example"]: write origins'],
  ['the origin null', { corsOrigins: ['null'] }, 'corsOrigins is ["null"]: write origins'],
  [
    'every origin and one more',
    { corsOrigins: ['*', 'https://a.example'] },
    "write '*' alone, because it includes the others.",
  ],
  ['a realm with a quote', { realm: 'a"b' }, 'realm is "a\\"b": write visible ASCII without quotes'],
  ['a realm with an apostrophe', { realm: "a'b" }, 'realm is "a\'b": write visible ASCII without quotes'],
  ['an empty realm', { realm: '' }, 'realm is "": write visible ASCII'],
  ['an address that is none', { alarmEmail: 'on-call' }, 'alarmEmail is "on-call": write one e-mail address.'],
];

describe('a deployment is rejected, in one sentence that names the field and says what to write:', () => {
  it.each(wrong)('%s', (_name, changes, sentence) => {
    const check = () => checkDeployment(deploymentWith(changes));
    expect(check).toThrow(sentence);
    expect(check).toThrow(/^[^\n]+\.$/);
    expect(check).toThrow(expect.objectContaining({ name: 'DeploymentError' }));
  });

  it('no deployment at all', () => {
    expect(() => checkDeployment(undefined as unknown as Deployment)).toThrow('deployment is missing: write an object');
  });
});

describe('the settings of an authorizer', () => {
  it('do not need a result TTL', () => {
    const { issuers, routes } = soundDeployment;
    expect(() => checkAuthorizerSettings({ issuers, routes })).not.toThrow();
  });

  it('need an issuer, because no stack creates one', () => {
    const { routes } = soundDeployment;
    expect(() => checkAuthorizerSettings({ issuers: {}, routes })).toThrow('issuers is {}: name at least one');
  });
});

describe('stages with APIs of both kinds', () => {
  const check = (stages: Changes, shared: Changes = {}) => {
    for (const { stage, settings } of stacksOf(deploymentWith({ ...shared, stages }))) {
      inStage(stage, () => checkDeployment(settings));
    }
  };

  it('are accepted, with the settings of each kind in the stages of that kind', () => {
    expect(() => check({ dev: { api: 'http' }, prod: { webAcl: 'managed-rules', realm: 'orders' } })).not.toThrow();
  });

  it('cannot share a setting that an HTTP API has not', () => {
    expect(() => check({ dev: { api: 'http' }, prod: {} }, { webAcl: 'managed-rules' })).toThrow(
      'stages.dev: webAcl is "managed-rules": leave it out where api is \'http\', because AWS WAF protects no HTTP API.',
    );
  });
});
