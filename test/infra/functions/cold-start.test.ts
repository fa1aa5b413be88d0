import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, inject, it } from 'vitest';
import { lambdaFolder } from '../../../infra/functions/lambda-asset.ts';
import { compileRoutes } from '../../../infra/routes/route-compiler.ts';
import { environmentOf } from '../../../lambda/configuration/environment.ts';
import { ROUTES_FILE } from '../../../lambda/policy/route.ts';
import { REVOCATION_LEVELS } from '../../../lambda/revocation/revocation-level.ts';
import { keySet, startLoopbackServer } from '../../support/network/loopback-server.ts';
import { createRevocationTable } from '../../support/table/test-table.ts';
import { STAGE_ARN } from '../../support/tokens/authorizer-under-test.ts';
import { goodClaims, trustedIssuer } from '../../support/tokens/sample-issuer.ts';
import { signedToken } from '../../support/tokens/signed-token.ts';
import { createSigningKey } from '../../support/tokens/signing-keys.ts';

const FIRST_DECISION = `
  const { handler } = require(process.argv[1]);
  handler(JSON.parse(process.env.EVENT)).then(({ policyDocument }) => {
    const loaded = process.moduleLoadList.filter((name) => name.includes('undici'));
    process.stdout.write('\\n#' + JSON.stringify({ effect: policyDocument.Statement[0].Effect, loaded }));
  });
`;

it("the deployed authorizer makes its first decision without loading Node's fetch and WebSocket, a third of a cold start", async () => {
  const key = createSigningKey('ES256', 'one');
  const server = await startLoopbackServer(keySet(key.publicJwk));
  const { name, client } = await createRevocationTable();
  const folder = lambdaFolder('authorizer.handler.ts', { [ROUTES_FILE]: JSON.stringify(compileRoutes(routes)) });
  const now = Math.floor(Date.now() / 1000);
  const token = signedToken(
    key,
    { alg: 'ES256', typ: 'at+jwt', kid: 'one' },
    goodClaims({ iat: now - 10, exp: now + 600 }),
  );
  const env = {
    ...environmentOf({
      issuers: [trustedIssuer({ jwksUri: server.address })],
      revocationTable: name,
      revocationEndpoint: inject('dynamoDbEndpoint'),
      revocationLevels: REVOCATION_LEVELS,
      contextClaims: {},
    }),
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    EVENT: JSON.stringify({ type: 'TOKEN', methodArn: `${STAGE_ARN}/GET/a`, authorizationToken: `Bearer ${token}` }),
  };
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', FIRST_DECISION, join(folder, 'index.cjs')], {
    env,
  });
  client.destroy();
  await server.close();
  expect(JSON.parse(stdout.slice(stdout.lastIndexOf('#') + 1))).toEqual({ effect: 'Allow', loaded: [] });
});

const routes = [{ method: 'GET', path: '/a', scopes: ['read'] }] as const;
