import { randomUUID } from 'node:crypto';
import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpUrlIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { BearerAuthorizer } from '../../../infra/bearer-authorizer.ts';
import { oidc } from '../../../infra/issuers/oidc.ts';
import { STACK_OUTPUTS } from '../../../lambda/configuration/authorizer-description.ts';
import { newApp } from '../cdk/test-app.ts';
import { keySet, startLoopbackServer } from '../network/loopback-server.ts';
import { signedToken } from '../tokens/signed-token.ts';
import { createSigningKey } from '../tokens/signing-keys.ts';
import { type DeployedStack, deployStack } from './deployed-stack.ts';

/** A REST API and an HTTP API behind one authorizer, with `GET /orders` for any valid token. Decisions are cached for an hour. */
export interface TwoKindsOfApis extends DeployedStack {
  tokenOf(jwtId: string): string;
}

/** @param dynamodb - the address of a running DynamoDB */
export async function deployTwoKindsOfApis(dynamodb: string): Promise<TwoKindsOfApis> {
  const key = createSigningKey('ES256', 'ec-1');
  // The issuer, and the backend of the HTTP API.
  const server = await startLoopbackServer(keySet(key.publicJwk));
  const deployed = await deployStack(...twoKindsOfApis(server.address), dynamodb);
  return {
    ...deployed,
    tokenOf: (jti) => {
      const now = Math.floor(Date.now() / 1000);
      const claims = { iss: server.address, aud: 'api', sub: 'alice', client_id: 'c', jti, iat: now, exp: now + 3600 };
      return signedToken(key, { alg: 'ES256', typ: 'at+jwt', kid: key.keyId }, claims);
    },
    stop: async () => {
      await deployed.stop();
      await server.close();
    },
  };
}

function twoKindsOfApis(issuer: string) {
  const app = newApp();
  const stack = new Stack(app, `two-kinds-${randomUUID()}`);
  const authorizer = new BearerAuthorizer(stack, 'Authorizer', {
    issuers: { main: oidc({ issuer, audience: 'api', jwksUri: `${issuer}/keys`, algorithms: ['ES256'] }) },
    routes: [{ method: 'GET', path: '/orders', scopes: [] }],
    resultTtl: Duration.hours(1),
  });
  const answer = { statusCode: '200' };
  const rest = new RestApi(stack, 'Rest', { deployOptions: { stageName: 'v1' } });
  const method = new MockIntegration({ integrationResponses: [answer] });
  rest.root.resourceForPath('/orders').addMethod('GET', method, { authorizer, methodResponses: [answer] });
  const http = new HttpApi(stack, 'Http', { defaultAuthorizer: authorizer.forHttpApi() });
  const integration = new HttpUrlIntegration('Backend', `${issuer}/orders`);
  http.addRoutes({ path: '/orders', methods: [HttpMethod.GET], integration });
  new CfnOutput(stack, STACK_OUTPUTS.table, { value: authorizer.table.tableName });
  return [app, stack] as const;
}
