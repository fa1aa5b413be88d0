import { transformSync } from 'esbuild';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameOf, type Route } from '../../../lambda/policy/route.ts';
import type { AppTemplate, TemplateResource } from '../../../ops/init/app-templates.ts';
import { type AuthorizerFile, authorizerFileText } from '../../../ops/init/authorizer-file.ts';
import { foundApis } from '../../../ops/init/found-apis.ts';
import { presetFor } from '../../../ops/init/issuer-preset.ts';
import { proposedTable } from '../../../ops/init/proposed-routes.ts';
import { anyText, RAW } from '../../support/any-text.ts';

type Found = Pick<Route, 'method' | 'path'>;

/** Texts that a literal, a comment or a template could end at. */
const hostile = fc.constantFrom(
  "'",
  "\\'",
  '\\',
  `$${'{x}'}`,
  '`',
  '*/',
  '//',
  '\n',
  "', scopes: [] }, //",
  '"',
  '\u2028',
  '];',
);
const text = fc.oneof(
  anyText,
  hostile,
  fc.tuple(hostile, anyText, hostile).map((parts) => parts.join('')),
);
const segment = fc
  .oneof(text, fc.constantFrom('orders', '{id}', 'v1', '{proxy+}'))
  .map((part) => part.replaceAll('/', '') || 'x');
const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => `/${segments.join('/')}`);
const method = fc.constantFrom<Route['method'][]>('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'ANY');
const table = fc.uniqueArray(fc.record({ method, path }), { minLength: 1, maxLength: 6, selector: nameOf });

/** Each run holds dozens of texts, and starts the compiler. */
const RUNS = { numRuns: 40 };

const file = 'Orders.template.json';
const resource = (logicalId: string, type: string, properties: TemplateResource['properties']): TemplateResource => ({
  file,
  logicalId,
  type,
  properties,
  metadata: { 'aws:cdk:path': `Orders/${logicalId}/Resource` },
});
const templateOf = (resources: readonly TemplateResource[]): AppTemplate => ({
  file,
  stack: 'Orders',
  resources,
  outputs: {},
  parent: undefined,
});

/** The template of a REST API with some methods. */
function restTemplate(routes: readonly Found[]): AppTemplate {
  const paths = new Set(routes.flatMap((route) => pathsTo(route.path)));
  const ids = new Map([...paths].map((each, index) => [each, `Resource${index}`]));
  const idOf = (each: string) => (each === '' ? { 'Fn::GetAtt': ['Api', 'RootResourceId'] } : { Ref: ids.get(each) });
  const RestApiId = { Ref: 'Api' };
  return templateOf([
    resource('Api', 'AWS::ApiGateway::RestApi', {}),
    ...[...ids].map(([each, id]) => {
      const cut = each.lastIndexOf('/');
      const properties = { RestApiId, ParentId: idOf(each.slice(0, cut)), PathPart: each.slice(cut + 1) };
      return resource(id, 'AWS::ApiGateway::Resource', properties);
    }),
    ...routes.map((route, index) =>
      resource(`Method${index}`, 'AWS::ApiGateway::Method', {
        RestApiId,
        ResourceId: idOf(route.path),
        HttpMethod: route.method,
      }),
    ),
  ]);
}

/** `/a/b`, and `/a` above it. */
function pathsTo(whole: string): readonly string[] {
  const cut = whole.lastIndexOf('/');
  return cut <= 0 ? [whole] : [whole, ...pathsTo(whole.slice(0, cut))];
}

/** The template of an HTTP API with some routes. */
function httpTemplate(routes: readonly Found[]): AppTemplate {
  return templateOf([
    resource('Api', 'AWS::ApiGatewayV2::Api', { ProtocolType: 'HTTP' }),
    ...routes.map((route, index) =>
      resource(`Route${index}`, 'AWS::ApiGatewayV2::Route', { ApiId: { Ref: 'Api' }, RouteKey: nameOf(route) }),
    ),
  ]);
}

function textFor(changes: Partial<AuthorizerFile>): string {
  const written = authorizerFileText({
    language: 'TypeScript',
    modules: 'esm',
    api: 'rest',
    routes: [],
    leftOut: [],
    issuer: presetFor('https://login.example.com/', []),
    outputs: ['apiUrl', 'table', 'authorizer'],
    ...changes,
  });
  // A file that is not code fails here.
  transformSync(written, { loader: changes.language === 'JavaScript' ? 'js' : 'ts' });
  return written;
}

/** The value of an expression in the file: what stands between two texts. */
function valueBetween(written: string, start: RegExp, end: string): unknown {
  const [found = ''] = start.exec(written) ?? [];
  const begin = written.search(start) + found.length;
  const preset = 'const oidc = (options) => options;';
  return new Function(`${preset} return (${written.slice(begin, written.indexOf(end, begin))});`)();
}

const routesIn = (written: string) => valueBetween(written, /^const routes(: readonly Route\[\])? = /m, ';\n\n');
const issuersIn = (written: string) => valueBetween(written, /^ {4}issuers: /m, ',\n    routes,\n');

describe.each(['TypeScript', 'JavaScript'] as const)('a file in %s', (language) => {
  it.each([
    ['REST', restTemplate],
    ['HTTP', httpTemplate],
  ])('has the routes of a %s API, to the last character', (_, template) => {
    fc.assert(
      fc.property(table, fc.constantFrom('esm' as const, 'commonjs' as const), (routes, modules) => {
        const [api] = foundApis([template(routes)]);
        const proposed = proposedTable({ routes: api?.routes ?? [] });
        const written = routesIn(textFor({ language, modules, ...proposed }));
        expect(written).toEqual(proposed.routes.map(({ method, path, scopes }) => ({ method, path, scopes })));
        const open = proposed.leftOut.map(({ name }) => name);
        expect([...proposed.routes.map(nameOf), ...open].toSorted()).toEqual(routes.map(nameOf).toSorted());
      }),
      RUNS,
    );
  });
});

it('an issuer and its audience stand in the file to the last character, and nothing in it hides', () => {
  fc.assert(
    fc.property(text, text, fc.constantFrom('esm' as const, 'commonjs' as const), (issuer, audience, modules) => {
      fc.pre(presetFor(issuer, []).preset === 'oidc');
      const written = textFor({ modules, issuer: presetFor(issuer, [audience, 'second']) });
      expect(issuersIn(written)).toEqual({ main: { issuer, audience: [audience, 'second'] } });
      expect(written).not.toMatch(RAW);
    }),
    RUNS,
  );
});

it('names of constructs and routes in comments cannot leave them', () => {
  fc.assert(
    fc.property(text, (name) => {
      const route = { method: 'GET', path: '/orders', scopes: [], replaces: name, isGuessed: false } as const;
      const leftOut = [{ name, because: name, isOpen: true }];
      const written = textFor({ routes: [route], leftOut });
      expect(routesIn(written)).toEqual([{ method: 'GET', path: '/orders', scopes: [] }]);
    }),
    RUNS,
  );
});
