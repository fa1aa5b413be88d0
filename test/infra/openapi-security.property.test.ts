import { Fn, Lazy } from 'aws-cdk-lib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BearerAuthorizer } from '../../infra/bearer-authorizer.ts';
import { SECURITY_SCHEME } from '../../infra/protected-document.ts';
import { RouteTableError } from '../../infra/route-table-error.ts';
import { routesFromOpenApi } from '../../infra/routes-from-openapi.ts';
import { issuer, newStack } from './synthesis.ts';

type Json = unknown;
type JsonObject = Record<string, Json>;
type Place = readonly (string | number)[];

const ANY_METHOD = 'x-amazon-apigateway-any-method';
const SCOPES = ['read', 'write', 'admin'];
const stack = newStack();
const authorizer = new BearerAuthorizer(stack, 'Authorizer', {
  issuers: { main: issuer },
  // Of none of the documents, so that no table is narrower than they are.
  routes: [{ method: 'GET', path: '/elsewhere', scopes: [] }],
});

// Documents: sound ones, in which up to two things are then spoilt.

const scopes = fc.subarray(SCOPES, { maxLength: 2 });
const requirement = fc.oneof(
  { weight: 6, arbitrary: scopes.map((listed) => ({ oauth: listed })) },
  { weight: 2, arbitrary: fc.constant({ bearer: [] }) },
  { weight: 1, arbitrary: fc.constantFrom({ key: [] }, {}, { oauth: ['read'], bearer: [] }, { nobody: [] }) },
);
const security = fc.oneof(fc.constant([]), fc.array(requirement, { minLength: 1, maxLength: 2 }));
const described = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
const operation = fc.record(
  {
    security,
    summary: fc.constant('What it does'),
    responses: fc.constant({ 200: { description: 'ok', content: { security: { example: 1 } } } }),
    'x-amazon-apigateway-integration': fc.constant({
      type: 'http_proxy',
      uri: Fn.join('', ['https://', Fn.ref('Host')]),
    }),
    'x-security': fc.constant(7),
  },
  { requiredKeys: ['responses'] },
);
const pathItem = fc.record(
  {
    get: operation,
    post: operation,
    [ANY_METHOD]: operation,
    parameters: fc.constant([{ name: 'id', in: 'path', security: 'none' }]),
    'x-owner': fc.constantFrom('orders', 3, ['a'], null, { security: [] }),
  },
  { requiredKeys: [] },
);
const soundDocument = fc.record({
  openapi: fc.constant('3.0.3'),
  info: fc.constant({ title: 't', version: '1' }),
  security: described(security),
  components: fc.constant({
    schemas: { A: { type: 'object' } },
    securitySchemes: {
      oauth: { type: 'oauth2', flows: {} },
      bearer: { type: 'http', scheme: 'bearer' },
      key: { type: 'apiKey', in: 'header', name: 'x-api-key' },
    },
  }),
  paths: fc.record({
    '/a': pathItem,
    '/b/{id}': pathItem,
    'x-paths': fc.constant({ get: { security: [{ oauth: [] }] } }),
  }),
});

/** What tired people, generators and CloudFormation write in the place of a value. */
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

/** Places in which an operation or its security stands. */
function placesIn(value: Json, place: Place = []): readonly Place[] {
  if (typeof value !== 'object' || value === null || 'resolve' in value) return [place];
  const inner = Object.entries(value)
    .filter(([key]) => !['openapi', 'info', 'schemas', 'flows', 'responses', 'parameters', 'summary'].includes(key))
    .filter(([key]) => key === ANY_METHOD || !key.startsWith('x-'))
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

// The independent reader: it knows OpenAPI and CloudFormation, and nothing of the code.

/** As the deployment will have it: tokens resolved, and what a person sees in a member that is only inherited. */
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

/** Names that nobody can read before the deployment, or that somebody may have meant for `security`. */
function isSuspect(name: string): boolean {
  return /^(Fn::|Ref$|\$ref$)/.test(name) || (/secur/i.test(name) && name !== 'security' && !name.startsWith('x-'));
}

interface Published {
  readonly name: string;
  readonly path: string;
  readonly key: string;
  readonly source: Json;
  /** Undefined: everybody may call it. */
  readonly security: Json;
}

function operationsOf(document: JsonObject): readonly Published[] {
  return Object.entries(document.paths as JsonObject).flatMap(([path, item]) => {
    if (isExtension(path)) return [];
    return Object.entries(item as JsonObject)
      .filter(([key]) => !isExtension(key) && !NOT_OPERATIONS.includes(key))
      .map(([key, source]) => {
        const own = isObject(source) ? source.security : null;
        const effective = own === undefined ? document.security : own;
        const isOpen = effective === undefined || (Array.isArray(effective) && effective.length === 0);
        const name = `${key === ANY_METHOD ? 'ANY' : key.toUpperCase()} ${path}`;
        return { name, path, key, source, security: isOpen ? undefined : effective };
      });
  });
}

/** Whether a token with these scopes meets the security requirements of an operation. */
function isMet(requirements: Json, held: readonly string[]): boolean {
  return (requirements as readonly Record<string, readonly string[]>[]).some((each) =>
    Object.values(each).every((asked) => asked.every((scope) => held.includes(scope))),
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
  for (const { path, key, source: operation, security: asked } of operationsOf(source)) {
    expect(Object.keys(operation as JsonObject).filter(isSuspect)).toEqual([]);
    expect(['get', 'post', ANY_METHOD]).toContain(key);
    const published = paths[path]?.[key] as JsonObject;
    expect(published.security).toEqual(asked === undefined ? undefined : [{ [SECURITY_SCHEME]: [] }]);
    expect(without(published, 'security')).toEqual(without(operation, 'security'));
  }
  const { securitySchemes: defined = {} } = source.components as { securitySchemes?: JsonObject };
  const keys = Object.entries(defined).filter(([, scheme]) => (scheme as JsonObject).type === 'apiKey');
  const { securitySchemes } = result.components as { securitySchemes: JsonObject };
  expect(without(securitySchemes, SECURITY_SCHEME)).toEqual(Object.fromEntries(keys));
  expect(without(result.components, 'securitySchemes')).toEqual(without(source.components, 'securitySchemes'));
  expect(without(result, 'components', 'paths')).toEqual(without(source, 'components', 'paths', 'security'));
  for (const [path, item] of Object.entries(source.paths as JsonObject)) {
    const operations = isExtension(path)
      ? []
      : Object.keys(item as JsonObject).filter((name) => !isExtension(name) && !NOT_OPERATIONS.includes(name));
    expect(without(paths[path], ...operations)).toEqual(without(item, ...operations));
  }
}

function expectRoutes(source: JsonObject, routes: ReturnType<typeof routesFromOpenApi>['routes']): void {
  const asking = operationsOf(source).filter((each) => each.security !== undefined);
  expect(routes.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(asking.map(({ name }) => name).sort());
  for (const { name, security: asked } of asking) {
    const listed = routes.find(({ method, path }) => `${method} ${path}` === name)?.scopes ?? [];
    for (const held of [[], ...SCOPES.map((scope) => [scope]), ['read', 'write'], ['write', 'admin'], SCOPES]) {
      expect(listed.length === 0 || listed.some((scope) => held.includes(scope))).toBe(isMet(asked, held));
    }
  }
}

/** Undefined where the document is refused; a sentence for people then, and no other error. */
function accepted<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    expect(error).toBeInstanceOf(RouteTableError);
    expect((error as Error).message).toMatch(/^[^\n]+\.$/);
    return undefined;
  }
}

it('what a document says of security is enforced by the authorizer, or the document is refused', () => {
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
    { numRuns: 800 },
  );
  expect(acceptedDocuments).toBeGreaterThan(100);
});
