import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Answers with what it was asked. */
const BACKEND = `export const handler = async ({ path, requestContext: { authorizer } }) => ({
  statusCode: 200,
  body: JSON.stringify({ path, principalId: authorizer.principalId }),
});
`;

/** An API with a Lambda backend, and an issuer whose address is a variable. */
function appOf(library: string, stackName: string): string {
  return `import { App, Stack } from 'aws-cdk-lib';
import { LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { addGatewayResponses, addProtectedResourceMetadata, BearerAuthorizer, oidc, RevocationSignals, tokenRevocation } from ${JSON.stringify(library)};

const stack = new Stack(new App(), ${JSON.stringify(stackName)});
const authorizer = new BearerAuthorizer(stack, 'Authorizer', {
  issuers: { main: oidc({ issuer: process.env.ISSUER ?? 'https://login.acme.example', audience: 'https://api.example.com' }) },
  routes: [
    { method: 'GET', path: '/orders', scopes: ['orders:read'] },
    { method: 'GET', path: '/whoami', scopes: [] },
  ],
});
const api = new RestApi(stack, 'Api', { defaultMethodOptions: { authorizer } });
const protectedResource = addProtectedResourceMetadata(api, { authorizer, resource: 'https://api.acme.example' });
addGatewayResponses(api, { realm: 'orders', corsOrigins: ['https://app.acme.example'], protectedResource });
const code = Code.fromAsset('backend');
const backend = new Function(stack, 'Backend', { runtime: Runtime.NODEJS_24_X, handler: 'index.handler', code });
for (const name of ['orders', 'whoami']) api.root.addResource(name).addMethod('GET', new LambdaIntegration(backend));
const signals = new RevocationSignals(stack, 'Signals', {
  authorizer,
  sources: { app: tokenRevocation({ corsOrigins: ['https://app.acme.example'], flush: 'at-once' }) },
});
signals.addRoutes(api.root.addResource('signals'));
stack.node.root.synth();
`;
}

/**
 * Writes a CDK app as a team has it, with a table of its own, into a new folder: `node app.mjs` synthesizes it, and the variable ISSUER is its issuer.
 * @param library - from where it imports the construct
 * @returns the folder
 */
export async function ownApp(library: string = join(ROOT, 'infra', 'library.ts')): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'own-app-'));
  await mkdir(join(folder, 'backend'));
  await writeFile(join(folder, 'backend', 'index.mjs'), BACKEND);
  await writeFile(join(folder, 'app.mjs'), appOf(library, `orders-${randomUUID()}`));
  await writeFile(join(folder, 'package.json'), '{ "type": "module", "private": true }');
  await mkdir(join(folder, 'node_modules'));
  for (const name of ['aws-cdk-lib', 'constructs']) {
    await symlink(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  }
  return folder;
}
