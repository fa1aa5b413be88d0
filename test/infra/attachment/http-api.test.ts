import { Match, Template } from 'aws-cdk-lib/assertions';
import { HttpApi, HttpMethod, type IHttpRouteAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpUrlIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { describe, expect, it } from 'vitest';
import { BearerAuthorizer } from '../../../infra/bearer-authorizer.ts';
import type { AuthorizerSettings } from '../../../infra/settings/deployment-schema.ts';
import { issuer, newStack } from '../../support/cdk/test-app.ts';

const settings: AuthorizerSettings = {
  issuers: { main: issuer },
  routes: [
    { method: 'GET', path: '/orders', scopes: ['orders:read'] },
    { method: 'POST', path: '/orders', scopes: ['orders:write'] },
  ],
};

/** A new one for each use: an integration belongs to the API of its first route. */
function backend(): HttpUrlIntegration {
  return new HttpUrlIntegration('Backend', 'https://backend.example');
}

function addOrders(api: HttpApi, authorizer?: IHttpRouteAuthorizer): void {
  const methods = [HttpMethod.GET, HttpMethod.POST];
  api.addRoutes({ path: '/orders', methods, integration: backend(), ...(authorizer && { authorizer }) });
}

describe('the authorizer of an HTTP API', () => {
  it('is one REQUEST authorizer for all routes, which answers payload 2.0 with a policy', () => {
    const stack = newStack();
    const authorizer = new BearerAuthorizer(stack, 'Authorizer', settings);
    addOrders(new HttpApi(stack, 'Orders'), authorizer.forHttpApi());
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::ApiGatewayV2::Authorizer', 1);
    template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      ApiId: { Ref: Match.stringLikeRegexp('^Orders') },
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

  it('has the route key in its cache key when decisions are cached per route', () => {
    const stack = newStack();
    const authorizer = new BearerAuthorizer(stack, 'Authorizer', { ...settings, cachePer: 'route' });
    addOrders(new HttpApi(stack, 'Orders', { defaultAuthorizer: authorizer.forHttpApi() }));
    Template.fromStack(stack).hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      IdentitySource: ['$request.header.Authorization', '$context.routeKey'],
    });
  });

  it('may be invoked by the authorizers of this API and by nothing else', () => {
    const stack = newStack();
    const authorizer = new BearerAuthorizer(stack, 'Authorizer', settings);
    addOrders(new HttpApi(stack, 'Orders'), authorizer.forHttpApi());
    const permissions = Object.values(Template.fromStack(stack).findResources('AWS::Lambda::Permission'));
    const sources = permissions
      .filter(({ Properties }) => Properties.Principal === 'apigateway.amazonaws.com')
      .map(({ Properties }) => JSON.stringify(Properties.SourceArn));
    expect(sources).toEqual([expect.stringMatching(/:execute-api:.*\{"Ref":"Orders\w+"\},"\/authorizers\/\*"/)]);
  });

  it.each([['GET /orders'], ['POST /orders']])(
    'covers each route of the table: %s must be a route of the API',
    (name) => {
      const stack = newStack();
      const authorizer = new BearerAuthorizer(stack, 'Authorizer', settings).forHttpApi();
      const methods = [HttpMethod.GET, HttpMethod.POST].filter((method) => !name.startsWith(method));
      new HttpApi(stack, 'Orders').addRoutes({ path: '/orders', methods, integration: backend(), authorizer });
      expect(() => Template.fromStack(stack)).toThrow(`routes name ${name}, but no`);
    },
  );

  it('has no route that the table lacks', () => {
    const stack = newStack();
    const authorizer = new BearerAuthorizer(stack, 'Authorizer', settings).forHttpApi();
    const api = new HttpApi(stack, 'Orders');
    addOrders(api, authorizer);
    api.addRoutes({ path: '/refunds/{id}', methods: [HttpMethod.PUT], integration: backend(), authorizer });
    expect(() => Template.fromStack(stack)).toThrow('PUT /refunds/{id} uses the authorizer, but no route names it');
  });
});
