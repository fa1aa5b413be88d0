import { Fn, Lazy } from 'aws-cdk-lib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BearerAuthorizer } from '../../../infra/bearer-authorizer.ts';
import { RouteTableError } from '../../../infra/errors.ts';
import { SECURITY_SCHEME } from '../../../infra/openapi/protected-document.ts';
import { routesFromOpenApi } from '../../../infra/openapi/routes-from-openapi.ts';
import { issuer, newStack } from '../../support/cdk/test-app.ts';

type Json = unknown;
type JsonObject = Record<string, Json>;
type Place = readonly (string | number)[];

const ANY_METHOD = 'x-amazon-apigateway-any-method';
const AUTH = 'x-amazon-apigateway-auth';
const AUTH_TYPE = 'x-amazon-apigateway-authtype';
const AUTHORIZER = 'x-amazon-apigateway-authorizer';
/** The extensions that affect security. */
const SECURITY_EXTENSIONS = [ANY_METHOD, AUTH, AUTH_TYPE, AUTHORIZER];
const SCOPES = ['read', 'write', 'admin'];
const stack = newStack();
const authorizer = new BearerAuthorizer(stack, 'Authorizer', {
  issuers: { main: issuer },
  // In none of the documents, so that no table is narrower than they are.
  routes: [{ method: 'GET', path: '/elsewhere', scopes: [] }],
});

// Documents: sound ones, in which up to two things are then broken.

const scopes = fc.subarray(SCOPES, { maxLength: 2 });
const someScopes = fc.subarray(SCOPES, { maxLength: 1 });
const tokenAlternatives = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.array(
      scopes.map((listed) => ({ oauth: listed })),
      { minLength: 1, maxLength: 2 },
    ),
  },
  { weight: 2, arbitrary: fc.constantFrom([{ bearer: [] }], [{ oauth: ['read'], bearer: [] }]) },
  { weight: 3, arbitrary: someScopes.map((listed) => [{ oauth: listed, key: [] }]) },
  { weight: 1, arbitrary: someScopes.map((listed) => [{ oauth: listed, basic: [] }, { queryKey: [] }]) },
);
const foreignAlternatives = fc.constantFrom(
  ...[
    [{ pool: ['read'] }],
    [{ pool: [], basic: [] }],
    [{ pool: [] }, { key: [] }],
    [{ iam: [] }],
    [{ lambda: [], key: [] }],
    [{ key: [] }],
  ],
);
const brokenAlternatives = fc.constantFrom<(readonly JsonObject[])[]>(
  ...[[{ nobody: [] }], [{ basic: [] }], [{ queryKey: [] }], [{ oauth: [] }, {}], [{ basic: [] }, {}], [{}]],
  ...[[{ oauth: [] }, { pool: [] }], [{ bearer: [], iam: [] }], [{ oauth: ['read'] }, { key: [] }]],
  [{ oauth: [], key: [] }, { bearer: [] }],
);
const security: fc.Arbitrary<readonly JsonObject[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  { weight: 12, arbitrary: tokenAlternatives },
  { weight: 8, arbitrary: foreignAlternatives },
  { weight: 1, arbitrary: brokenAlternatives },
);
const described = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
const http = { type: 'http_proxy', uri: Fn.join('', ['https://', Fn.ref('Host')]) };
const operation = fc.record(
  {
    security,
    summary: fc.constant('What it does'),
    responses: fc.constant({ 200: { description: 'ok', content: { security: { example: 1 } } } }),
    'x-amazon-apigateway-integration': fc.constantFrom<JsonObject>(http, { type: 'mock' }),
    'x-security': fc.constant(7),
  },
  { requiredKeys: ['responses', 'x-amazon-apigateway-integration'] },
);
const iamOperation = fc
  .tuple(operation, fc.constantFrom([], [{ basic: [] }], [{ key: [] }], [{ bearer: [] }], [{ pool: [] }]))
  .map(([each, own]) => ({ ...each, security: own, [AUTH]: { type: 'AWS_IAM' } }));
const pathItem = fc.record(
  {
    get: operation,
    options: operation,
    post: fc.oneof({ weight: 9, arbitrary: operation }, { weight: 1, arbitrary: iamOperation }),
    [ANY_METHOD]: operation,
    parameters: fc.constant([{ name: 'id', in: 'path', security: 'none' }]),
    'x-owner': fc.constantFrom('orders', 3, ['a'], null, { security: [] }),
  },
  { requiredKeys: [] },
);
const authorizationHeader = { type: 'apiKey', in: 'header', name: 'Authorization' };
const soundDocument = fc.record({
  openapi: fc.constant('3.0.3'),
  info: fc.constant({ title: 't', version: '1' }),
  security: described(security),
  components: fc.record({
    schemas: fc.constant({ A: { type: 'object' } }),
    securitySchemes: fc.record({
      oauth: fc.constant({ type: 'oauth2', flows: {} }),
      bearer: fc.constant({ type: 'http', scheme: 'bearer' }),
      basic: fc.constant({ type: 'http', scheme: 'basic' }),
      key: fc.constantFrom('x-api-key', 'X-API-Key').map((name) => ({ type: 'apiKey', in: 'header', name })),
      queryKey: fc.constant({ type: 'apiKey', in: 'query', name: 'x-api-key' }),
      iam: fc.constant({ ...authorizationHeader, [AUTH_TYPE]: 'awsSigv4' }),
      lambda: fc.constant({ ...authorizationHeader, name: 'X-API-Key', [AUTHORIZER]: { type: 'request' } }),
      pool: fc.constant({
        ...{ ...authorizationHeader, [AUTH_TYPE]: 'cognito_user_pools' },
        [AUTHORIZER]: { type: 'cognito_user_pools', providerARNs: [Fn.ref('Pool')] },
      }),
    }),
  }),
  paths: fc.record({
    '/a': pathItem,
    '/b/{id}': pathItem,
    'x-paths': fc.constant({ get: { security: [{ oauth: [] }] } }),
  }),
});

/** Values that tired people, generators and CloudFormation write instead of the right one. */
const SUBSTITUTES: Readonly<Record<string, (value: Json) => Json>> = {
  null: () => null,
  undefined: () => undefined,
  text: () => 'oauth',
  list: (value) => [value],
  'Fn::If': (value) => ({ 'Fn::If': ['Production', value, {}] }),
  Ref: () => ({ Ref: 'Parameter' }),
  $ref: () => ({ $ref: '#/components/other' }),
  token: (value) => Lazy.any({ produce: () => value }),
  'text token': (value) => Lazy.string({ produce: () => value as string }),
  'list token': (value) => Lazy.list({ produce: () => value as string[] }),
  inherited: (value) => (isObject(value) ? Object.create(value) : value),
};
const NAMES: readonly ((name: string) => string)[] = [
  (name) => name.toUpperCase(),
  (name) => name.charAt(0).toUpperCase() + name.slice(1),
  (name) => ` ${name}`,
  (name) => `${name}s`,
  (name) => Lazy.string({ produce: () => name }),
  () => 'Fn::Transform',
  () => 'security',
  () => '__proto__',
  () => 'constructor',
];
const spoiling = fc.record({
  place: fc.nat(),
  how: fc.oneof(
    fc.constantFrom(...Object.values(SUBSTITUTES)).map((substitute) => ({ substitute })),
    fc.constantFrom(...NAMES).map((rename) => ({ rename })),
    fc.constant({ insert: { 'Fn::Transform': { Name: 'AWS::Include' } } }),
  ),
});
type Spoiling = typeof spoiling extends fc.Arbitrary<infer T> ? T : never;

/** Places of operations and of their security. */
function placesIn(value: Json, place: Place = []): readonly Place[] {
  if (typeof value !== 'object' || value === null || 'resolve' in value) return [place];
  const inner = Object.entries(value)
    .filter(([key]) => !['openapi', 'info', 'schemas', 'flows', 'responses', 'parameters', 'summary'].includes(key))
    .filter(([key]) => SECURITY_EXTENSIONS.includes(key) || !key.startsWith('x-'))
    .flatMap(([key, member]) => placesIn(member, [...place, key]));
  return [place, ...inner];
}

function spoil(document: JsonObject, { place, how }: Spoiling): JsonObject {
  const places = placesIn(document).filter(({ length }) => length > 0);
  return changeAt(document, places[place % places.length] ?? [], how) as JsonObject;
}

function changeAt(value: Json, [key, ...rest]: Place, how: Spoiling['how']): Json {
  const members = Object.entries(Object(value)).map(([name, member]) => {
    if (name !== key) return [name, member] as const;
    if (rest.length > 0) return [name, changeAt(member, rest, how)] as const;
    if ('rename' in how) return [how.rename(name), member] as const;
    if ('substitute' in how) return [name, how.substitute(member)] as const;
    return [name, isObject(member) && !('resolve' in member) ? { ...member, ...how.insert } : member] as const;
  });
  return Array.isArray(value) ? members.map(([, member]) => member) : Object.fromEntries(members);
}

// The independent reader knows OpenAPI and CloudFormation, and nothing of the code under test.

/** The document at deployment, with tokens resolved, and with inherited members as a person sees them. */
function deployed(value: Json): JsonObject {
  return { paths: {}, components: {}, ...(stack.resolve(written(value)) as JsonObject) };
}

function written(value: Json): Json {
  if (typeof value !== 'object' || value === null || 'resolve' in value) return value;
  if (Array.isArray(value)) return value.map(written);
  const names: string[] = [];
  for (const name in value) names.push(name);
  return Object.fromEntries(names.map((name) => [name, written((value as JsonObject)[name])]));
}

const NOT_OPERATIONS = ['parameters', 'summary', 'description', 'servers'];
const isExtension = (name: string) => name.startsWith('x-') && name !== ANY_METHOD;
const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Names that only the deployment knows, or that somebody may have written for `security`. */
function isSuspect(name: string): boolean {
  return /^(Fn::|Ref$|\$ref$)/.test(name) || (/secur/i.test(name) && name !== 'security' && !name.startsWith('x-'));
}

interface Published {
  readonly name: string;
  readonly path: string;
  readonly key: string;
  readonly source: JsonObject;
  /** The operation's own security, or the document's. */
  readonly security: readonly JsonObject[];
}

function operationsOf(document: JsonObject): readonly Published[] {
  return Object.entries(document.paths as JsonObject).flatMap(([path, item]) => {
    if (isExtension(path)) return [];
    return Object.entries(item as JsonObject)
      .filter(([key]) => !isExtension(key) && !NOT_OPERATIONS.includes(key))
      .map(([key, source]) => {
        const own = isObject(source) ? source.security : null;
        const security = (own === undefined ? (document.security ?? []) : own) as readonly JsonObject[];
        const name = `${key === ANY_METHOD ? 'ANY' : key.toUpperCase()} ${path}`;
        return { name, path, key, source: source as JsonObject, security };
      });
  });
}

function schemesOf(document: JsonObject): Record<string, JsonObject> {
  return ((document.components as JsonObject).securitySchemes ?? {}) as Record<string, JsonObject>;
}

function isToken(scheme: JsonObject | undefined): boolean {
  return ['oauth2', 'openIdConnect'].includes(String(scheme?.type)) || scheme?.scheme === 'bearer';
}

/** How API Gateway enforces an operation's own security: which authorizers it asks, and whether it asks for an API key. */
function enforced(security: readonly JsonObject[], source: JsonObject, schemes: Record<string, JsonObject>) {
  const named = security.flatMap((each) => Object.keys(each)).filter((name) => schemes[name]?.type === 'apiKey');
  const isAuthorizer = (name: string) => {
    const { [AUTHORIZER]: authorizer, [AUTH_TYPE]: type } = schemes[name] ?? {};
    return (
      type === 'awsSigv4' ||
      (isObject(authorizer) && ['request', 'cognito_user_pools'].includes(String(authorizer.type)))
    );
  };
  const isKey = (name: string) => schemes[name]?.in === 'header' && schemes[name].name === 'x-api-key';
  const iam = (source[AUTH] as JsonObject | undefined)?.type === 'AWS_IAM' ? ['AWS_IAM'] : [];
  return {
    authorizers: [...new Set([...named.filter((name) => name === SECURITY_SCHEME || isAuthorizer(name)), ...iam])],
    asksForKey: named.some((name) => name !== SECURITY_SCHEME && isKey(name) && !isAuthorizer(name)),
  };
}

type Enforced = ReturnType<typeof enforced>;

/** Whether the operation is a CORS preflight, with which a browser sends no token. */
function isPreflight({ key, source }: Published): boolean {
  const integration = source['x-amazon-apigateway-integration'] as JsonObject | undefined;
  return key === 'options' && source.security === undefined && integration?.type === 'mock';
}

function asksForToken(each: Published, document: JsonObject): boolean {
  return !isPreflight(each) && tokenRequirements(each, document).length > 0;
}

function tokenRequirements({ security }: Published, document: JsonObject): readonly JsonObject[] {
  return security.filter((each) => Object.keys(each).some((name) => isToken(schemesOf(document)[name])));
}

/** RFC 9110 section 5.1. */
function withLowerCaseNames(schemes: Record<string, JsonObject>): Record<string, JsonObject> {
  const lower = (name: Json) => (typeof name === 'string' ? name.toLowerCase() : name);
  return Object.fromEntries(
    Object.entries(schemes).map(([key, scheme]) => [
      key,
      isObject(scheme) ? { ...scheme, name: lower(scheme.name) } : scheme,
    ]),
  );
}

/** Undefined: API Gateway cannot enforce it, and the document must be rejected. */
function expectedOf(each: Published, document: JsonObject): Enforced | undefined {
  const stated = isPreflight(each) ? [] : each.security;
  const schemes = withLowerCaseNames(schemesOf(document));
  const { authorizers, asksForKey } = enforced(stated, each.source, schemes);
  const tokens = isPreflight(each) ? [] : tokenRequirements(each, document);
  const isOptional = stated.some((one) => Object.keys(one).length === 0);
  if (tokens.length > 0) {
    const keys = stated.map((one) => enforced([one], {}, schemes).asksForKey);
    const isUneven = stated.some((one, index) => keys[index] !== asksForKey && (keys[index] || tokens.includes(one)));
    const isKeyAlone = stated.some((one, index) => keys[index] && !tokens.includes(one));
    if (authorizers.length > 0 || isOptional || isUneven || isKeyAlone) return undefined;
    return { authorizers: [SECURITY_SCHEME], asksForKey };
  }
  if (authorizers.length === 0 && !asksForKey && stated.length > 0 && !isOptional) return undefined;
  if (authorizers.includes('AWS_IAM') && authorizers.length > 1) return undefined;
  return { authorizers, asksForKey };
}

/** Whether a token with these scopes, with everything else that an alternative asks for, meets one of the alternatives. */
function isMet(requirements: readonly JsonObject[], held: readonly string[], document: JsonObject): boolean {
  return requirements.some((each) =>
    Object.entries(each)
      .filter(([name]) => isToken(schemesOf(document)[name]))
      .every(([, asked]) => (asked as readonly string[]).every((scope) => held.includes(scope))),
  );
}

function without(object: Json, ...names: readonly string[]): Json {
  return Object.fromEntries(Object.entries(object as JsonObject).filter(([name]) => !names.includes(name)));
}

function expectNothingLost(source: JsonObject, result: JsonObject): void {
  const paths = result.paths as Record<string, JsonObject>;
  for (const place of [source, source.paths, source.components, ...Object.values(source.paths as JsonObject)]) {
    expect(Object.keys(place as JsonObject).filter((name) => isSuspect(name) && name !== 'securitySchemes')).toEqual(
      [],
    );
  }
  expect(result).not.toHaveProperty('security');
  for (const each of operationsOf(source)) {
    const { path, key, source: operation } = each;
    expect(Object.keys(operation).filter(isSuspect)).toEqual([]);
    expect(['get', 'post', 'options', ANY_METHOD]).toContain(key);
    const published = paths[path]?.[key] as JsonObject;
    const imported = enforced((published.security ?? []) as readonly JsonObject[], published, schemesOf(result));
    const expected = expectedOf(each, source);
    expect({ name: each.name, ...imported }).toEqual({ name: each.name, ...expected });
    if (!imported.authorizers.includes(SECURITY_SCHEME)) expectUntouched(each, published, source, imported);
    expect(without(published, 'security')).toEqual(without(operation, 'security'));
    count(imported, each);
  }
  const named = ([name, { type }]: [string, JsonObject]) => type === 'apiKey' && name !== SECURITY_SCHEME;
  const spelled = ([name, scheme]: [string, JsonObject]) => [name, without(scheme, 'name')];
  expect(Object.entries(schemesOf(result)).filter(named).map(spelled)).toEqual(
    Object.entries(schemesOf(source)).filter(named).map(spelled),
  );
  expect(without(result.components, 'securitySchemes')).toEqual(without(source.components, 'securitySchemes'));
  expect(without(result, 'components', 'paths')).toEqual(without(source, 'components', 'paths', 'security'));
  for (const [path, item] of Object.entries(source.paths as JsonObject)) {
    const operations = isExtension(path)
      ? []
      : Object.keys(item as JsonObject).filter((name) => !isExtension(name) && !NOT_OPERATIONS.includes(name));
    expect(without(paths[path], ...operations)).toEqual(without(item, ...operations));
  }
}

/** An operation with another guard keeps what it asks for, as far as API Gateway imports it. */
function expectUntouched(
  { security }: Published,
  published: JsonObject,
  source: JsonObject,
  { authorizers, asksForKey }: Enforced,
): void {
  const isGuarded = authorizers.length > 0 || asksForKey;
  const isImported = ([name]: [string, Json]) => schemesOf(source)[name]?.type === 'apiKey';
  const kept = security.map((each) => Object.fromEntries(Object.entries(each).filter(isImported)));
  const asking = isGuarded ? kept.filter((each) => Object.keys(each).length > 0) : [];
  expect(published.security).toEqual(asking.length > 0 ? asking : undefined);
}

/** The kinds of guards of operations; each must occur in some accepted documents. */
const GUARDS = ['bearer-authorizer', 'bearer-authorizer+key', 'pool', 'pool+key', 'iam', 'lambda+key', 'key', 'open'];
const KINDS = [...GUARDS, 'AWS_IAM', 'preflight inherited', 'pool inherited', 'bearer-authorizer+key inherited'];

/** Operations of accepted documents, by what guards them. */
const counts = new Map<string, number>();

function count({ authorizers, asksForKey }: Enforced, each: Published): void {
  const guards = [...authorizers, ...(asksForKey ? ['key'] : []), ...(isPreflight(each) ? ['preflight'] : [])];
  const inherits = each.source.security === undefined && each.security.length > 0 ? ' inherited' : '';
  const kind = `${guards.join('+') || 'open'}${inherits}`;
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
}

function expectRoutes(source: JsonObject, routes: ReturnType<typeof routesFromOpenApi>['routes']): void {
  const asking = operationsOf(source).filter((each) => asksForToken(each, source));
  expect(routes.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(asking.map(({ name }) => name).sort());
  for (const each of asking) {
    const { name } = each;
    const asked = tokenRequirements(each, source);
    const listed = routes.find(({ method, path }) => `${method} ${path}` === name)?.scopes ?? [];
    for (const held of [[], ...SCOPES.map((scope) => [scope]), ['read', 'write'], ['write', 'admin'], SCOPES]) {
      expect(listed.length === 0 || listed.some((scope) => held.includes(scope))).toBe(isMet(asked, held, source));
    }
  }
}

/** Undefined: the document is rejected, with a sentence for people and no other error. */
function accepted<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    expect(error).toBeInstanceOf(RouteTableError);
    expect((error as Error).message).toMatch(/^[^\n]+\.$/);
    return undefined;
  }
}

it('the authorizer enforces what a document says about security, or the document is rejected', () => {
  let acceptedDocuments = 0;
  fc.assert(
    fc.property(soundDocument, fc.array(spoiling, { maxLength: 2 }), (sound, spoilings) => {
      const document = spoilings.reduce<JsonObject>(spoil, sound);
      const read = accepted(() => routesFromOpenApi(document));
      if (read !== undefined) expectRoutes(deployed(document), read.routes);
      const definition = accepted(() => authorizer.apiDefinition(document).bind(stack).inlineDefinition);
      if (definition === undefined) return;
      acceptedDocuments += 1;
      expectNothingLost(deployed(document), stack.resolve(definition) as JsonObject);
    }),
    { numRuns: 1500 },
  );
  expect(acceptedDocuments).toBeGreaterThan(100);
  expect(KINDS.filter((kind) => (counts.get(kind) ?? 0) < 5)).toEqual([]);
});
