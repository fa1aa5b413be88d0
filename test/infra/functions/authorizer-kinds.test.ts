import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, type IHttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Construct } from 'constructs';
import { describe, expect, it } from 'vitest';
import { BearerAuthorizer } from '../../../infra/bearer-authorizer.ts';
import { RouteTableError } from '../../../infra/errors.ts';
import { compileRoutes } from '../../../infra/routes/route-compiler.ts';
import type { AuthorizerSettings } from '../../../infra/settings/deployment-schema.ts';
import { type ApiKind, DEFAULT_ROUTE, type Route } from '../../../lambda/policy/route.ts';
import { addHttpRoutes, newHttpApi } from '../../support/cdk/http-apis.ts';
import { stacksOf } from '../../support/cdk/template-graph.ts';
import { descriptionIn, issuer, newApp, newStack } from '../../support/cdk/test-app.ts';

/** REST APIs hand `/files/` to no route of these, HTTP APIs to the first one. */
const files: readonly Route[] = [
  { method: 'GET', path: '/files/{proxy+}', scopes: ['files:read'] },
  { method: 'GET', path: '/orders/{id}', scopes: ['orders:read'] },
];

const orders: readonly Route[] = [{ method: 'GET', path: '/orders', scopes: ['orders:read'] }];

const everything: readonly Route[] = [...orders, { method: 'ANY', path: DEFAULT_ROUTE, scopes: [] }];

function route(name: string, scope: string): Route {
  const [method, path = ''] = name.split(' ');
  return { method: method as Route['method'], path, scopes: [scope] };
}

function create(stack: Stack, routes: readonly Route[], more: Partial<AuthorizerSettings> = {}): BearerAuthorizer {
  return new BearerAuthorizer(stack, 'Authorizer', { issuers: { main: issuer }, routes, ...more });
}

function addRestApi(stack: Stack, routes: readonly Route[], authorizer: BearerAuthorizer): void {
  const api = new RestApi(stack, 'RestOrders');
  for (const { method, path } of routes) {
    api.root.resourceForPath(path).addMethod(method, new MockIntegration(), { authorizer });
  }
}

/** The authorizer's function as deployed: the JSON files next to its bundle, and its description. */
function deployed(routes: readonly Route[], kinds: readonly ApiKind[]) {
  const app = newApp({ 'aws:cdk:enable-asset-metadata': true });
  const stack = newStack(app);
  const authorizer = create(stack, routes);
  for (const kind of kinds) {
    if (kind === 'rest') addRestApi(stack, routes, authorizer);
    else newHttpApi(stack, routes, authorizer.forHttpApi());
  }
  const assembly = app.synth();
  const resources = stacksOf(assembly).flatMap(({ template }) => Object.entries(template.Resources));
  const [metadata] = resources.flatMap(([id, { Metadata }]) =>
    id.startsWith('AuthorizerFunction') && Metadata?.['aws:asset:path'] ? [Metadata] : [],
  );
  const folder = join(assembly.directory, String(metadata?.['aws:asset:path']));
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const contents = names.map((name): [string, unknown] => [name, JSON.parse(readFileSync(join(folder, name), 'utf8'))]);
  return { files: Object.fromEntries(contents), description: descriptionIn(metadata) };
}

const [ofRest, ofHttp] = [compileRoutes(files, 'rest'), compileRoutes(files, 'http')];

describe('the function of an authorizer', () => {
  it('has one table where REST APIs are the only kind, and its description names no kind', () => {
    const { files: written, description } = deployed(files, ['rest']);
    expect(written).toEqual({ 'routes.json': ofRest });
    expect(description).not.toHaveProperty('apis');
    expect(description?.routes).toEqual(ofRest);
  });

  it.each<[ApiKind[]]>([[['rest', 'http']], [['http', 'rest']]])(
    'has a second table for HTTP APIs where they select otherwise, and describes both, attached in the order %j',
    (kinds) => {
      const { files: written, description } = deployed(files, kinds);
      expect(written).toEqual({ 'routes.json': ofRest, 'http-routes.json': ofHttp });
      expect(description).toMatchObject({ apis: ['rest', 'http'], routes: ofRest, httpRoutes: ofHttp });
      expect(description).toHaveProperty('httpLosses');
    },
  );

  it('has one table where both kinds select alike', () => {
    const { files: written, description } = deployed(orders, ['rest', 'http']);
    expect(written).toEqual({ 'routes.json': compileRoutes(orders, 'rest') });
    expect(description).toMatchObject({ apis: ['rest', 'http'] });
    expect(description).not.toHaveProperty('httpRoutes');
  });

  it('is described by the table of HTTP APIs where they are the only kind, and keeps that of REST APIs for their events', () => {
    const { files: written, description } = deployed(files, ['http']);
    expect(written).toEqual({ 'routes.json': ofRest, 'http-routes.json': ofHttp });
    expect(description).toMatchObject({ apis: ['http'], routes: ofHttp });
    expect(description).not.toHaveProperty('httpRoutes');
  });

  it('has an empty table for REST APIs where they cannot have the routes', () => {
    const { files: written, description } = deployed(everything, ['http']);
    const compiled = compileRoutes(everything, 'http');
    expect(written).toEqual({ 'routes.json': [], 'http-routes.json': compiled });
    expect(description).toMatchObject({ apis: ['http'], routes: compiled });
  });
});

describe('a table that one kind of API cannot express', () => {
  it('is rejected at the first use by a REST API where it has the route $default, and not before', () => {
    const stack = newStack();
    const authorizer = create(stack, everything);
    const onlyHttp = 'The table has the route $default, and only HTTP APIs have it';
    expect(() => authorizer.forApi(new RestApi(stack, 'Orders'))).toThrow(onlyHttp);
    expect(() => addRestApi(stack, orders, authorizer)).toThrow(onlyHttp);
    expect(() => authorizer.forHttpApi()).not.toThrow();
  });

  it('is rejected by the constructor where no kind can, with the mistake of the kind that may have the routes', () => {
    const wrong: Route = { method: 'GET', path: '/orders/{id', scopes: [] };
    expect(() => create(newStack(), [wrong])).toThrow(RouteTableError);
    const scope: Route = { method: 'GET', path: '/orders', scopes: ['a b'] };
    expect(() => create(newStack(), [...everything, scope].slice(1))).toThrow('asks for the scope "a b"');
  });

  it('is rejected by forHttpApi() where HTTP APIs lose requests that the team requires, and serves REST APIs', () => {
    const routes = [route('GET /files', 'a'), route('GET /files/{proxy+}', 'b')];
    const stack = newStack();
    const authorizer = create(stack, routes, { exactPolicies: 'required' });
    expect(() => authorizer.forHttpApi()).toThrow("exactPolicies is 'required'");
    expect(() => addRestApi(stack, routes, authorizer)).not.toThrow();
  });

  it('is rejected by methods, forApi and apiDefinition where only HTTP APIs can have the paths', () => {
    const routes = [route('GET /orders/{id}', 'a'), route('GET /orders/{order}/items', 'a')];
    const stack = newStack();
    const authorizer = create(stack, routes);
    const rejection = 'call one place {id} and {order}';
    expect(() => addRestApi(stack, orders, authorizer)).toThrow(rejection);
    expect(() => authorizer.forApi(new RestApi(stack, 'Other'))).toThrow(rejection);
    expect(() => authorizer.apiDefinition({ openapi: '3.0.3', paths: {} })).toThrow();
    expect(() => newHttpApi(stack, routes, authorizer.forHttpApi())).not.toThrow();
  });
});

describe('the warnings of a table', () => {
  /** HTTP APIs lose more: `/files/` may be a request of either route. */
  const routes = [route('GET /files', 'a'), route('GET /files/{proxy+}', 'b')];
  const warningsAfter = (attach: (stack: Stack, authorizer: BearerAuthorizer) => void) => {
    const stack = newStack();
    attach(stack, create(stack, routes));
    const found = Annotations.fromStack(stack).findWarning(
      '*',
      Match.stringLikeRegexp('bearer-authorizer:lost-requests'),
    );
    return found.map(({ entry }) => String(entry.data));
  };

  it('are those of the kinds in use', () => {
    const ofRest = expect.stringMatching(/^These requests get 403/);
    const ofHttp = expect.stringMatching(/^HTTP APIs: These requests get 403/);
    expect(warningsAfter((stack, authorizer) => addRestApi(stack, routes, authorizer))).toEqual([ofRest]);
    expect(warningsAfter((stack, authorizer) => newHttpApi(stack, routes, authorizer.forHttpApi()))).toEqual([ofHttp]);
    const both = warningsAfter((stack, authorizer) => {
      addRestApi(stack, routes, authorizer);
      newHttpApi(stack, routes, authorizer.forHttpApi());
    });
    expect(both).toEqual([ofRest, ofHttp]);
  });

  it('are given once, however many APIs of a kind there are', () => {
    const warnings = warningsAfter((stack, authorizer) => {
      newHttpApi(stack, routes, authorizer.forHttpApi());
      addHttpRoutes(
        new Construct(stack, 'Second'),
        new HttpApi(stack, 'Other') as IHttpApi,
        routes,
        authorizer.forHttpApi(),
      );
    });
    expect(warnings).toHaveLength(1);
  });
});

it('two tables that are too long together for one template are rejected', () => {
  // The description names the scopes of each route.
  const routes = Array.from({ length: 25 }, (_, index) => route(`GET /files-${index}/{proxy+}`, 's'.repeat(20_000)));
  const stack = newStack();
  const authorizer = create(stack, routes);
  authorizer.forApi(new RestApi(stack, 'Orders'));
  expect(() => authorizer.forHttpApi()).toThrow(/^The routes for both kinds of APIs take \d+ bytes of the template/);
});
