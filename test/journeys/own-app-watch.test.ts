import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { localClientOptions } from '../../local/dynamodb/dynamodb-endpoint.ts';
import { type LocalRun, startLocalRun } from '../../local/run/local-run.ts';
import type { RunningStack } from '../../ops/stack/running-stack.ts';
import { requestToken } from '../../ops/token/client-credentials.ts';
import { freePorts } from '../support/journeys/free-ports.ts';
import { jwtIdOf, START_TIMEOUT } from '../support/journeys/local-journey.ts';
import { ownApp } from '../support/journeys/own-app.ts';

const said: string[] = [];
/** The changes in the run's events. */
const logged: string[] = [];
let folder: string;
let run: LocalRun;
/** The description that other programs find. */
let running: RunningStack;

beforeAll(async () => {
  folder = await ownApp();
  run = await startLocalRun({
    ...{ port: await freePorts(), ownFolder: folder, dynamodbEndpoint: inject('dynamoDbEndpoint') },
    own: {
      ...{ app: 'node app.mjs', output: undefined, stack: undefined, issuers: 'local' },
      ...{ environmentFile: undefined, watch: true },
    },
    say: (line) => said.push(line),
    log: (event) => {
      if (event.event === 'app') logged.push(...event.changes);
    },
    replaced: async (described) => {
      running = described;
    },
  });
  running = run.running;
}, START_TIMEOUT);
afterAll(() => run?.stop());

async function change(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(join(folder, file), 'utf8');
  expect(text).toContain(from);
  await writeFile(join(folder, file), text.replace(from, to));
}

async function token(): Promise<string> {
  const { clients, tokenEndpoint = '' } = running;
  const [client] = clients;
  return requestToken({ tokenEndpoint, clientId: '', clientSecret: '', ...client, scope: undefined });
}

/** 0: there was no answer, as while the API is replaced. */
async function statusOf(path: string, accessToken: string): Promise<number> {
  const headers = { authorization: `Bearer ${accessToken}` };
  return fetch(`${run.running.api}${path}`, { headers }).then(
    ({ status }) => status,
    () => 0,
  );
}

async function revoke(accessToken: string): Promise<void> {
  const { dynamodb, table } = run.running;
  const client = new DynamoDBClient(localClientOptions(dynamodb));
  const Item = { target: { S: `jti#local#${jwtIdOf(accessToken)}` } };
  await client.send(new PutItemCommand({ TableName: table, Item }));
  client.destroy();
}

it('answers a route that is added to the app without a restart, and a token that was revoked stays revoked', async () => {
  const [revoked, good] = [await token(), await token()];
  await revoke(revoked);
  await expect.poll(() => statusOf('/orders', revoked)).toBe(401);
  expect(await statusOf('/orders', good)).toBe(200);

  await change(
    'app.mjs',
    "{ method: 'GET', path: '/whoami'",
    "{ method: 'GET', path: '/invoices', scopes: ['invoices:read'] }, $&",
  );
  await change('app.mjs', "['orders', 'whoami']", "['orders', 'whoami', 'invoices']");
  await expect.poll(() => said.join('\n')).toContain('\nRoute added: GET /invoices (invoices:read).');

  expect(await statusOf('/orders', good)).toBe(200);
  expect(await statusOf('/invoices', good)).toBe(403);
  expect(await statusOf('/orders', revoked)).toBe(401);
  expect(logged).toEqual(['Route added: GET /invoices (invoices:read).']);
  expect(running.clients[0]?.scope).toBe('orders:read invoices:read');
  expect(await statusOf('/invoices', await token())).toBe(200);
});

it('goes on as before while the app fails, and serves it again when it is mended', async () => {
  const good = await token();
  await change('app.mjs', 'stack.node.root.synth();', "throw new Error('unfinished');");
  await expect
    .poll(() => said.at(-1))
    .toMatch(/^The app failed \(`node app\.mjs`, exit code 1\).* The run goes on as before\.$/);
  expect(said.join('\n')).toContain('Error: unfinished');
  expect(await statusOf('/orders', good)).toBe(200);
  await change('app.mjs', "throw new Error('unfinished');", 'stack.node.root.synth();');
  await expect
    .poll(() => said.at(-1))
    .toMatch(/^Serving the app as it is since \d\d:\d\d:\d\d: no change that tokens notice\.$/);
  expect(await statusOf('/orders', good)).toBe(200);
});

it('runs the code of a backend as it is saved', async () => {
  const good = await token();
  await change('backend/index.mjs', 'statusCode: 200', 'statusCode: 202');
  await expect.poll(() => statusOf('/orders', good)).toBe(202);
});

it('serves what was served before where an app without an API is saved, and says so', async () => {
  const good = await token();
  await change('app.mjs', 'defaultMethodOptions: { authorizer }', 'defaultMethodOptions: {}');
  await expect.poll(() => said.at(-1)).toMatch(/ The run goes on as before\.$/);
  expect(await statusOf('/orders', good)).toBe(202);
});
