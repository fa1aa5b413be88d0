import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type App, Fn } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { ApiStack } from '../../../infra/api-stack.ts';
import { MAX_ENVIRONMENT_BYTES } from '../../../infra/functions/function-environment.ts';
import { cognito } from '../../../infra/issuers/cognito.ts';
import { oidc } from '../../../infra/issuers/oidc.ts';
import type { Deployment, IssuerSettings } from '../../../infra/settings/deployment-schema.ts';
import { configurationFrom, ISSUERS_FILE } from '../../../lambda/configuration/environment.ts';
import { ROUTES_FILE } from '../../../lambda/policy/route.ts';
import { authorizerVariables, newApp, soundDeployment } from '../../support/cdk/test-app.ts';
import { keySet, startLoopbackServer } from '../../support/network/loopback-server.ts';
import { STAGE_ARN } from '../../support/tokens/authorizer-under-test.ts';
import { goodClaims } from '../../support/tokens/sample-issuer.ts';
import { signedToken } from '../../support/tokens/signed-token.ts';
import { createSigningKey } from '../../support/tokens/signing-keys.ts';

const long = 'a-tenant-with-a-rather-long-name.eu-central-1.login.customers.acme.example';

function manyIssuers(count: number, jwksUri: string | undefined): Record<string, IssuerSettings> {
  const numbered = Array.from({ length: count }, (_, index) => {
    const audience = [`https://api-${index}.${long}`, `https://admin-${index}.${long}`];
    const keys = jwksUri === undefined ? {} : { jwksUri };
    return [
      `tenant-${index}`,
      oidc({ issuer: `https://t${index}.${long}/`, audience, clients: ['spa', 'app'], ...keys }),
    ];
  });
  return Object.fromEntries(numbered);
}

function pools(count: number): Record<string, IssuerSettings> {
  const numbered = Array.from({ length: count }, (_, index) => {
    const userPoolId = Fn.importValue(`PoolOf${index}`);
    return [`pool-${index}`, cognito({ userPoolId, clients: [Fn.importValue(`ClientOf${index}`)] })];
  });
  return Object.fromEntries(numbered);
}

function deploy(issuers: Deployment['issuers']): App {
  const app = newApp();
  new ApiStack(app, 'bearer-authorizer', { deployment: { ...soundDeployment, issuers } });
  return app;
}

interface DeployedFunction {
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
}

/** The function as Lambda has it. The value of an import is its name. */
function functionOf(app: App): DeployedFunction {
  const assembly = app.synth();
  const environment = authorizerVariables(assembly.getStackByName('bearer-authorizer').template);
  const [folder = ''] = readdirSync(assembly.directory)
    .map((name) => join(assembly.directory, name))
    .filter((name) => existsSync(join(name, ROUTES_FILE)));
  return { environment, folder };
}

function issuersOf({ environment, folder }: DeployedFunction) {
  return configurationFrom(environment, (name) => readFileSync(join(folder, name), 'utf8')).issuers;
}

function bytesOf({ environment }: DeployedFunction): number {
  return Buffer.byteLength(Object.entries(environment).flat().join(''));
}

const DECIDE = `
  const { handler } = require(process.argv[1]);
  handler(JSON.parse(process.env.EVENT)).catch(() => undefined);
`;

describe('issuers', () => {
  it('are in the environment if they fit, where the console shows them', () => {
    const deployed = functionOf(deploy(manyIssuers(2, undefined)));
    expect(deployed.environment).not.toHaveProperty(ISSUERS_FILE);
    expect(readdirSync(deployed.folder)).not.toContain(ISSUERS_FILE);
    expect(issuersOf(deployed).map(({ alias }) => alias)).toEqual(['tenant-0', 'tenant-1']);
  });

  it.each([8, 20, 30])('with long names deploy, %i of them', (count) => {
    const issuers = manyIssuers(count, undefined);
    const deployed = functionOf(deploy(issuers));
    expect(bytesOf(deployed)).toBeLessThan(MAX_ENVIRONMENT_BYTES);
    expect(issuersOf(deployed)).toEqual(Object.entries(issuers).map(([alias, settings]) => ({ alias, ...settings })));
  });

  it('with values that only the deployment knows stay in the environment, and the others go into a file', () => {
    const deployed = functionOf(deploy({ ...pools(4), ...manyIssuers(16, undefined) }));
    expect(bytesOf(deployed)).toBeLessThan(MAX_ENVIRONMENT_BYTES);
    expect(readFileSync(join(deployed.folder, ISSUERS_FILE), 'utf8')).not.toContain('Token[');
    const found = issuersOf(deployed);
    expect(found).toHaveLength(20);
    expect(found.find(({ alias }) => alias === 'pool-3')).toMatchObject({
      issuer: 'https://cognito-idp.PoolOf3.AWS::URLSuffix/PoolOf3',
      clients: ['ClientOf3'],
    });
  });

  it('are rejected with the number of bytes if too many have such values', () => {
    expect(() => deploy(pools(20))).toThrow(
      /^issuers with values that only the deployment knows, and contextClaims, take \d{5} bytes of the function's environment: name fewer, since Lambda takes 4096 \(with 64 for each value that only the deployment knows\)\.$/,
    );
  });

  it('are rejected with the number of bytes if they do not fit into the environment of the flusher', () => {
    expect(() => deploy(manyIssuers(60, undefined)).synth()).toThrow(
      /issuers and the stages to flush take \d{4} bytes of the function's environment: name fewer, since Lambda takes 4096/,
    );
  });

  it('in a file of the asset are known to the deployed function, each with its keys and its audience', async () => {
    const key = createSigningKey('RS256', 'one');
    const server = await startLoopbackServer(keySet(key.publicJwk));
    const { environment, folder } = functionOf(deploy(manyIssuers(20, server.address)));
    const now = Math.floor(Date.now() / 1000);
    // This token is rejected after the signature is verified and before the table is read.
    const claims = { iss: `https://t19.${long}/`, aud: `https://api-18.${long}`, iat: now - 10, exp: now + 600 };
    const token = signedToken(key, { alg: 'RS256', typ: 'at+jwt', kid: 'one' }, goodClaims(claims));
    const env = {
      ...environment,
      REVOCATION_ENDPOINT: 'https://127.0.0.1',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      EVENT: JSON.stringify({ type: 'TOKEN', methodArn: `${STAGE_ARN}/GET/a`, authorizationToken: `Bearer ${token}` }),
    };
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', DECIDE, join(folder, 'index.cjs')], { env });
    await server.close();
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    expect(events.find(({ event }) => event === 'rejected')).toMatchObject({ reason: 'audience', issuer: 'tenant-19' });
  });
});
