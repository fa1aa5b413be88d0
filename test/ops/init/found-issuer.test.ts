import { type App, Stack } from 'aws-cdk-lib';
import { CognitoUserPoolsAuthorizer, MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod, type IHttpRouteAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer, HttpUserPoolAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpUrlIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { describe, expect, it } from 'vitest';
import { nameOfResource } from '../../../ops/init/app-templates.ts';
import { foundApis } from '../../../ops/init/found-apis.ts';
import { foundIssuer } from '../../../ops/init/found-issuer.ts';
import { synthesizedTemplates } from '../../support/cdk/synthesized-templates.ts';

/** The issuer of an app, for the stack `Orders`: the preset with its options, and where it was found. */
async function found(define: (stack: Stack, app: App) => void) {
  const templates = await synthesizedTemplates((app) => define(new Stack(app, 'Orders'), app));
  const apis = foundApis(templates).filter(({ stack }) => stack === 'Orders');
  const issuer = foundIssuer(templates, apis, 'Orders');
  const options = issuer?.call.options.map(({ name, value }) => [name, value]) ?? [];
  return (
    issuer && {
      call: [issuer.call.preset, Object.fromEntries(options)],
      from: issuer.from,
      pool: issuer.pool && [issuer.pool.resource, ...issuer.pool.clients].map(nameOfResource),
    }
  );
}

/** Adds a route to an HTTP API. */
function addRoute(api: HttpApi, path: string, authorizer: IHttpRouteAuthorizer): void {
  const integration = new HttpUrlIntegration('Backend', 'https://backend.example');
  api.addRoutes({ path, methods: [HttpMethod.GET], integration, authorizer });
}

const OF_POOL = ['cognito', { userPoolId: { parameter: 'userPoolId' }, clients: { parameter: 'clients' } }];

it("the issuer of an HTTP API's JWT authorizer is taken, with its audience", async () => {
  const issuer = await found((stack) => {
    const jwt = new HttpJwtAuthorizer('Jwt', 'https://acme.eu.auth0.com/', {
      jwtAudience: ['https://api.acme.example'],
    });
    addRoute(new HttpApi(stack, 'Api'), '/orders', jwt);
  });
  expect(issuer).toEqual({
    call: ['auth0', { domain: 'acme.eu.auth0.com', audience: 'https://api.acme.example' }],
    from: 'the authorizer Orders/Api/Jwt',
    pool: undefined,
  });
});

it('of several authorizers the one of most routes is taken', async () => {
  const issuer = await found((stack) => {
    const api = new HttpApi(stack, 'Api');
    addRoute(api, '/partners', new HttpJwtAuthorizer('Partners', 'https://partners.example', { jwtAudience: ['a'] }));
    const jwt = new HttpJwtAuthorizer('Jwt', 'https://sso.acme.example/realms/shop', { jwtAudience: ['a', 'b'] });
    for (const path of ['/orders', '/refunds']) addRoute(api, path, jwt);
  });
  expect(issuer?.call).toEqual(['keycloak', { url: 'https://sso.acme.example', realm: 'shop', audience: ['a', 'b'] }]);
});

describe('a user pool of the app, with its clients, is what the function takes as arguments', () => {
  it("behind a REST API's authorizer, next to another pool", async () => {
    const issuer = await found((stack) => {
      new UserPool(stack, 'Staff');
      const pool = new UserPool(stack, 'Users');
      pool.addClient('App');
      pool.addClient('Service');
      const authorizer = new CognitoUserPoolsAuthorizer(stack, 'Pool', { cognitoUserPools: [pool] });
      new RestApi(stack, 'Api').root.addMethod('GET', new MockIntegration(), { authorizer });
    });
    expect(issuer).toEqual({
      call: OF_POOL,
      from: 'the authorizer Orders/Pool',
      pool: ['Orders/Users', 'Orders/Users/App', 'Orders/Users/Service'],
    });
  });

  it("behind an HTTP API's authorizer", async () => {
    const issuer = await found((stack) => {
      const pool = new UserPool(stack, 'Users');
      const authorizer = new HttpUserPoolAuthorizer('Pool', pool, { userPoolClients: [pool.addClient('App')] });
      addRoute(new HttpApi(stack, 'Api'), '/orders', authorizer);
    });
    expect(issuer).toMatchObject({ call: OF_POOL, pool: ['Orders/Users', 'Orders/Users/App'] });
  });

  it('where it is the only one of the stack, or of the app', async () => {
    const own = await found((stack, app) => {
      new UserPool(stack, 'Users');
      new UserPool(new Stack(app, 'Other'), 'Users');
    });
    const others = await found((_, app) => void new UserPool(new Stack(app, 'Other'), 'Users'));
    expect([own?.from, others?.from]).toEqual(['the user pool Orders/Users', 'the user pool Other/Users']);
  });

  it('but none of two that no authorizer names', async () => {
    const issuer = await found((stack) => {
      for (const id of ['Users', 'Staff']) new UserPool(stack, id);
    });
    expect(issuer).toBeUndefined();
  });
});

it('a user pool that another app made is known by its id, and its clients are an example', async () => {
  const issuer = await found((stack) => {
    const pool = UserPool.fromUserPoolArn(
      stack,
      'Users',
      'arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_AbC',
    );
    const authorizer = new CognitoUserPoolsAuthorizer(stack, 'Pool', { cognitoUserPools: [pool] });
    new RestApi(stack, 'Api').root.addMethod('GET', new MockIntegration(), { authorizer });
  });
  expect(issuer?.call).toEqual(['cognito', { userPoolId: 'eu-west-1_AbC', clients: ['app-client-id'] }]);
});
