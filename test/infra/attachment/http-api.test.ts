import { NestedStack, type Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import {
  CfnApi,
  CfnAuthorizer,
  CfnRoute,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  type HttpRoute,
  type IHttpApi,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, it } from 'vitest';
import { BearerAuthorizer } from '../../../infra/bearer-authorizer.ts';
import type { AuthorizerSettings } from '../../../infra/settings/deployment-schema.ts';
import { DEFAULT_ROUTE, type Route } from '../../../lambda/policy/route.ts';
import { addHttpRoutes, backend, newHttpApi } from '../../support/cdk/http-apis.ts';
import { issuer, newStack } from '../../support/cdk/test-app.ts';

const routes: readonly Route[] = [
  { method: 'GET', path: '/orders', scopes: ['orders:read'] },
  { method: 'POST', path: '/orders', scopes: ['orders:write'] },
];

function create(stack: Stack, more: Partial<AuthorizerSettings> = {}): BearerAuthorizer {
  return new BearerAuthorizer(stack, 'Authorizer', { issuers: { main: issuer }, routes, ...more });
}

/** An app with one API that has all routes of the table. */
function guarded(more: Partial<AuthorizerSettings> = {}) {
  const stack = newStack();
  const authorizer = create(stack, more);
  const api = new HttpApi(stack, 'HttpOrders');
  const made = addHttpRoutes(stack, api as IHttpApi, more.routes ?? routes, authorizer.forHttpApi());
  return { stack, authorizer, api, made };
}

function resourceOf(route: HttpRoute | undefined): CfnRoute {
  return route?.node.defaultChild as CfnRoute;
}

describe('the authorizer of an HTTP API', () => {
  it('is one REQUEST authorizer for all routes, which answers payload 2.0 with a policy', () => {
    const template = Template.fromStack(guarded().stack);
    template.resourceCountIs('AWS::ApiGatewayV2::Authorizer', 1);
    template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      ApiId: { Ref: Match.stringLikeRegexp('^HttpOrders') },
      AuthorizerType: 'REQUEST',
      AuthorizerPayloadFormatVersion: '2.0',
      EnableSimpleResponses: false,
      AuthorizerResultTtlInSeconds: 60,
      IdentitySource: ['$request.header.Authorization'],
    });
    template.allResourcesProperties('AWS::ApiGatewayV2::Route', {
      AuthorizationType: 'CUSTOM',
      AuthorizerId: { Ref: Match.stringLikeRegexp('^Authorizer') },
    });
  });

  it('has the route key in its cache key when decisions are cached per route, and another id', () => {
    const authorizers = (['token', 'route'] as const).map((cachePer) =>
      Template.fromStack(guarded({ cachePer }).stack).findResources('AWS::ApiGatewayV2::Authorizer'),
    );
    const sources = authorizers.flatMap((found) =>
      Object.values(found).map(({ Properties }) => Properties.IdentitySource),
    );
    expect(sources).toEqual([
      ['$request.header.Authorization'],
      ['$request.header.Authorization', '$context.routeKey'],
    ]);
    expect(new Set(authorizers.flatMap(Object.keys)).size).toBe(2);
  });

  it('is all that may invoke the function by this API', () => {
    const permissions = Object.values(Template.fromStack(guarded().stack).findResources('AWS::Lambda::Permission'));
    const sources = permissions
      .filter(({ Properties }) => Properties.Principal === 'apigateway.amazonaws.com')
      .map(({ Properties }) => JSON.stringify(Properties.SourceArn));
    expect(sources).toEqual([expect.stringMatching(/:execute-api:.*\{"Ref":"HttpOrders\w+"\},"\/authorizers\/\*"/)]);
  });

  it('guards all routes of an API as its default authorizer, the route of its default integration too', () => {
    const stack = newStack();
    const all: readonly Route[] = [...routes, { method: 'ANY', path: DEFAULT_ROUTE, scopes: [] }];
    const authorizer = create(stack, { routes: all });
    const defaultIntegration = backend();
    const api = new HttpApi(stack, 'Orders', { defaultAuthorizer: authorizer.forHttpApi(), defaultIntegration });
    api.addRoutes({ path: '/orders', methods: [HttpMethod.GET, HttpMethod.POST], integration: backend() });
    const open = new HttpNoneAuthorizer();
    api.addRoutes({ path: '/health', methods: [HttpMethod.GET], integration: backend(), authorizer: open });
    const found = Object.values(Template.fromStack(stack).findResources('AWS::ApiGatewayV2::Route'));
    const kinds = found.map(({ Properties }) => [Properties.RouteKey, Properties.AuthorizationType]);
    expect(new Map(kinds as [string, string][])).toEqual(
      new Map([
        ['$default', 'CUSTOM'],
        ['GET /orders', 'CUSTOM'],
        ['POST /orders', 'CUSTOM'],
        ['GET /health', 'NONE'],
      ]),
    );
  });

  it('serves HTTP and REST APIs side by side, each with an authorizer and a permission of its own, from one function', () => {
    const stack = newStack();
    const authorizer = create(stack);
    const rest = new RestApi(stack, 'RestOrders');
    const orders = rest.root.addResource('orders');
    for (const method of ['GET', 'POST']) orders.addMethod(method, new MockIntegration(), { authorizer });
    const first = newHttpApi(stack, routes, authorizer.forHttpApi());
    const nested = new NestedStack(stack, 'Nested');
    const second = newHttpApi(nested, routes, authorizer.forHttpApi());
    expect(authorizer.apis).toEqual([rest]);
    expect(authorizer.httpApis).toEqual([first, second]);
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::ApiGateway::Authorizer', 1);
    template.resourceCountIs('AWS::ApiGatewayV2::Authorizer', 1);
    Template.fromStack(nested).resourceCountIs('AWS::ApiGatewayV2::Authorizer', 1);
    Template.fromStack(nested).resourceCountIs('AWS::Lambda::Permission', 1);
    template.resourceCountIs('AWS::DynamoDB::Table', 1);
  });

  it('keeps the ids of the authorizers of REST APIs, whatever HTTP APIs come before them', () => {
    const idsOf = (withHttpApi: boolean) => {
      const stack = newStack();
      const authorizer = create(stack);
      if (withHttpApi) newHttpApi(stack, routes, authorizer.forHttpApi());
      const orders = new RestApi(stack, 'RestOrders').root.addResource('orders');
      for (const method of ['GET', 'POST']) orders.addMethod(method, new MockIntegration(), { authorizer });
      return Object.keys(Template.fromStack(stack).findResources('AWS::ApiGateway::Authorizer'));
    };
    expect(idsOf(true)).toEqual(idsOf(false));
  });

  it('serves an API that another app defines, whose stage is added by name', () => {
    const stack = newStack();
    const authorizer = create(stack);
    const api = HttpApi.fromHttpApiAttributes(stack, 'Imported', { httpApiId: 'abc1234567' });
    addHttpRoutes(stack, api, routes, authorizer.forHttpApi());
    authorizer.addStage({ httpApiId: 'abc1234567', stageName: 'v1' });
    Template.fromStack(stack).hasResourceProperties('AWS::ApiGatewayV2::Authorizer', { ApiId: 'abc1234567' });
  });
});

describe('the routes of an HTTP API', () => {
  it.each(['GET /orders', 'POST /orders'])('include each rule of the table: %s must be there', (name) => {
    const stack = newStack();
    const others = routes.filter(({ method, path }) => `${method} ${path}` !== name);
    newHttpApi(stack, others, create(stack).forHttpApi());
    expect(() => Template.fromStack(stack)).toThrow(
      `routes name ${name}, but no route of an API uses the authorizer there: add the route or remove the rule from routes.`,
    );
  });

  it.each<[string, Route]>([
    ['PUT /refunds/{id}', { method: 'PUT', path: '/refunds/{id}', scopes: [] }],
    ['ANY /refunds/{proxy+}', { method: 'ANY', path: '/refunds/{proxy+}', scopes: [] }],
    ['$default', { method: 'ANY', path: DEFAULT_ROUTE, scopes: [] }],
  ])('are all in the table: %s must be there, and the error shows its rule', (name, more) => {
    const stack = newStack();
    newHttpApi(stack, [...routes, more], create(stack).forHttpApi());
    expect(() => Template.fromStack(stack)).toThrow(
      `${name} uses the authorizer, but no route names it: ` +
        `add { method: '${more.method}', path: '${more.path}', scopes: [ … ] } to routes.`,
    );
  });

  it.each<[string, (route: CfnRoute) => void, string]>([
    [
      'key',
      (route) => route.addPropertyOverride('RouteKey', 'GET /other'),
      'GET /other uses the authorizer, but no route names',
    ],
    [
      'authorization',
      (route) => route.addPropertyOverride('AuthorizationType', 'NONE'),
      'routes name GET /orders, but no route',
    ],
    [
      'authorizer',
      (route) => route.addPropertyOverride('AuthorizerId', 'abc123'),
      'routes name GET /orders, but no route',
    ],
    [
      'authorization, which is deleted',
      (route) => route.addPropertyDeletionOverride('AuthorizationType'),
      'routes name GET /orders, but no route',
    ],
    [
      'authorizer, which is deleted',
      (route) => route.addDeletionOverride('Properties.AuthorizerId'),
      'routes name GET /orders, but no route',
    ],
  ])('are read with overrides applied: of the %s', (_, override, error) => {
    const { stack, made } = guarded();
    override(resourceOf(made[0]));
    expect(() => Template.fromStack(stack)).toThrow(error);
  });

  it('may be bare resources: those that use the authorizer are compared with the table too', () => {
    const withRoute = (routeKey: string) => {
      const { stack, api, made } = guarded();
      const { authorizerId } = resourceOf(made[0]);
      const { apiId } = api;
      new CfnRoute(stack, 'Bare', {
        apiId,
        routeKey,
        authorizationType: 'CUSTOM',
        ...(authorizerId && { authorizerId }),
      });
      return stack;
    };
    expect(() => Template.fromStack(withRoute('GET /orders'))).not.toThrow();
    expect(() => Template.fromStack(withRoute('GET /bare'))).toThrow(
      'GET /bare uses the authorizer, but no route names it',
    );
  });

  it('are not those of a WebSocket API, whose events are others', () => {
    const { stack, api } = guarded();
    (api.node.defaultChild as CfnApi).addPropertyOverride('ProtocolType', 'WEBSOCKET');
    expect(() => Template.fromStack(stack)).toThrow(
      'The API team/HttpOrders has the protocol "WEBSOCKET", and forHttpApi() is for HTTP APIs: take an HttpApi.',
    );
  });

  it.each(['Body', 'BodyS3Location'])(
    'are not taken from a document (%s), which synth does not compare with the table',
    (property) => {
      const { stack, api } = guarded();
      (api.node.defaultChild as CfnApi).addPropertyOverride(property, { openapi: '3.0.1' });
      expect(() => Template.fromStack(stack)).toThrow(
        `The HTTP API team/HttpOrders is made of a document (${property}), whose routes are not compared with the table`,
      );
    },
  );

  it('have no scopes of JWT authorizers, at which the deployment would fail', () => {
    const { stack, made } = guarded();
    resourceOf(made[1]).authorizationScopes = ['orders:write'];
    expect(() => Template.fromStack(stack)).toThrow(
      'POST /orders has authorizationScopes (["orders:write"]), which API Gateway takes with JWT authorizers only',
    );
  });

  it('may have an empty list of scopes', () => {
    const { stack, made } = guarded();
    resourceOf(made[1]).authorizationScopes = [];
    expect(() => Template.fromStack(stack)).not.toThrow();
  });

  it('of a second API are named with it', () => {
    const { stack, authorizer } = guarded();
    const second = new HttpApi(stack, 'Second');
    second.addRoutes({
      path: '/orders',
      methods: [HttpMethod.GET],
      integration: backend(),
      authorizer: authorizer.forHttpApi(),
    });
    expect(() => Template.fromStack(stack)).toThrow('team/Second: routes name POST /orders, but no route of an API');
  });
});

describe('the function of an authorizer', () => {
  it('is invoked for HTTP APIs by no other authorizer', () => {
    const { stack, authorizer, api } = guarded();
    const other = new HttpLambdaAuthorizer('Other', authorizer.function);
    api.addRoutes({ path: '/other', methods: [HttpMethod.GET], integration: backend(), authorizer: other });
    expect(() => Template.fromStack(stack)).toThrow(
      /The authorizer team\/HttpOrders\/Other invokes the function of team\/Authorizer: take forHttpApi\(\) of that authorizer/,
    );
  });

  it('leaves authorizers of other functions alone', () => {
    const { stack, api } = guarded();
    const code = Code.fromInline('exports.handler = async () => ({});');
    const other = new LambdaFunction(stack, 'Other', { runtime: Runtime.NODEJS_22_X, handler: 'index.handler', code });
    const authorizer = new HttpLambdaAuthorizer('Other', other);
    api.addRoutes({ path: '/other', methods: [HttpMethod.GET], integration: backend(), authorizer });
    expect(() => Template.fromStack(stack)).not.toThrow();
  });

  it('is invoked for HTTP APIs by no scheme of a document', () => {
    const { stack, authorizer } = guarded();
    const scheme = { 'x-amazon-apigateway-authorizer': { authorizerUri: `a/${authorizer.function.functionArn}/b` } };
    new CfnApi(stack, 'Described', { body: { components: { securitySchemes: { oauth: scheme } } } });
    expect(() => Template.fromStack(stack)).toThrow(
      'The scheme oauth in the document of team/Described invokes the function of team/Authorizer: take forHttpApi()',
    );
  });

  it.each<[string, string, unknown, string]>([
    ['a simple answer', 'EnableSimpleResponses', true, 'with another enableSimpleResponses than false'],
    ['payload 1.0', 'AuthorizerPayloadFormatVersion', '1.0', 'with another authorizerPayloadFormatVersion than 2.0'],
    ['no identity source', 'IdentitySource', [], 'for the identity sources []'],
    [
      'another header',
      'IdentitySource',
      ['$request.header.X-Token'],
      'for the identity sources ["$request.header.X-Token"]',
    ],
  ])('is not invoked for %s, however the authorizer is overridden', (_, property, value, error) => {
    const { stack } = guarded();
    const [resource] = stack.node.findAll().filter((construct) => construct instanceof CfnAuthorizer);
    resource?.addPropertyOverride(property, value);
    expect(() => Template.fromStack(stack)).toThrow(error);
  });
});

it('an authorizer of an HTTP API gives no simple answers where an override leaves them unsaid', () => {
  const { stack } = guarded();
  const [resource] = stack.node.findAll().filter((construct) => construct instanceof CfnAuthorizer);
  resource?.addPropertyDeletionOverride('EnableSimpleResponses');
  expect(() => Template.fromStack(stack)).not.toThrow();
});

describe('the paths that an HTTP API may rewrite', () => {
  const withParameter: readonly Route[] = [...routes, { method: 'GET', path: '/orders/{id}', scopes: ['orders:read'] }];
  const infosOf = (more: Partial<AuthorizerSettings>) => {
    return Annotations.fromStack(guarded(more).stack).findInfo('*', Match.stringLikeRegexp('percent-encoded'));
  };

  it('are denied to tokens that may not call every route, which synth says', () => {
    expect(infosOf({ routes: withParameter })).toHaveLength(1);
  });

  it.each<[string, Partial<AuthorizerSettings>]>([
    ['decisions are cached per route', { routes: withParameter, cachePer: 'route' }],
    ['no route has a parameter', {}],
    ['every token may call every route', { routes: withParameter.map((route) => ({ ...route, scopes: [] })) }],
  ])('are no matter where %s', (_, more) => {
    expect(infosOf(more)).toEqual([]);
  });
});

describe('the preflights of an HTTP API', () => {
  const corsPreflight = { allowOrigins: ['https://app.example'] };
  const anyOf = (path: string): Route => ({ method: 'ANY', path, scopes: [] });

  /** The warnings of an app whose routes are guarded, with open ones next to them. */
  function warningsFor(all: readonly Route[], open: readonly string[], cors: object = { corsPreflight }) {
    const stack = newStack();
    const authorizer = create(stack, { routes: all });
    const api = new HttpApi(stack, 'HttpOrders', cors);
    addHttpRoutes(stack, api as IHttpApi, all, authorizer.forHttpApi());
    for (const key of open) {
      const [method, path = ''] = key.split(' ');
      api.addRoutes({ path, methods: [method as HttpMethod], integration: backend() });
    }
    const found = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('preflights of'));
    return found.map(({ entry }) => String(entry.data).replace(/ \[ack: .*/, ''));
  }

  const sentence = (names: string, missing: string) =>
    `The CORS configuration of team/HttpOrders does not answer preflights of ${names}: these use the authorizer and take OPTIONS, so ` +
    `browsers, which send no token with a preflight, get 401. Define ${missing} without an authorizer.`;

  it.each<[string, readonly Route[], readonly string[], string, string]>([
    ['a route for any method', [anyOf('/orders')], [], 'ANY /orders', 'OPTIONS /orders'],
    ['$default', [anyOf(DEFAULT_ROUTE)], [], '$default', 'OPTIONS /{proxy+}'],
    ['a rest', [anyOf('/files/{proxy+}')], ['OPTIONS /{proxy+}'], 'ANY /files/{proxy+}', 'OPTIONS /files/{proxy+}'],
    ['OPTIONS itself', [{ ...anyOf('/orders'), method: 'OPTIONS' }], [], 'OPTIONS /orders', 'OPTIONS /orders'],
    [
      'all of them but one',
      [anyOf('/orders'), anyOf('/refunds'), anyOf('/{proxy+}'), anyOf(DEFAULT_ROUTE)],
      ['OPTIONS /refunds'],
      'ANY /orders, ANY /{proxy+}, $default',
      'OPTIONS /orders, OPTIONS /{proxy+}',
    ],
  ])('get 401 where %s takes them, which a warning says', (_, all, open, names, missing) => {
    expect(warningsFor(all, open)).toEqual([sentence(names, missing)]);
  });

  it.each<[string, readonly Route[], readonly string[]]>([
    ['no guarded route takes them', routes, []],
    ['an open route takes them first', [anyOf('/orders/{id}')], ['OPTIONS /orders/{id}']],
    ['an open route calls the parameter otherwise', [anyOf('/orders/{id}')], ['OPTIONS /orders/{order}']],
    ['an open route takes those of $default', [anyOf(DEFAULT_ROUTE)], ['OPTIONS /{proxy+}']],
    ['an open route takes all of $default', [anyOf(DEFAULT_ROUTE)], ['ANY /{proxy+}']],
  ])('need no warning where %s', (_, all, open) => {
    expect(warningsFor(all, open)).toEqual([]);
  });

  it('need no warning without a CORS configuration: no browser calls the API from elsewhere', () => {
    expect(warningsFor([anyOf('/orders')], [], {})).toEqual([]);
  });
});
