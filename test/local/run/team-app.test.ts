import { randomUUID } from 'node:crypto';
import { Stack } from 'aws-cdk-lib';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { teamApp } from '../../support/cdk/team-app.ts';
import { type DeployedStack, deployStack } from '../../support/journeys/deployed-stack.ts';
import { json, keySet, type LoopbackServer, startLoopbackServer } from '../../support/network/loopback-server.ts';
import { signedToken } from '../../support/tokens/signed-token.ts';
import { createSigningKey } from '../../support/tokens/signing-keys.ts';

/** The run of an app with two stacks, a nested stack, and much that does not run here. */
let run: DeployedStack;
/** The issuer, and the backend behind the proxied routes. */
let server: LoopbackServer;
const key = createSigningKey('ES256', 'ec-1');

beforeAll(async () => {
  server = await startLoopbackServer(keySet(key.publicJwk));
  server.answerWith(json({ order: 7 }), '/orders/7?a=1');
  server.answerWith(json({ up: true }), '/status');
  const env = { account: '123456789012', region: 'eu-central-1' };
  const { app, shop } = teamApp({ suffix: `-${randomUUID()}`, env, issuer: server.address, backend: server.address });
  run = await deployStack(app, Stack.of(app.node.findChild(shop)), inject('dynamoDbEndpoint'));
});

afterAll(async () => {
  await run.stop();
  await server.close();
});

function tokenWith(jti: string): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: server.address, aud: 'api', sub: 'alice', client_id: 'c', jti, iat: now, exp: now + 600 };
  return signedToken(key, { alg: 'ES256', typ: 'at+jwt', kid: key.keyId }, claims);
}

type Kind = 'rest' | 'http';

async function call(kind: Kind, path: string, init: RequestInit = {}, bearer = tokenWith('usual')) {
  const address = run.apis.find((api) => api.kind === kind)?.address ?? '';
  const response = await fetch(`${address}${path}`, { ...init, headers: { Authorization: `Bearer ${bearer}` } });
  const text = await response.text();
  return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text, headers: response.headers };
}

const post = (body: object): RequestInit => ({ method: 'POST', body: JSON.stringify(body) });
const KINDS: readonly Kind[] = ['rest', 'http'];

describe.each(KINDS)('the %s API', (kind) => {
  test('answers with functions, their tables, and the functions that read these tables', async () => {
    const { body: before } = await call(kind, '/orders');
    expect(await call(kind, '/orders', post({ id: randomUUID() }))).toMatchObject({ status: 201 });
    await expect.poll(async () => Number((await call(kind, '/orders')).body.total)).toBe(Number(before.total) + 1);
  });

  test('passes requests on to other backends', async () => {
    expect(await call(kind, '/orders/7?a=1')).toMatchObject({ status: 200, body: { order: 7 } });
  });

  test('answers without a token 401', async () => {
    expect(await call(kind, '/orders', {}, '')).toMatchObject({ status: 401 });
  });

  test.each([
    ['GET', '/reports', 'Reports/Function does not run locally: its runtime is python3.13.'],
    [
      'POST',
      '/jobs',
      kind === 'rest'
        ? 'POST /jobs does not run locally: its integration with sqs is by mapping templates.'
        : 'POST /jobs does not run locally: its integration is with a service of AWS (SQS-SendMessage).',
    ],
  ])('says of %s %s what does not run', async (method, path, message) => {
    const { status, body, headers } = await call(kind, path, { method });
    expect([status, body, headers.get('x-local-run')]).toEqual([501, { message }, 'not-run']);
    expect(await call(kind, path, { method }, '')).toMatchObject({ status: 401 });
  });
});

test('a method of another kind of authorizer says so, without a token too', async () => {
  expect(await call('rest', '/admin', {}, '')).toMatchObject({
    status: 501,
    body: { message: 'GET /admin does not run locally: its authorization is AWS_IAM.' },
  });
});

test('a function whose code stands in the template answers', async () => {
  expect(await call('rest', '/hello', {}, '')).toMatchObject({ status: 200, body: 'hello' });
});

test('a mock answers', async () => {
  expect(await call('rest', '/status')).toMatchObject({ status: 200 });
});

test('an entry empties the caches of the APIs of the other stack', async () => {
  const jti = randomUUID();
  const bearer = tokenWith(jti);
  for (const kind of KINDS) expect(await call(kind, '/orders', {}, bearer)).toMatchObject({ status: 200 });
  await run.revoke(`jti#main#${jti}`);
  for (const kind of KINDS) {
    await expect.poll(async () => (await call(kind, '/orders', {}, bearer)).status).toBe(401);
  }
});

test('what does not run is said in one line each, and nothing of what the APIs do not need', () => {
  const [files] = run.stack.resourcesOfType('AWS::S3::Bucket').map(({ logicalId }) => logicalId);
  expect(run.said.filter((line) => line.startsWith('Not ')).toSorted()).toEqual([
    `Not known here: Files (AWS::S3::Bucket): \`${files}\` stands in for it in FILES of OrdersFunction; --env gives it another value.`,
    `Not known here: WebsiteURL of Files (AWS::S3::Bucket): \`${files}.WebsiteURL\` stands in for it in SITE of OrdersFunction; --env gives it another value.`,
    'Not run here: API keys and usage plans (Api/Default/orders/POST): requests need no key.',
    'Not run here: GET /admin of Api (its authorization is AWS_IAM): a request for it is answered with 501.',
    'Not run here: POST /jobs of Api (its integration with sqs is by mapping templates): a request for it is answered with 501.',
    'Not run here: POST /jobs of Edge (its integration is with a service of AWS (SQS-SendMessage)): a request for it is answered with 501.',
    'Not run here: Reports/Function (its runtime is python3.13): a request that needs it is answered with 501.',
    'Not run here: WebSocket APIs (Live updates): they are not served.',
    'Not run here: throttling (Api/DeploymentStage.v1): requests are not throttled.',
  ]);
});

test('the address of each API is said', () => {
  const [rest, http] = run.apis.map(({ address }) => address);
  expect(run.said).toEqual(expect.arrayContaining([`The REST API Api: ${rest}`, `The HTTP API Edge: ${http}`]));
});

test('what only a stranger of the APIs uses does not run', () => {
  const functions = run.functions.map((name) =>
    name
      .split('-')
      .at(-1)
      ?.replace(/[0-9A-F]{8}$/, ''),
  );
  expect(functions.toSorted()).toEqual([
    ...['AuthorizerFlusherAtOnce', 'AuthorizerFlusherSettled', 'AuthorizerFunction'],
    ...['Function', 'Hello', 'OrdersFunction', 'Projector'],
  ]);
});
