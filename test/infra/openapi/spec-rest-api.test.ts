import { Lazy, type Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { type CfnRestApi, MockIntegration, RestApi, SpecRestApi } from 'aws-cdk-lib/aws-apigateway';
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { BearerAuthorizer } from '../../../infra/bearer-authorizer.ts';
import { protectedDocument, SECURITY_SCHEME } from '../../../infra/openapi/protected-document.ts';
import { routesFromOpenApi } from '../../../infra/openapi/routes-from-openapi.ts';
import { AUTHORIZATION_TOKEN_PATTERN } from '../../../lambda/token/bearer-token.ts';
import { issuer, newStack } from '../../support/cdk/test-app.ts';

const integration = { 'x-amazon-apigateway-integration': { type: 'mock' } };
const securitySchemes = {
  oauth: { type: 'oauth2', flows: {} },
  bearer: { type: 'http', scheme: 'bearer' },
  key: { type: 'apiKey', in: 'header', name: 'x-api-key' },
};
const paths = {
  '/orders': {
    parameters: [{ name: 'page', in: 'query' }],
    get: { ...integration, security: [{ oauth: ['orders:read'] }, { oauth: ['orders:admin'] }] },
    post: { ...integration, security: [{ oauth: ['orders:write'] }] },
  },
  '/files/{proxy+}': { 'x-amazon-apigateway-any-method': { ...integration } },
  '/health': { get: { ...integration, security: [] } },
};
const get = paths['/orders'].get;
const document = {
  openapi: '3.0.3',
  info: { title: 'Orders', version: '1' },
  security: [{ bearer: [] }],
  components: { schemas: { Order: { type: 'object' } }, securitySchemes },
  paths,
};

function authorizerFor(stack: Stack, { routes } = routesFromOpenApi(document)): BearerAuthorizer {
  return new BearerAuthorizer(stack, 'Authorizer', { issuers: { main: issuer }, routes });
}

function specApi(stack: Stack, authorizer: BearerAuthorizer, described: object = document): SpecRestApi {
  return new SpecRestApi(stack, 'Orders', { apiDefinition: authorizer.apiDefinition(described) });
}

/** The document in the template, with its intrinsic functions. */
function importedBody(template: Template) {
  const [api] = Object.values(template.findResources('AWS::ApiGateway::RestApi'));
  return api?.Properties.Body;
}

function flushedStages(template: Template): string {
  const flushers = template.findResources('AWS::Lambda::Function', {
    Properties: { Environment: { Variables: { MODE: 'at-once' } } },
  });
  return JSON.stringify(Object.values(flushers)[0]?.Properties.Environment.Variables.STAGES);
}

function allow(resources: string[]): PolicyStatement {
  const principals = [new AnyPrincipal()];
  return new PolicyStatement({ effect: Effect.ALLOW, actions: ['execute-api:Invoke'], resources, principals });
}

const allowEverybody = new PolicyDocument({ statements: [allow(['execute-api:/*'])] });

/** How many permissions let API Gateway invoke a function. */
function gatewayPermissions(template: Template): number {
  const ofGateway = { Properties: { Principal: 'apigateway.amazonaws.com' } };
  return Object.keys(template.findResources('AWS::Lambda::Permission', ofGateway)).length;
}

describe('an API made from its OpenAPI document', () => {
  const stack = newStack();
  specApi(stack, authorizerFor(stack));
  const template = Template.fromStack(stack);
  const body = importedBody(template);

  it('has a TOKEN authorizer that API Gateway creates at the import, and no other', () => {
    expect(body.components.securitySchemes[SECURITY_SCHEME]).toEqual({
      type: 'apiKey',
      name: 'Authorization',
      in: 'header',
      'x-amazon-apigateway-authtype': 'custom',
      'x-amazon-apigateway-authorizer': {
        type: 'token',
        authorizerUri: expect.anything(),
        authorizerResultTtlInSeconds: 60,
        identitySource: 'method.request.header.Authorization',
        identityValidationExpression: AUTHORIZATION_TOKEN_PATTERN,
      },
    });
    template.resourceCountIs('AWS::ApiGateway::Authorizer', 0);
  });

  it('that caches per route has a REQUEST authorizer whose cache key has token, resource and method', () => {
    const routeStack = newStack();
    const { routes } = routesFromOpenApi(document);
    const settings = { issuers: { main: issuer }, routes, cachePer: 'route' } as const;
    specApi(routeStack, new BearerAuthorizer(routeStack, 'Authorizer', settings));
    const imported = importedBody(Template.fromStack(routeStack));
    const scheme = imported.components.securitySchemes[SECURITY_SCHEME];
    expect(scheme['x-amazon-apigateway-authorizer']).toEqual({
      type: 'request',
      authorizerUri: expect.anything(),
      authorizerResultTtlInSeconds: 60,
      identitySource: 'method.request.header.Authorization,context.resourcePath,context.httpMethod',
    });
  });

  it('names the function by the URI that API Gateway invokes', () => {
    const { authorizerUri } = body.components.securitySchemes[SECURITY_SCHEME]['x-amazon-apigateway-authorizer'];
    const text = authorizerUri['Fn::Join'][1]
      .map((part: unknown) => (typeof part === 'string' ? part : `<${JSON.stringify(part)}>`))
      .join('');
    expect(text).toMatch(
      /^arn:<.*Partition.*>:apigateway:<.*Region.*>:lambda:path\/2015-03-31\/functions\/<.*AuthorizerFunction.*Arn.*>\/invocations$/,
    );
  });

  it('uses it wherever an operation or the document asks for a token, and nowhere else', () => {
    const asked = [{ [SECURITY_SCHEME]: [] }];
    expect(body.paths['/orders'].get.security).toEqual(asked);
    expect(body.paths['/orders'].post.security).toEqual(asked);
    expect(body.paths['/files/{proxy+}']['x-amazon-apigateway-any-method'].security).toEqual(asked);
    expect(body.paths['/health'].get).toEqual(integration);
    expect(body).not.toHaveProperty('security');
  });

  it('keeps the rest of the document', () => {
    expect(body.paths['/orders'].parameters).toEqual(paths['/orders'].parameters);
    expect(body.paths['/orders'].get).toMatchObject(integration);
    expect(body.components.schemas).toEqual(document.components.schemas);
    expect(body.info).toEqual(document.info);
  });

  it('lets this API, and no other, invoke the function', () => {
    template.hasResourceProperties('AWS::Lambda::Permission', {
      Principal: 'apigateway.amazonaws.com',
      FunctionName: { 'Fn::GetAtt': [Match.stringLikeRegexp('^AuthorizerFunction'), 'Arn'] },
      SourceArn: {
        'Fn::Join': [
          '',
          Match.arrayWith([{ Ref: Match.stringLikeRegexp('^Orders') }, Match.stringLikeRegexp('^/authorizers/')]),
        ],
      },
    });
    expect(gatewayPermissions(template)).toBe(1);
  });

  it('has its stage flushed', () => {
    expect(flushedStages(template)).toMatch(/"Ref":"OrdersDeploymentStage/);
  });
});

describe('an API from a document next to one with methods', () => {
  const stack = newStack();
  const authorizer = authorizerFor(stack);
  specApi(stack, authorizer);
  const internal = new RestApi(stack, 'Internal');
  for (const { method, path } of routesFromOpenApi(document).routes) {
    const resource = internal.root.resourceForPath(path);
    resource.addMethod(method, new MockIntegration(), { authorizer: authorizer.forApi(internal) });
  }
  const template = Template.fromStack(stack);

  it('shares the function, which each of them may invoke', () => {
    template.resourceCountIs('AWS::DynamoDB::Table', 1);
    template.resourceCountIs('AWS::ApiGateway::Authorizer', 1);
    expect(gatewayPermissions(template)).toBe(2);
  });

  it('has the stages of both flushed', () => {
    expect(flushedStages(template)).toMatch(/"Ref":"OrdersDeploymentStage/);
    expect(flushedStages(template)).toMatch(/"Ref":"InternalDeploymentStage/);
  });
});

describe('the document and the routes', () => {
  it('must agree: an operation without a route is rejected', () => {
    const stack = newStack();
    const [, ...others] = routesFromOpenApi(document).routes;
    specApi(stack, authorizerFor(stack, { routes: others, warnings: [] }));
    expect(() => Template.fromStack(stack)).toThrow('GET /orders uses the authorizer, but no route names it');
  });

  it.each([
    ['takes the guard from', [], 'routes name POST /orders, but no method of an API uses the authorizer there'],
    ['gives the guard of another scheme to', [{ key: [] }], 'routes name POST /orders, but no method of an API uses'],
  ])('must agree: an override that %s an operation is rejected', (_, security, words) => {
    const stack = newStack();
    const api = specApi(stack, authorizerFor(stack));
    (api.node.defaultChild as CfnRestApi).addPropertyOverride('Body.paths./orders.post.security', security);
    expect(() => Template.fromStack(stack)).toThrow(words);
  });

  it('must agree: an operation that an override adds is rejected', () => {
    const stack = newStack();
    const api = specApi(stack, authorizerFor(stack));
    const added = { ...integration, security: [{ [SECURITY_SCHEME]: [] }] };
    (api.node.defaultChild as CfnRestApi).addPropertyOverride('Body.paths./refunds.get', added);
    expect(() => Template.fromStack(stack)).toThrow('GET /refunds uses the authorizer, but no route names it');
  });

  it('must agree: a route without an operation is rejected', () => {
    const stack = newStack();
    const { post: _, ...withoutPost } = paths['/orders'];
    specApi(stack, authorizerFor(stack), { ...document, paths: { ...paths, '/orders': withoutPost } });
    expect(() => Template.fromStack(stack)).toThrow('routes name POST /orders, but no method of an API uses');
  });

  it.each([
    ['any valid token', []],
    ['orders:write', ['orders:write']],
    ['orders:read or orders:write', ['orders:read', 'orders:write']],
  ])('must agree: a route that opens an operation to %s, where the document does not, is rejected', (words, scopes) => {
    const routes = routesFromOpenApi(document).routes.map((route) =>
      route.method === 'GET' ? { ...route, scopes } : route,
    );
    expect(() => authorizerFor(newStack(), { routes, warnings: [] }).apiDefinition(document)).toThrow(
      `The document opens GET /orders to orders:read or orders:admin, and routes open it to ${words}: take the routes`,
    );
  });

  it('need not agree if a route is narrower than the document', () => {
    const routes = routesFromOpenApi(document).routes.map((route) => ({ ...route, scopes: route.scopes.slice(-1) }));
    const narrower = routes.map((route) => (route.scopes.length === 0 ? { ...route, scopes: ['files'] } : route));
    expect(() => authorizerFor(newStack(), { routes: narrower, warnings: [] }).apiDefinition(document)).not.toThrow();
  });

  it.each([
    ['property', document, allowEverybody],
    ['document', { ...document, 'x-amazon-apigateway-policy': allowEverybody.toJSON() }, undefined],
  ])("a resource policy that allows is rejected in the API's %s", (_, described, policy) => {
    const stack = newStack();
    const apiDefinition = authorizerFor(stack).apiDefinition(described);
    new SpecRestApi(stack, 'Orders', { apiDefinition, ...(policy === undefined ? {} : { policy }) });
    expect(() => Template.fromStack(stack)).toThrow('The API team/Orders has a resource policy that allows');
  });
});

describe('operations with other schemes', () => {
  const pool = {
    ...{ type: 'apiKey', in: 'header', name: 'Authorization', 'x-amazon-apigateway-authtype': 'cognito_user_pools' },
    'x-amazon-apigateway-authorizer': {
      type: 'cognito_user_pools',
      providerARNs: [{ Ref: 'AWS::StackId' }],
    },
  };
  const shouted = { type: 'apiKey', in: 'header', name: 'X-API-Key' };
  const mixed = {
    ...document,
    components: { securitySchemes: { ...securitySchemes, pool, shouted } },
    paths: {
      '/both': { get: { ...integration, security: [{ oauth: ['orders:read'], key: [] }] } },
      '/pool': { get: { ...integration, security: [{ pool: ['read'] }, { key: [] }] } },
      '/key': { get: { ...integration, security: [{ shouted: [] }] } },
      '/iam': { get: { ...integration, security: [], 'x-amazon-apigateway-auth': { type: 'AWS_IAM' } } },
      '/preflight': { options: integration, put: integration },
    },
  };
  const routes = routesFromOpenApi(mixed);

  it('keep their guards in the imported document, and have no route', () => {
    const stack = newStack();
    specApi(stack, authorizerFor(stack, routes), mixed);
    const { paths: imported, components } = importedBody(Template.fromStack(stack));
    expect(imported['/pool']).toEqual(mixed.paths['/pool']);
    expect(imported['/key']).toEqual(mixed.paths['/key']);
    expect(imported['/iam']).toEqual({ get: { ...integration, 'x-amazon-apigateway-auth': { type: 'AWS_IAM' } } });
    expect(imported['/preflight'].options).toEqual(integration);
    expect(components.securitySchemes.pool).toEqual(pool);
    expect(routes.routes.map(({ path }) => path)).toEqual(['/both', '/preflight']);
  });

  it('ask for an API key and the authorizer in the form of AWS’s own tools', () => {
    const { paths: imported, components } = protectedDocument(mixed, {}) as typeof mixed;
    expect(imported['/both'].get.security).toEqual([{ [SECURITY_SCHEME]: [] }, { key: [] }]);
    expect(components.securitySchemes.key).toEqual(securitySchemes.key);
  });

  it('ask for the header x-api-key in the spelling that API Gateway documents', () => {
    const { components } = protectedDocument(mixed, {}) as typeof mixed;
    expect(components.securitySchemes.shouted).toEqual({ ...shouted, name: 'x-api-key' });
  });

  it('ask for no scheme that the imported document lacks', () => {
    const basic = { type: 'http', scheme: 'basic' };
    const iam = { 'x-amazon-apigateway-auth': { type: 'AWS_IAM' } };
    const described = {
      ...mixed,
      components: { securitySchemes: { ...mixed.components.securitySchemes, basic } },
      paths: {
        '/a': { get: { ...integration, security: [{ pool: ['read'], basic: [] }] } },
        '/b': { get: { ...integration, security: [{ key: [] }, { basic: [] }] } },
        '/c': { get: { ...integration, ...iam, security: [{ basic: [] }] } },
        '/d': { get: { ...integration, security: [{ pool: undefined }, { key: [] }] } },
      },
    };
    const { paths: imported } = protectedDocument(described, {}) as typeof described;
    expect(Object.values(imported).map(({ get: { security } }) => security)).toEqual([
      [{ pool: ['read'] }],
      [{ key: [] }],
      undefined,
      [{ key: [] }],
    ]);
  });

  it('keep a guard that the document states once for all operations, where API Gateway would ignore it', () => {
    const described = { ...mixed, security: [{ pool: [] }], paths: { '/a': { get: integration } } };
    const imported = protectedDocument(described, {}) as { paths: object };
    expect(imported).not.toHaveProperty('security');
    expect(imported.paths).toEqual({ '/a': { get: { ...integration, security: [{ pool: [] }] } } });
  });

  it.each([
    [
      'document',
      { 'x-amazon-apigateway-api-key-source': 'AUTHORIZER' },
      undefined,
      'set x-amazon-apigateway-api-key-source to HEADER, or take the API key from the security of the operation',
    ],
    ['property', {}, 'AUTHORIZER', 'set apiKeySourceType to HEADER, or take the API key from the security of the'],
  ])('need a key that this authorizer does not give where the %s takes it from there', (_, members, source, fix) => {
    const stack = newStack();
    const api = specApi(stack, authorizerFor(stack, routes), { ...mixed, ...members });
    if (source !== undefined) (api.node.defaultChild as CfnRestApi).apiKeySourceType = source;
    expect(() => Template.fromStack(stack)).toThrow('and this authorizer gives none to GET /both, which needs one');
    expect(() => Template.fromStack(stack)).toThrow(fix);
    expect(() => Template.fromStack(stack)).not.toThrow('gives none to GET /pool');
  });

  it('of another authorizer may be allowed by the resource policy, unlike those of this one', () => {
    const synthesize = (path: string) => {
      const stack = newStack();
      const resources = [`execute-api:/prod/GET/${path}`];
      const policy = new PolicyDocument({ statements: [allow(resources)] });
      new SpecRestApi(stack, 'Orders', { apiDefinition: authorizerFor(stack, routes).apiDefinition(mixed), policy });
      Template.fromStack(stack);
    };
    expect(() => synthesize('pool')).not.toThrow();
    expect(() => synthesize('both')).toThrow('and with it GET /both');
  });

  it('must have no route: a route for one is rejected', () => {
    const stack = newStack();
    const more = [...routes.routes, { method: 'GET', path: '/pool', scopes: [] } as const];
    specApi(stack, authorizerFor(stack, { routes: more, warnings: [] }), mixed);
    expect(() => Template.fromStack(stack)).toThrow('routes name GET /pool, but no method of an API uses');
  });
});

describe('in a document that API Gateway would leave open, or reject,', () => {
  const scheme = { type: 'apiKey' };

  it('an operation whose extension overrides its security is rejected by name', () => {
    const overridden = { ...get, 'x-amazon-apigateway-auth': { type: 'NONE' } };
    expect(() => protectedDocument({ ...document, paths: { '/orders': { get: overridden } } }, scheme)).toThrow(
      'The operation GET /orders asks for a token, and for something else in x-amazon-apigateway-auth: remove that ' +
        'extension, or write security: [] to leave the operation to it.',
    );
  });

  it('a scheme of the authorizer’s own name is rejected', () => {
    const described = {
      ...document,
      components: { securitySchemes: { ...securitySchemes, [SECURITY_SCHEME]: scheme } },
    };
    expect(() => protectedDocument(described, scheme)).toThrow(
      'components.securitySchemes has "bearer-authorizer", the name of this authorizer: give yours another one.',
    );
  });

  it('extensions keep any value, also on an open operation', () => {
    const uri = Lazy.string({ produce: () => 'https://backend.example' });
    const open = { 'x-list': [1], 'x-integration': Lazy.any({ produce: () => ({ uri }) }), 'x-null': null };
    const described = {
      ...document,
      paths: { '/health': { get: { ...open, security: [] }, 'x-owner': 7 }, 'x-p': [get] },
    };
    const { paths: published } = protectedDocument(described, scheme) as { paths: typeof described.paths };
    expect(published).toEqual({ '/health': { get: open, 'x-owner': 7 }, 'x-p': [get] });
    expect(published['/health'].get['x-integration']).toBe(open['x-integration']);
  });

  it('schemes that the import does not read are left out, and others stay', () => {
    const { components } = protectedDocument(document, scheme) as { components: { securitySchemes: object } };
    expect(components.securitySchemes).toEqual({ key: securitySchemes.key, [SECURITY_SCHEME]: scheme });
  });

  it('version 3.1 is rejected, although its routes can be read', () => {
    const newer = { ...document, openapi: '3.1.0' };
    expect(routesFromOpenApi(newer).routes).toHaveLength(3);
    expect(() => protectedDocument(newer, scheme)).toThrow('give API Gateway one of 3.0, as its import rejects 3.1');
  });

  it('no security scheme is needed', () => {
    const open = { openapi: '3.0.1', paths: { '/': { get: integration } } };
    expect(protectedDocument(open, scheme)).toEqual({
      ...open,
      components: { securitySchemes: { [SECURITY_SCHEME]: scheme } },
    });
  });
});
