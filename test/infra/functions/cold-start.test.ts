import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { APIGatewayAuthorizerResult } from 'aws-lambda';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type LambdaEntry, type LambdaFiles, lambdaFolder } from '../../../infra/functions/lambda-asset.ts';
import { compileRoutes } from '../../../infra/routes/route-compiler.ts';
import { environmentOf } from '../../../lambda/configuration/environment.ts';
import { SIGNALS_FILE, signalsEnvironmentOf } from '../../../lambda/configuration/signals-environment.ts';
import { HTTP_ROUTES_FILE, ROUTES_FILE } from '../../../lambda/policy/route.ts';
import { REVOCATION_LEVELS } from '../../../lambda/revocation/revocation-level.ts';
import { keySet, type LoopbackServer, startLoopbackServer } from '../../support/network/loopback-server.ts';
import { formEvent } from '../../support/signals/proxy-event.ts';
import { signalsConfiguration } from '../../support/signals/sample-signals.ts';
import { createSignalTables, type TestSignalTables } from '../../support/table/signal-tables.ts';
import { EVENT_OF, STAGE_ARN } from '../../support/tokens/authorizer-under-test.ts';
import { goodClaims, trustedIssuer } from '../../support/tokens/sample-issuer.ts';
import { signedToken } from '../../support/tokens/signed-token.ts';
import { createSigningKey } from '../../support/tokens/signing-keys.ts';

const FIRST_RESULT = `
  const { handler } = require(process.argv[1]);
  handler(JSON.parse(process.env.EVENT)).then((result) => {
    const loaded = process.moduleLoadList.filter((name) => name.includes('undici'));
    process.stdout.write('\\n#' + JSON.stringify({ result, loaded }));
  });
`;

const key = createSigningKey('ES256', 'one');
let server: LoopbackServer;
let tables: TestSignalTables;

beforeAll(async () => {
  server = await startLoopbackServer(keySet(key.publicJwk));
  tables = await createSignalTables();
});

afterAll(async () => {
  tables.revocations.client.destroy();
  await server.close();
});

/** What the deployed bundle returns for the first event of a process, and which modules of Node's fetch it has loaded. */
async function firstResult(
  entry: LambdaEntry,
  files: LambdaFiles,
  variables: Readonly<Record<string, string>>,
  event: unknown,
): Promise<{ readonly result: unknown; readonly loaded: readonly string[] }> {
  const access = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
  const command = ['-e', FIRST_RESULT, join(lambdaFolder(entry, files), 'index.cjs')];
  const env = { ...variables, ...access, EVENT: JSON.stringify(event) };
  const { stdout } = await promisify(execFile)(process.execPath, command, { env });
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n#') + 2));
}

function goodToken(jwtId: string): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = goodClaims({ iat: now - 10, exp: now + 600, jti: jwtId });
  return signedToken(key, { alg: 'ES256', typ: 'at+jwt', kid: 'one' }, claims);
}

it("the deployed authorizer makes its first decision for either kind of API by that kind's routes and without loading Node's fetch and WebSocket, a third of a cold start", async () => {
  const variables = environmentOf({
    issuers: [trustedIssuer({ jwksUri: server.address })],
    revocationTable: tables.revocations.name,
    revocationEndpoint: inject('dynamoDbEndpoint'),
    revocationLevels: REVOCATION_LEVELS,
    contextClaims: {},
  });
  const files = {
    [ROUTES_FILE]: JSON.stringify(compileRoutes(routes, 'rest')),
    [HTTP_ROUTES_FILE]: JSON.stringify(compileRoutes([{ ...routes[0], method: 'ANY', path: '$default' }], 'http')),
  };
  const authorizationToken = `Bearer ${goodToken('decided')}`;
  const arn = `${STAGE_ARN}/GET/a`;
  for (const [api, pattern] of [
    ['rest', 'GET/a'],
    ['http', '*'],
  ] as const) {
    const event = EVENT_OF[api](authorizationToken, arn);
    const { result, loaded } = await firstResult('authorizer.handler.ts', files, { ...variables }, event);
    const [statement] = (result as APIGatewayAuthorizerResult).policyDocument.Statement;
    expect(statement).toMatchObject({ Effect: 'Allow', Resource: [`${STAGE_ARN}/${pattern}`] });
    expect(loaded).toEqual([]);
  }
});

const routes = [{ method: 'GET', path: '/a', scopes: ['read'] }] as const;

it('the deployed receiver of signals writes its first entry without loading them, and takes batches of its queue', async () => {
  const { environment, file } = signalsEnvironmentOf(
    signalsConfiguration({
      issuers: [trustedIssuer({ jwksUri: server.address })],
      revocationTable: tables.revocations.name,
      revocationEndpoint: inject('dynamoDbEndpoint'),
      signalTable: tables.signals,
    }),
  );
  const resultOf = (event: unknown) =>
    firstResult('signals.handler.ts', { [SIGNALS_FILE]: file }, { ...environment }, event);
  const { result, loaded } = await resultOf(formEvent('revoke', `token=${goodToken('taken-back')}`));
  expect(result).toMatchObject({ statusCode: 200, body: '' });
  expect(loaded).toEqual([]);
  expect(await tables.entry('jti#main#taken-back')).toMatchObject({ revokedBy: { S: 'signal:app' } });
  expect(await resultOf({ Records: [] })).toMatchObject({ result: { batchItemFailures: [] } });
});
