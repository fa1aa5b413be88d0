import { type CfnElement, Duration, NestedStack, type Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import {
  CfnMethod,
  type CfnRestApi,
  type IAuthorizer,
  MockIntegration,
  RestApi,
  SpecRestApi,
  Stage,
} from 'aws-cdk-lib/aws-apigateway';
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { ArtifactMetadataEntryType } from 'aws-cdk-lib/cloud-assembly-schema';
import { describe, expect, it } from 'vitest';
import { BearerAuthorizer } from '../../infra/bearer-authorizer.ts';
import { routesFromOpenApi } from '../../infra/openapi/routes-from-openapi.ts';
import type { AuthorizerSettings } from '../../infra/settings/deployment-schema.ts';
import { DESCRIPTION_KEY, lossesIn } from '../../lambda/configuration/authorizer-description.ts';
import type { Route } from '../../lambda/policy/route.ts';
import { descriptionIn, issuer, newApp, newStack } from '../support/cdk/test-app.ts';
import { tenantRoutes } from '../support/routes/route-tables.ts';

const settings: AuthorizerSettings = {
  issuers: { main: issuer },
  routes: [
    { method: 'GET', path: '/orders', scopes: ['orders:read'] },
    { method: 'POST', path: '/orders', scopes: ['orders:write'] },
  ],
};

/** An API that a team already has. */
function ordersApi(stack: Stack, authorizer: IAuthorizer, policy?: PolicyDocument): RestApi {
  const api = new RestApi(stack, 'Orders', policy === undefined ? {} : { policy });
  const orders = api.root.addResource('orders');
  orders.addMethod('GET', new MockIntegration(), { authorizer });
  orders.addMethod('POST', new MockIntegration(), { authorizer });
  return api;
}

function policyThat(effect: Effect): PolicyDocument {
  const actions = ['execute-api:Invoke'];
  const resources = ['execute-api:/*'];
  const principals = [new AnyPrincipal()];
  return new PolicyDocument({ statements: [new PolicyStatement({ effect, actions, resources, principals })] });
}

describe('an authorizer on the API a team already has', () => {
  it('needs only issuers and routes to be an authorizer for methods', () => {
    const stack = newStack();
    ordersApi(stack, new BearerAuthorizer(stack, 'Authorizer', settings));
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::ApiGateway::Authorizer', { Type: 'TOKEN', AuthorizerResultTtlInSeconds: 60 });
    template.allResourcesProperties('AWS::ApiGateway::Method', {
      AuthorizationType: 'CUSTOM',
      AuthorizerId: { Ref: Match.stringLikeRegexp('^Authorizer') },
    });
  });

  it('caches decisions for the result TTL', () => {
    const stack = newStack();
    ordersApi(stack, new BearerAuthorizer(stack, 'Authorizer', { ...settings, resultTtl: Duration.seconds(0) }));
    Template.fromStack(stack).hasResourceProperties('AWS::ApiGateway::Authorizer', { AuthorizerResultTtlInSeconds: 0 });
  });

  it('that caches per route is a REQUEST authorizer whose cache key has token, resource and method', () => {
    const stack = newStack();
    ordersApi(stack, new BearerAuthorizer(stack, 'Authorizer', { ...settings, cachePer: 'route' }));
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::ApiGateway::Authorizer', {
      Type: 'REQUEST',
      IdentitySource: 'method.request.header.Authorization,context.resourcePath,context.httpMethod',
      IdentityValidationExpression: Match.absent(),
      AuthorizerResultTtlInSeconds: 60,
    });
    const functions = Object.values(template.findResources('AWS::Lambda::Function'));
    expect(functions.flatMap(({ Metadata }) => descriptionIn(Metadata) ?? [])).toMatchObject([{ cachePer: 'route' }]);
  });

  it('that caches per route has another id, so that deployed stages keep the former authorizer until the next deployment', () => {
    const idOf = (cachePer: 'token' | 'route') => {
      const stack = newStack();
      ordersApi(stack, new BearerAuthorizer(stack, 'Authorizer', { ...settings, cachePer }));
      return Object.keys(Template.fromStack(stack).findResources('AWS::ApiGateway::Authorizer'));
    };
    expect(idOf('route')).not.toEqual(idOf('token'));
  });

  it('that caches per route accepts a table that loses a route when caching per token, and warns of nothing', () => {
    const routes: readonly Route[] = [
      { method: 'GET', path: '/t/{tenant}', scopes: ['a'] },
      { method: 'GET', path: '/t/{tenant}/billing/{invoice}', scopes: ['b'] },
      { method: 'GET', path: '/t/{tenant}/billing/{invoice}/pdf', scopes: ['a'] },
    ];
    const create = (cachePer: 'token' | 'route') => {
      const stack = newStack();
      const authorizer = new BearerAuthorizer(stack, 'Authorizer', { ...settings, routes, cachePer });
      const api = new RestApi(stack, 'Tenants');
      for (const { method, path } of routes) {
        api.root.resourceForPath(path).addMethod(method, new MockIntegration(), { authorizer });
      }
      return stack;
    };
    expect(() => create('token')).toThrow('GET /t/{tenant}/billing/{invoice}/pdf');
    const stack = create('route');
    Template.fromStack(stack);
    expect(Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('lost-requests'))).toEqual([]);
  });

  it('rejects wrong settings by itself', () => {
    const wrong = { ...settings, issuers: { main: { ...issuer, audiences: [] } } };
    expect(() => new BearerAuthorizer(newStack(), 'Authorizer', wrong)).toThrow('issuers.main.audiences is []');
  });

  it('rejects a method without a route, and names its method and path', () => {
    const stack = newStack();
    const authorizer = new BearerAuthorizer(stack, 'Authorizer', settings);
    const api = ordersApi(stack, authorizer);
    api.root.addResource('refunds').addResource('{id}').addMethod('PUT', new MockIntegration(), { authorizer });
    expect(() => Template.fromStack(stack)).toThrow('PUT /refunds/{id} uses the authorizer, but no route names it');
  });

  it('rejects a route without a method, and names its method and path', () => {
    const stack = newStack();
    const routes: readonly Route[] = [...settings.routes, { method: 'ANY', path: '/lost', scopes: [] }];
    ordersApi(stack, new BearerAuthorizer(stack, 'Authorizer', { ...settings, routes }));
    expect(() => Template.fromStack(stack)).toThrow(
      'routes name ANY /lost, but no method of an API uses the authorizer there',
    );
  });

  it('ignores methods that do not use it', () => {
    const stack = newStack();
    const api = ordersApi(stack, new BearerAuthorizer(stack, 'Authorizer', settings));
    api.root.addResource('health').addMethod('GET', new MockIntegration());
    expect(() => Template.fromStack(stack)).not.toThrow();
  });

  it('rejects an API whose resource policy has an Allow, which would open routes that the authorizer does not', () => {
    const stack = newStack();
    ordersApi(stack, new BearerAuthorizer(stack, 'Authorizer', settings), policyThat(Effect.ALLOW));
    expect(() => Template.fromStack(stack)).toThrow('The API team/Orders has a resource policy that allows');
  });

  it('accepts an API whose resource policy only denies', () => {
    const stack = newStack();
    ordersApi(stack, new BearerAuthorizer(stack, 'Authorizer', settings), policyThat(Effect.DENY));
    expect(() => Template.fromStack(stack)).not.toThrow();
  });
});

describe('an authorizer and raw CloudFormation resources', () => {
  function ordersStack() {
    const stack = newStack();
    const authorizer = new BearerAuthorizer(stack, 'Authorizer', settings);
    return { stack, authorizer, api: ordersApi(stack, authorizer) };
  }

  /** `GET /orders/{id}/refunds` as CfnInclude creates it from a team's old template. */
  function addCfnMethod({ stack, api }: ReturnType<typeof ordersStack>, authorizerId: string): CfnMethod {
    const refunds = api.root.resourceForPath('/orders/{id}/refunds');
    return new CfnMethod(stack, 'Refunds', {
      restApiId: api.restApiId,
      resourceId: refunds.resourceId,
      httpMethod: 'GET',
      authorizationType: 'CUSTOM',
      authorizerId,
    });
  }

  it('rejects a CfnMethod that uses the authorizer, whose path is in no policy', () => {
    const world = ordersStack();
    addCfnMethod(world, world.authorizer.authorizerId);
    expect(() => Template.fromStack(world.stack)).toThrow(
      'team/Refunds is a CfnMethod that uses the authorizer: add the method with addMethod, and its route to routes.',
    );
  });

  it('rejects it also if only an override names the authorizer', () => {
    const world = ordersStack();
    const logicalId = world.stack.getLogicalId(
      world.authorizer.node.findChild('Token').node.defaultChild as CfnElement,
    );
    addCfnMethod(world, 'other').addPropertyOverride('AuthorizerId', { Ref: logicalId });
    expect(() => Template.fromStack(world.stack)).toThrow('team/Refunds is a CfnMethod that uses the authorizer');
  });

  it('ignores a CfnMethod that uses another authorizer, or none', () => {
    const world = ordersStack();
    addCfnMethod(world, 'other');
    expect(() => Template.fromStack(world.stack)).not.toThrow();
  });

  it('rejects a method whose override removes the authorizer', () => {
    const { stack, api } = ordersStack();
    const method = api.root.resourceForPath('/orders').node.findChild('GET').node.defaultChild as CfnMethod;
    method.addPropertyOverride('AuthorizationType', 'NONE');
    expect(() => Template.fromStack(stack)).toThrow(
      'routes name GET /orders, but no method of an API uses the authorizer',
    );
  });

  it('rejects a method whose override deletes the authorization', () => {
    const { stack, api } = ordersStack();
    const method = api.root.resourceForPath('/orders').node.findChild('GET').node.defaultChild as CfnMethod;
    method.addPropertyDeletionOverride('AuthorizationType');
    expect(() => Template.fromStack(stack)).toThrow(
      'routes name GET /orders, but no method of an API uses the authorizer',
    );
  });

  it('rejects a method whose override gives it another authorizer', () => {
    const { stack, api } = ordersStack();
    const method = api.root.resourceForPath('/orders').node.findChild('GET').node.defaultChild as CfnMethod;
    method.addPropertyOverride('AuthorizerId', { Ref: 'Other' });
    expect(() => Template.fromStack(stack)).toThrow(
      'routes name GET /orders, but no method of an API uses the authorizer',
    );
  });

  it.each([
    ['an object', { Statement: [{ Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: '*' }] }],
    ['text', '{ "Statement": [{ "Effect" : "Allow", "Principal": "*" }] }'],
  ])('rejects a resource policy that allows and that an override wrote as %s', (_name, policy) => {
    const { stack, api } = ordersStack();
    (api.node.defaultChild as CfnRestApi).addPropertyOverride('Policy', policy);
    expect(() => Template.fromStack(stack)).toThrow('The API team/Orders has a resource policy that allows');
  });
});

describe('an authorizer on more than one API', () => {
  it('is one function and one table, with an authorizer and a permission for each', () => {
    const stack = newStack();
    const authorizer = new BearerAuthorizer(stack, 'Authorizer', settings);
    ordersApi(stack, authorizer);
    const second = new RestApi(stack, 'Second');
    const orders = second.root.addResource('orders');
    orders.addMethod('GET', new MockIntegration(), { authorizer: authorizer.forApi(second) });
    orders.addMethod('POST', new MockIntegration(), { authorizer: authorizer.forApi(second) });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::DynamoDB::Table', 1);
    template.resourceCountIs('AWS::ApiGateway::Authorizer', 2);
    template.resourcePropertiesCountIs(
      'AWS::Lambda::Permission',
      { FunctionName: { 'Fn::GetAtt': [Match.stringLikeRegexp('^AuthorizerFunction'), 'Arn'] } },
      2,
    );
  });

  it('rejects an API that lacks a route: another route that answers the requests would be open', () => {
    const stack = newStack();
    const authorizer = new BearerAuthorizer(stack, 'Authorizer', settings);
    ordersApi(stack, authorizer);
    const second = new RestApi(stack, 'Second');
    const orders = second.root.addResource('orders');
    orders.addMethod('GET', new MockIntegration(), { authorizer: authorizer.forApi(second) });
    orders.addMethod('ANY', new MockIntegration());
    expect(() => Template.fromStack(stack)).toThrow(
      'team/Second: routes name POST /orders, but no method of an API uses the authorizer there',
    );
  });

  it('says to use forApi(api) when it is passed to the second API itself', () => {
    const stack = newStack();
    const authorizer = new BearerAuthorizer(stack, 'Authorizer', settings);
    ordersApi(stack, authorizer);
    const second = new RestApi(stack, 'Second');
    const attach = () => second.root.addMethod('GET', new MockIntegration(), { authorizer });
    expect(attach).toThrow(
      'The authorizer team/Authorizer serves team/Orders: give the methods of team/Second its forApi(api) instead.',
    );
  });

  it('flushes every stage of each, and no stage of another API', () => {
    const stack = newStack();
    const authorizer = new BearerAuthorizer(stack, 'Authorizer', settings);
    const api = ordersApi(stack, authorizer);
    new Stage(stack, 'Beta', { deployment: deploymentOf(api), stageName: 'beta' });
    const unrelated = new RestApi(stack, 'Unrelated');
    unrelated.root.addMethod('GET', new MockIntegration());
    authorizer.addStage({ restApiId: 'imported', stageName: 'live' });
    const flushers = Template.fromStack(stack).findResources('AWS::Lambda::Function', {
      Properties: { Environment: { Variables: { MODE: 'at-once' } } },
    });
    const stages = JSON.stringify(Object.values(flushers)[0]?.Properties.Environment.Variables.STAGES);
    expect(stages.match(/"Ref":"(OrdersDeploymentStage|Beta)/g)).toHaveLength(2);
    expect(stages).toContain('imported');
    expect(stages).not.toContain('Unrelated');
  });
});

describe('an authorizer for 500 routes', () => {
  it('synthesizes, with its routes in the asset and metadata', () => {
    const routes = Array.from({ length: 500 }, (_, index): Route => {
      const path = index % 2 === 0 ? `/items-${index}/{id}` : `/items-${index - 1}/{id}/parts`;
      return { method: 'GET', path, scopes: [`items-${index}:read`] };
    });
    const stack = newStack(newApp());
    const authorizer = new BearerAuthorizer(stack, 'Authorizer', { issuers: { main: issuer }, routes });
    const api = new RestApi(stack, 'Api');
    addMethods(stack, api, authorizer, routes);
    const template = Template.fromStack(stack);
    const functions = Object.values(template.findResources('AWS::Lambda::Function'));
    const descriptions = functions.flatMap(({ Metadata }) => descriptionIn(Metadata) ?? []);
    expect(descriptions[0]?.routes).toHaveLength(500);
    // CloudFormation accepts templates of up to 1 MB.
    expect(JSON.stringify(template.toJSON()).length).toBeLessThan(1_000_000);
  });
});

describe('an authorizer for 1000 routes', () => {
  it('synthesizes for an API that a document describes', () => {
    const operation = (index: number) => ({ security: [{ bearer: [`part-${index % 40}:read`] }] });
    const paths = Array.from({ length: 500 }, (_, index) => [
      `/part-${index % 40}/{id}/items-${index}`,
      { get: operation(index), post: operation(index + 1) },
    ]);
    const document = {
      openapi: '3.0.3',
      info: { title: 'Large', version: '1' },
      components: { securitySchemes: { bearer: { type: 'oauth2', flows: {} } } },
      paths: Object.fromEntries(paths),
    };
    const stack = newStack();
    const { routes } = routesFromOpenApi(document);
    const authorizer = new BearerAuthorizer(stack, 'Authorizer', { issuers: { main: issuer }, routes });
    new SpecRestApi(stack, 'Api', { apiDefinition: authorizer.apiDefinition(document) });
    expect(routes).toHaveLength(1000);
    expect(JSON.stringify(Template.fromStack(stack).toJSON()).length).toBeLessThan(1_000_000);
  });
});

describe('an authorizer for 100 collections of many tenants', () => {
  it('fits into a template if one scope opens them all', () => {
    const stack = newStack();
    const settings = { issuers: { main: issuer }, routes: tenantRoutes(100) };
    const authorizer = new BearerAuthorizer(stack, 'Authorizer', settings);
    const { cfnOptions } = authorizer.function.node.defaultChild as CfnFunction;
    expect(JSON.stringify(stack.resolve(cfnOptions.metadata?.[DESCRIPTION_KEY])).length).toBeLessThan(400_000);
  });

  it('is rejected with the number of bytes if the description of its routes would fill the template', () => {
    const scopes = ['api-'.repeat(100)];
    const routes = tenantRoutes(100, 'long-'.repeat(60), scopes);
    expect(() => new BearerAuthorizer(newStack(), 'Authorizer', { issuers: { main: issuer }, routes })).toThrow(
      /^The 500 routes take \d+ bytes of the template, and 800000 fit: .+\.$/,
    );
  });
});

describe('an answer that might outgrow the 8 KB that API Gateway documents', () => {
  const routes = Array.from({ length: 40 }, (_, index): Route => {
    return { method: 'GET', path: `/some-resource-${index}`, scopes: ['read'] };
  });
  const tenClaims = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`name${index}`, `claim${index}`]));

  function warningsFor(more: Partial<AuthorizerSettings>, stageName = 'prod'): readonly string[] {
    const stack = newStack();
    const authorizer = new BearerAuthorizer(stack, 'Authorizer', { issuers: { main: issuer }, routes, ...more });
    const api = new RestApi(stack, 'Api', { deployOptions: { stageName } });
    for (const { method, path } of routes) {
      api.root.resourceForPath(path).addMethod(method, new MockIntegration(), { authorizer });
    }
    return Annotations.fromStack(stack)
      .findWarning('*', Match.stringLikeRegexp('bytes'))
      .map(({ entry }) => String(entry.data));
  }

  it('causes no warning if it has only ids and scopes besides the policy', () => {
    expect(warningsFor({})).toEqual([]);
  });

  it('causes a warning if context claims may fill it', () => {
    expect(warningsFor({ contextClaims: tenClaims })).toEqual([
      expect.stringMatching(
        /^The answer to a token with the scope read may take \d+ bytes, .+ and 8192 fit: name a shorter stage or fewer contextClaims, or set cachePer: 'route', .+ maxAnswerBytes: \d+\./,
      ),
    ]);
  });

  it('causes no warning if maxAnswerBytes allows it', () => {
    expect(warningsFor({ contextClaims: tenClaims, maxAnswerBytes: 16_384 })).toEqual([]);
  });

  it('causes no warning if decisions are cached for each route', () => {
    expect(warningsFor({ contextClaims: tenClaims, cachePer: 'route' })).toEqual([]);
  });

  it('causes no warning for a long stage name, because shortened patterns name no stage', () => {
    expect(warningsFor({}, 's'.repeat(128))).toEqual([]);
  });
});

/** The warnings of the function. They need no API that uses it. */
function warningsOf({ function: { node } }: BearerAuthorizer): readonly unknown[] {
  return node.metadata.filter(({ type }) => type === ArtifactMetadataEntryType.WARN).map(({ data }) => data);
}

describe('routes whose policies would be too long', () => {
  const scopeOf = (index: number) => (index % 2 === 0 ? 'even' : 'odd');
  const routes = Array.from({ length: 400 }, (_, index): Route => {
    return { method: 'GET', path: `/some-resource-${index}`, scopes: [scopeOf(index)] };
  });
  const create = (stack: Stack, more: Partial<AuthorizerSettings> = {}) =>
    new BearerAuthorizer(stack, 'Authorizer', { issuers: { main: issuer }, routes, ...more });

  it('are rejected with the scope that needs one', () => {
    expect(() => create(newStack())).toThrow(
      /A token with the scope even would need a policy of \d+ bytes, and 6144 fit: set cachePer: 'route', .+ maxAnswerBytes: \d+\.$/,
    );
  });

  it('are accepted with maxAnswerBytes, with a warning that names the scope and the bytes', () => {
    const stack = newStack();
    const authorizer = create(stack, { maxAnswerBytes: 32_768 });
    authorizer.forApi(new RestApi(stack, 'Orders'));
    expect(warningsOf(authorizer)).toEqual([
      expect.stringMatching(
        /^A token with the scope even needs a policy of \d+ bytes, .+ 8192 bytes for WebSocket APIs and nothing for REST APIs/,
      ),
    ]);
  });
});

describe('routes whose requests some tokens lose', () => {
  const pdf = 'GET /t/{tenant}/billing/{invoice}/pdf';
  const routes: readonly Route[] = [
    { method: 'GET', path: '/t/{tenant}', scopes: ['a'] },
    { method: 'GET', path: '/t/{tenant}/billing/{invoice}', scopes: ['b'] },
    { method: 'GET', path: '/t/{tenant}/billing/{invoice}/pdf', scopes: ['a'] },
  ];
  const create = (stack: Stack, more: Partial<AuthorizerSettings> = {}) =>
    new BearerAuthorizer(stack, 'Authorizer', { issuers: { main: issuer }, routes, ...more });

  it('are rejected if a whole route is lost', () => {
    expect(() => create(newStack())).toThrow(`would get 403 for ${pdf}`);
  });

  it('are accepted by name, with a warning and a description for operators', () => {
    const stack = newStack();
    const authorizer = create(stack, { acceptedLosses: [pdf] });
    authorizer.forApi(new RestApi(stack, 'Tenants'));
    expect(warningsOf(authorizer)).toEqual([expect.stringContaining(`\n  ${pdf}, without a scope of `)]);
    const { cfnOptions } = authorizer.function.node.defaultChild as CfnFunction;
    const { losses = '' } = descriptionIn(stack.resolve(cfnOptions.metadata)) ?? {};
    expect(lossesIn(losses).listed.map(({ route }) => route)).toEqual([2]);
  });

  it('are rejected if exact policies are required', () => {
    expect(() => create(newStack(), { acceptedLosses: [pdf], exactPolicies: 'required' })).toThrow(
      "exactPolicies is 'required', and these requests get 403",
    );
  });

  it('are rejected with an accepted name that is not lost', () => {
    expect(() => create(newStack(), { acceptedLosses: [pdf, 'GET /t/{tenant}'] })).toThrow(
      'acceptedLosses names GET /t/{tenant}, and no token loses that route as a whole',
    );
  });
});

/** Spreads the methods of many routes over several stacks: a stack can have 500 resources. */
function addMethods(stack: Stack, api: RestApi, authorizer: IAuthorizer, routes: readonly Route[]): void {
  api.root.addMethod('OPTIONS', new MockIntegration());
  for (let start = 0; start < routes.length; start += 100) {
    const part = new NestedStack(stack, `Part${start}`);
    const { restApiId } = api;
    const { resourceId: rootResourceId } = api.root;
    const imported = RestApi.fromRestApiAttributes(part, 'Api', { restApiId, rootResourceId });
    for (const { method, path } of routes.slice(start, start + 100)) {
      imported.root.resourceForPath(path).addMethod(method, new MockIntegration(), { authorizer });
    }
  }
}

function deploymentOf({ latestDeployment }: RestApi) {
  if (latestDeployment === undefined) throw new Error('the API has no deployment');
  return latestDeployment;
}
