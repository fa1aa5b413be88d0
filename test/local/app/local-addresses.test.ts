import { type App, Stack } from 'aws-cdk-lib';
import { MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, it } from 'vitest';
import { addGatewayResponses } from '../../../infra/api/gateway-responses.ts';
import { addProtectedResourceMetadata } from '../../../infra/api/protected-resource-metadata.ts';
import { BearerAuthorizer } from '../../../infra/bearer-authorizer.ts';
import { FUNCTION_TYPE } from '../../../local/app/function-descriptions.ts';
import { type LocalMetadata, withLocalAddresses } from '../../../local/app/local-addresses.ts';
import { readAssembly } from '../../../local/cloudformation/assembly-view.ts';
import type { Stack as LocalStack } from '../../../local/cloudformation/stack.ts';
import { issuer, newApp } from '../../support/cdk/test-app.ts';

const ADDRESS = { apiId: 'localapi01', origin: 'http://127.0.0.1:3000', address: 'http://127.0.0.1:3000/prod' };
const METADATA: LocalMetadata = { authorizationServers: ['http://127.0.0.1:3001'], scopes: ['orders:read'] };

/** A stack with an API whose metadata names it by `resource`, and with a function that knows the API's address. */
async function teamStack(resource: string | undefined): Promise<LocalStack> {
  const stack = new Stack(newApp(), 'team');
  const routes = [{ method: 'GET', path: '/orders', scopes: ['orders:read'] }] as const;
  const authorizer = new BearerAuthorizer(stack, 'Authorizer', { issuers: { main: issuer }, routes });
  const api = new RestApi(stack, 'Api');
  api.root.addResource('orders').addMethod('GET', new MockIntegration(), { authorizer });
  const named = resource === undefined ? {} : { resource };
  const protectedResource = addProtectedResourceMetadata(api, { authorizer, ...named });
  addGatewayResponses(api, { realm: 'orders', corsOrigins: [], protectedResource });
  const code = Code.fromInline('exports.handler = () => {}');
  const caller = { runtime: Runtime.NODEJS_24_X, handler: 'index.handler', code, environment: { API: api.url } };
  new LambdaFunction(stack, 'Caller', caller);
  const app = stack.node.root as App;
  app.synth();
  return (await readAssembly(app.outdir, 'team')).stack;
}

/** What the metadata says, and where the challenge of a 401 finds it. */
function described(stack: LocalStack) {
  const texts = ['AWS::ApiGateway::Method', 'AWS::ApiGateway::GatewayResponse'].map((type) =>
    JSON.stringify(stack.resourcesOfType(type).map(({ properties }) => properties)),
  );
  const [methods = '', responses = ''] = texts;
  const [metadata = ''] = /\{\\"resource\\":.*?\}(?=")/.exec(methods) ?? [];
  const [, metadataUrl] = /resource_metadata=\\"([^"\\]*)\\"/.exec(responses) ?? [];
  return { metadata: JSON.parse(JSON.parse(`"${metadata}"`)), metadataUrl };
}

describe.each([
  ['by its own address', undefined],
  ['by a domain', 'https://api.acme.example'],
])('an API whose metadata names it %s', (_, resource) => {
  it('has its local address there, and the local authorization server', async () => {
    const { metadata, metadataUrl } = described(withLocalAddresses(await teamStack(resource), [ADDRESS], METADATA));
    expect(metadata).toMatchObject({
      resource: ADDRESS.address,
      authorization_servers: METADATA.authorizationServers,
      scopes_supported: METADATA.scopes,
      bearer_methods_supported: ['header'],
    });
    expect(metadataUrl).toBe(`${ADDRESS.address}/.well-known/oauth-protected-resource`);
  });
});

it('the metadata of an API that trusts its own issuers names them, and the domain of the API', async () => {
  const { metadata } = described(withLocalAddresses(await teamStack('https://api.acme.example'), [ADDRESS], undefined));
  expect(metadata).toMatchObject({
    resource: 'https://api.acme.example',
    authorization_servers: [issuer.issuer],
  });
});

it('a function that knows the address of an API calls the local one', async () => {
  const stack = withLocalAddresses(await teamStack(undefined), [ADDRESS], undefined);
  const [caller] = stack.resourcesOfType(FUNCTION_TYPE).filter(({ logicalId }) => logicalId.startsWith('Caller'));
  expect(caller?.properties.Environment).toEqual({ Variables: { API: `${ADDRESS.address}/` } });
});
