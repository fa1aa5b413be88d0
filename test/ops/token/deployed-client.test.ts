import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { main } from '../../../ops/token.ts';
import { type LoopbackServer, startLoopbackServer } from '../../support/network/loopback-server.ts';
import { finished, wordsOf } from '../../support/operator/operator-at-work.ts';
import { NOW } from '../../support/tokens/sample-issuer.ts';
import { signedToken } from '../../support/tokens/signed-token.ts';
import { createSigningKey } from '../../support/tokens/signing-keys.ts';

/** A response of Cognito names no scope: its token does. */
const cognitoToken = signedToken(
  createSigningKey('RS256', 'k'),
  { alg: 'RS256' },
  { scope: 'https://api/orders.read' },
);

const outputs: Record<string, string> = {};
let secret: string | undefined;
let aws: LoopbackServer;

const stackXml = () => {
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  return `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>Api</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${members.join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
};

/** CloudFormation, Cognito's API and Cognito's token endpoint, told apart as they are in AWS. */
beforeAll(async () => {
  aws = await startLoopbackServer(async (response, request) => {
    const asked = await text(request);
    const operation = request.headers['x-amz-target'];
    if (request.url === '/oauth2/token') {
      const basic = Buffer.from(String(request.headers.authorization).slice('Basic '.length), 'base64').toString();
      response.end(JSON.stringify({ access_token: new URLSearchParams(asked).has('scope') ? cognitoToken : basic }));
    } else if (operation === 'AWSCognitoIdentityProviderService.DescribeUserPoolClient') {
      const { UserPoolId, ClientId } = JSON.parse(asked) as Record<string, string>;
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      response.end(JSON.stringify({ UserPoolClient: { UserPoolId, ClientId, ClientSecret: secret } }));
    } else response.setHeader('content-type', 'text/xml').end(stackXml());
  });
});
afterAll(() => aws.close());

beforeEach(() => {
  vi.stubEnv('AWS_ENDPOINT_URL', aws.address);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  secret = 'from-cognito';
  Object.assign(outputs, {
    TokenEndpoint: `${aws.address}/oauth2/token`,
    UserPoolId: 'eu-west-1_Pool',
    MachineClientId: 'machine',
  });
});
afterEach(() => {
  vi.unstubAllEnvs();
  for (const name of Object.keys(outputs)) delete outputs[name];
});

const run = (commandLine: string, input = '') =>
  finished(wordsOf(commandLine), main, {
    localFolder: '/nowhere',
    now: () => NOW,
    readStandardInput: async () => input,
  });

it.each([
  ['the machine client, with the secret that Cognito tells', '--stack Api', '', 'machine:from-cognito\n'],
  ['another client', '--stack Api --client other', '', 'other:from-cognito\n'],
  ['a secret from standard input', '--stack Api --secret -', 'typed-in\n', 'machine:typed-in\n'],
])('asks the stack’s own user pool for a token as %s', async (_, commandLine, input, out) => {
  expect(await run(commandLine, input)).toEqual({ exitCode: 0, out, err: '' });
});

it('prints no token that lacks a scope that was asked for', async () => {
  expect(await run('--stack Api --scope https://api/orders.read')).toMatchObject({
    exitCode: 0,
    out: `${cognitoToken}\n`,
  });
  expect(await run("--stack Api --scope 'https://api/orders.read https://api/orders.write'")).toEqual({
    exitCode: 1,
    out: '',
    err: expect.stringMatching(
      /^The client machine asked for https:\/\/api\/orders\.write and was granted only https:/,
    ),
  });
});

it('says so when the client has no secret', async () => {
  secret = undefined;
  const { exitCode, err } = await run('--stack Api');
  expect([exitCode, err]).toEqual([1, expect.stringMatching(/The client machine has no secret.*--client/)]);
});

it('sends people to their own issuer when the stack has no user pool', async () => {
  delete outputs.TokenEndpoint;
  const { exitCode, err } = await run('--stack Api');
  expect([exitCode, err]).toEqual([1, expect.stringMatching(/has no Cognito user pool of its own/)]);
});
