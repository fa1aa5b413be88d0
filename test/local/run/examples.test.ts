import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type LocalRun, startLocalRun } from '../../../local/run/local-run.ts';
import { freePorts } from '../../support/journeys/free-ports.ts';

const run = promisify(execFile);
const preload = new URL('../../support/cdk/our-package.ts', import.meta.url).href;

const EXAMPLES = [
  ['orders', 'orders.ts'],
  ['orders-openapi', 'orders-from-openapi.ts'],
  ['http-api', 'orders-http-api.ts'],
] as const;

/** The runs of the examples, and what each has said, by the folder of the example. */
const runs = new Map<string, { readonly run: LocalRun; readonly said: readonly string[] }>();

beforeAll(async () => {
  await Promise.all(EXAMPLES.map(([folder, file]) => start(folder, file)));
});
afterAll(() => Promise.all([...runs].map(([, { run }]) => run.stop())));

async function start(folder: string, file: string): Promise<void> {
  const cwd = fileURLToPath(new URL(`../../../examples/${folder}`, import.meta.url));
  const output = await mkdtemp(join(tmpdir(), `example-${folder}-`));
  await run(process.execPath, ['--import', preload, file], { cwd, env: { ...process.env, CDK_OUTDIR: output } });
  const said: string[] = [];
  const own = {
    app: undefined,
    output,
    stack: undefined,
    issuers: 'local',
    environmentFile: undefined,
    watch: false,
  } as const;
  const options = { port: await freePorts(), own, ownFolder: cwd, dynamodbEndpoint: inject('dynamoDbEndpoint') };
  runs.set(folder, { run: await startLocalRun({ ...options, say: (line) => said.push(line) }), said });
}

function startedRun(folder: string) {
  const started = runs.get(folder);
  if (started === undefined) throw new Error(`The example ${folder} does not run.`);
  return started;
}

async function statusOf(address: string, token?: string): Promise<number> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return (await fetch(`${address.replace(/\/$/, '')}/orders`, { headers })).status;
}

async function tokenOf({ run: { running } }: ReturnType<typeof startedRun>): Promise<string> {
  const [client] = running.clients;
  const credentials = Buffer.from(`${client?.clientId}:${client?.clientSecret}`).toString('base64');
  const headers = { authorization: `Basic ${credentials}` };
  const body = new URLSearchParams({ grant_type: 'client_credentials' });
  const response = await fetch(running.tokenEndpoint ?? '', { method: 'POST', headers, body });
  return ((await response.json()) as { access_token: string }).access_token;
}

/** What each example answers to a token: its backend does not exist. */
const ANSWERS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  orders: { api: 504 },
  'orders-openapi': { api: 504 },
  // The output is the address of the HTTP API.
  'http-api': { api: 504, output: 503 },
};

describe.each(EXAMPLES)('the example %s', (folder) => {
  test.each(Object.entries(ANSWERS[folder] ?? {}))('lets a token through at its %s', async (place, status) => {
    const started = startedRun(folder);
    const { api, outputs } = started.run.running;
    const address = place === 'api' ? api : (outputs.ApiUrl ?? '');
    expect(await statusOf(address)).toBe(401);
    expect(await statusOf(address, await tokenOf(started))).toBe(status);
  });

  test('has nothing that does not run but the throttling of its routes for signals', () => {
    const said = startedRun(folder).said.filter((line) => line.startsWith('Not '));
    const throttled = folder === 'orders-openapi' ? [] : [expect.stringMatching(/^Not run here: throttling \(\w+\): /)];
    expect(said).toEqual(throttled);
  });
});
