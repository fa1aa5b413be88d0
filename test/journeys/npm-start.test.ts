import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { glob, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { HOST } from '../../local/run/http-service.ts';
import { freePorts, isTaken, portsOf } from '../support/journeys/free-ports.ts';
import { START_TIMEOUT } from '../support/journeys/local-journey.ts';
import { copyProgram, type ProgramCopy } from '../support/journeys/program-copy.ts';
import { freePort } from '../support/network/free-port.ts';

/** Added to the deployment of the copy. */
const STAGES = "stages: { dev: { callbackUrls: ['https://app.example.com/'] }, prod: { realm: 'live' } },";

let program: ProgramCopy;
/** The temporary folder of the programs that a test starts. */
let temporary: string;
const started: ChildProcess[] = [];

beforeAll(async () => {
  program = await copyProgram();
  temporary = join(program.folder, 'temporary');
  const file = join(program.folder, 'infra', 'deployment.ts');
  const original = await readFile(file, 'utf8');
  await writeFile(file, original.replace('issuers: {},', `issuers: {}, ${STAGES}`));
});

beforeEach(() => mkdir(temporary));

afterEach(async () => {
  for (const child of started.splice(0)) child.kill();
  await rm(temporary, { recursive: true });
});

afterAll(() => program[Symbol.asyncDispose]());

describe('npm start -- --json', () => {
  test('prints one line when ready, serves the first stage or the one that is named, and leaves nothing behind when npm is terminated', {
    timeout: START_TIMEOUT,
  }, async () => {
    const port = await freePorts();
    const child = npmStart('--', '--json', '--port', String(port), '--result-ttl', '2');
    const ended = finished(child);
    await vi.waitUntil(async () => (await runningApis()).length > 0, { timeout: 100_000, interval: 100 });
    expect(await runningApis()).toEqual([`http://${HOST}:${port}/v1`]);
    expect(await challengeAt(port)).toMatchObject({ status: 401, challenge: expect.stringContaining('realm="api"') });
    const again = await finished(start('--port', String(port + 2)));
    expect(again.code).toBe(1);
    expect(again.sentence).toMatch(
      new RegExp(
        `^Another \`npm start\` in this folder has the ports from ${port} on \\(process \\d+\\): use its API, http://${HOST}:${port}/v1, ` +
          'end it with Ctrl-C or `kill \\d+`, or choose other ports with --port N \\(N to N\\+5 are used\\)\\.$',
      ),
    );
    const [otherPort, DYNAMODB_ENDPOINT] = [await freePorts(), inject('dynamoDbEndpoint')];
    const words = ['--json', '--log', 'json', '--stage', 'prod', '--port', String(otherPort)];
    const other = startWith({ DYNAMODB_ENDPOINT }, ...words);
    const otherEnded = finished(other);
    await vi.waitUntil(async () => (await runningApis()).length > 1, { timeout: 100_000, interval: 100 });
    expect(await challengeAt(otherPort)).toMatchObject({ challenge: expect.stringContaining('realm="live"') });
    await fetch(`http://${HOST}:${otherPort}/v1/orders`, { headers: { Authorization: 'Bearer a.b.c' } });
    other.kill('SIGTERM');
    const { stdout, stderr } = await otherEnded;
    expect(JSON.parse(stdout).table).toMatch(/^bearer-authorizer-prod-AuthorizerTable/);
    expect(stderr).toContain('\nThis is the stage prod of infra/deployment.ts; --stage chooses another: dev.\n');
    const events = stderr.split('\n').filter((line) => line.startsWith('{'));
    expect(events.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ event: 'decision', path: '/v1/orders', status: 401, responseType: 'UNAUTHORIZED' }),
    );
    expect(stderr).toMatch(
      new RegExp(
        `Another \`npm start\` in this folder runs at http://${HOST}:${port}/v1 \\(process \\d+\\)\\. Commands such as .* ` +
          `which is this one, http://${HOST}:${otherPort}/v1\\.`,
      ),
    );
    child.kill('SIGTERM');
    const first = await ended;
    const lines = first.stdout.trim().split('\n');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '').table).toMatch(/^bearer-authorizer-dev-AuthorizerTable/);
    expect(first.stderr).toContain('\nThis is the stage dev of infra/deployment.ts; --stage chooses another: prod.\n');
    expect(Object.keys(JSON.parse(lines[0] ?? ''))).toEqual([
      ...['api', 'apiKind', 'stage', 'otherApis', 'issuer', 'alias', 'tokenEndpoint', 'clients', 'app', 'users'],
      ...['playedIssuers', 'realIssuers', 'samplePath', 'dynamodb', 'table', 'region'],
      ...['resultTtlSeconds', 'transmitter', 'page'],
    ]);
    await untilAllFree(port);
    expect(await runningApis()).toEqual([]);
  });

  test.each<['SIGINT' | 'SIGTERM', string, (port: number) => Promise<boolean>]>([
    // Its Java listens long before it answers, and before the stack is synthesized.
    ['SIGINT', 'DynamoDB Local listens', (port) => isTaken(port + 2)],
    ['SIGTERM', 'the stack is half synthesized', async () => (await filesIn(temporary, '**/asset-*/*.cjs')).length > 0],
  ])(
    'ends at %s during the start, when %s, and leaves nothing behind',
    { timeout: START_TIMEOUT },
    async (signal, _, isThere) => {
      const port = await freePorts();
      const child = start('--json', '--port', String(port));
      const ended = finished(child);
      await vi.waitUntil(() => isThere(port), { timeout: 60_000, interval: 20 });
      child.kill(signal);
      expect(await ended).toMatchObject({ code: 0, stdout: '' });
      await untilAllFree(port);
      expect(await readdir(temporary)).toEqual([]);
    },
  );
});

describe('npm start says in one sentence why it cannot start', () => {
  test.each([0, 1, 2, 3, 4])('when port N+%i is taken', async (offset) => {
    const port = await freePorts();
    const occupant = createServer().listen(port + offset, HOST);
    await once(occupant, 'listening');
    const { code, stdout, sentence } = await finished(start('--json', '--port', String(port)));
    occupant.close();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(sentence).toBe(
      `Port ${port + offset} is taken by ${basename(process.execPath)} (process ${process.pid}): stop it, or choose other ports with --port N (N to N+5 are used).`,
    );
  });

  test.each([
    [['--prot', '4000'], '--prot'],
    [['--port', 'many'], 'many'],
    [['--result-ttl', '4000'], '4000'],
  ])('when it is given %j', async (argv, named) => {
    const { code, stdout, stderr } = await finished(start(...argv));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trim().split('\n')).toEqual([expect.stringContaining(named)]);
  });

  test('when it is given a stage that is not there, and names those that are', { timeout: START_TIMEOUT }, async () => {
    const DYNAMODB_ENDPOINT = inject('dynamoDbEndpoint');
    const run = startWith({ DYNAMODB_ENDPOINT }, '--port', String(await freePorts()), '--stage', 'live');
    const { code, sentence } = await finished(run);
    expect([code, sentence]).toEqual([1, 'The stage "live" is not one of stages: choose dev, prod.']);
  });

  test.each([
    [['--port=4000'], '--port'],
    [['--port', '4000'], '--port'],
    [['--json'], '--json'],
  ])('when npm keeps %j', async (argv, name) => {
    const { code, sentence } = await finished(npmStart(...argv));
    expect(code).toBe(2);
    expect(sentence).toBe(
      `npm kept ${name} for itself, so nothing was done: write npm run start -- … ${name} (or, if your shell or a script ` +
        `that runs this one gave it, unset npm_config_${name.slice(2)} there).`,
    );
  });

  test.each<[string, readonly string[], Readonly<Record<string, string>>, RegExp]>([
    ['--no-download is given', ['--no-download'], {}, /and neither runs here: install one/],
    [
      'a variable forbids the download',
      [],
      { BEARER_AUTHORIZER_NO_DOWNLOAD: '1' },
      /and neither runs here: install one/,
    ],
    [
      'no Java can be fetched',
      ['--download-from', 'http://127.0.0.1:1'],
      {},
      /no Java could be fetched \(.+\): install one/,
    ],
  ])(
    'when there is neither Java nor Docker and %s',
    { timeout: START_TIMEOUT },
    async (_, argv, environment, reason) => {
      const port = await freePorts();
      // An empty DYNAMODB_ENDPOINT counts as not set.
      const { code, sentence } = await finished(
        startWith({ PATH: '/nowhere', DYNAMODB_ENDPOINT: '', ...environment }, '--port', String(port), ...argv),
      );
      expect(code).toBe(1);
      expect(sentence).toMatch(/^DynamoDB Local needs Java 17 or newer, or Docker, /);
      expect(sentence).toMatch(reason);
      await untilAllFree(port);
    },
  );

  test.each<[string, () => Promise<string>]>([
    ['no URL', async () => 'localhost:8000'],
    ['a URL of another scheme', async () => 'ftp://127.0.0.1:8000'],
    ['an address where nobody listens', async () => `http://127.0.0.1:${await freePort()}`],
  ])('when DYNAMODB_ENDPOINT is %s', async (_, address) => {
    const [port, endpoint] = [await freePorts(), await address()];
    const { code, sentence } = await finished(startWith({ DYNAMODB_ENDPOINT: endpoint }, '--port', String(port)));
    expect(code).toBe(1);
    expect(sentence).toContain(`DYNAMODB_ENDPOINT is ${endpoint}`);
    expect(sentence).toContain('unset the variable');
  });

  test('when it cannot write the file by which tools find it, and leaves nothing behind', {
    timeout: START_TIMEOUT,
  }, async () => {
    const port = await freePorts();
    const inTheWay = join(program.folder, '.local');
    await rm(inTheWay, { recursive: true, force: true });
    await writeFile(inTheWay, '');
    const DYNAMODB_ENDPOINT = inject('dynamoDbEndpoint');
    const run = startWith({ DYNAMODB_ENDPOINT }, '--json', '--port', String(port));
    const { code, stdout, sentence } = await finished(run);
    await rm(inTheWay);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(sentence).toContain(join(inTheWay, 'running-'));
    await untilAllFree(port);
    expect(await readdir(temporary)).toEqual([]);
  });
});

/** What a request without a token is answered. */
async function challengeAt(port: number) {
  const { status, headers } = await fetch(`http://${HOST}:${port}/v1/orders`);
  return { status, challenge: headers.get('www-authenticate') };
}

function npmStart(...argv: readonly string[]): ChildProcess {
  return inProgram('npm', ['start', '--silent', ...argv], {});
}

function start(...argv: readonly string[]): ChildProcess {
  return startWith({}, ...argv);
}

function startWith(environment: Readonly<Record<string, string>>, ...argv: readonly string[]): ChildProcess {
  return inProgram(process.execPath, ['local/start.ts', ...argv], environment);
}

function inProgram(command: string, argv: readonly string[], more: Readonly<Record<string, string>>): ChildProcess {
  const env = { ...process.env, TMPDIR: temporary, ...more };
  const child = spawn(command, argv, { cwd: program.folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  return child;
}

/** `sentence`: the last line on standard error. */
async function finished(child: ChildProcess) {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('Its output is piped.');
  const [out, err, [code]] = await Promise.all([text(stdout), text(stderr), once(child, 'exit')]);
  return { stdout: out, stderr: err, code, sentence: err.trim().split('\n').at(-1) };
}

/** The APIs of the runs that have written their files. */
async function runningApis(): Promise<readonly string[]> {
  const files = await filesIn(program.folder, '.local/running-*.json');
  return Promise.all(files.map(async (file) => JSON.parse(await readFile(join(program.folder, file), 'utf8')).api));
}

function filesIn(folder: string, pattern: string): Promise<string[]> {
  return Array.fromAsync(glob(pattern, { cwd: folder }));
}

async function untilAllFree(port: number): Promise<void> {
  await vi.waitUntil(async () => !(await Promise.all(portsOf(port).map(isTaken))).includes(true), { timeout: 10_000 });
}
