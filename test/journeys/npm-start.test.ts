import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { HOST } from '../../local/ports.ts';
import { fourFrom, freePorts, isTaken } from './free-ports.ts';
import { START_TIMEOUT } from './local-journey.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RUNNING_FILE = `${ROOT}/.local/running.json`;

/** A developer's own run may be there: its file is put back. */
let developersRun: string | undefined;

beforeAll(async () => {
  developersRun = existsSync(RUNNING_FILE) ? await readFile(RUNNING_FILE, 'utf8') : undefined;
});

const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill();
});

afterAll(async () => {
  if (developersRun !== undefined) await writeFile(RUNNING_FILE, developersRun);
});

describe('npm start -- --json', () => {
  test('prints one line when ready, serves, and leaves nothing behind when npm is told to end', {
    timeout: START_TIMEOUT,
  }, async () => {
    const port = await freePorts();
    const child = npmStart('--json', '--port', String(port), '--result-ttl', '2');
    const output = text(child.stdout ?? process.stdin);
    await vi.waitUntil(async () => await runningPid(port), { timeout: 100_000, interval: 100 });
    expect((await fetch(`http://${HOST}:${port}/v1/orders`)).status).toBe(401);
    child.kill('SIGTERM');
    const lines = (await output).trim().split('\n');
    expect(lines).toHaveLength(1);
    expect(Object.keys(JSON.parse(lines[0] ?? ''))).toEqual([
      ...['api', 'stage', 'issuer', 'alias', 'tokenEndpoint', 'clients', 'dynamodb', 'table', 'region'],
      'resultTtlSeconds',
    ]);
    await untilAllFree(port);
    expect(await runningPid(port)).toBeUndefined();
  });

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'in the middle of its start %s ends it, and nothing stays',
    { timeout: START_TIMEOUT },
    async (signal) => {
      const port = await freePorts();
      const child = start('--json', '--port', String(port));
      const output = text(child.stdout ?? process.stdin);
      // The authorization server is up long before DynamoDB Local and the stack.
      await vi.waitUntil(() => isTaken(port + 1), { timeout: 60_000, interval: 20 });
      child.kill(signal);
      const [code] = await once(child, 'exit');
      expect(code).toBe(0);
      expect(await output).toBe('');
      await untilAllFree(port);
    },
  );
});

describe('what cannot start says why in one sentence', () => {
  test.each([0, 1, 2, 3])('when port N+%i is taken', async (offset) => {
    const port = await freePorts();
    const occupant = createServer().listen(port + offset, HOST);
    await once(occupant, 'listening');
    const { code, stdout, stderr } = await finished(start('--json', '--port', String(port)));
    occupant.close();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trim().split('\n').at(-1)).toContain(`Port ${port + offset} `);
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

  test('when there is neither Java nor Docker', { timeout: START_TIMEOUT }, async () => {
    const port = await freePorts();
    const { code, stderr } = await finished(startWith({ PATH: '/nowhere' }, '--port', String(port)));
    expect(code).toBe(1);
    expect(stderr).toMatch(/Java 17 or newer, or Docker/);
    await untilAllFree(port);
  });
});

function npmStart(...argv: readonly string[]): ChildProcess {
  const child = spawn('npm', ['start', '--silent', '--', ...argv], { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] });
  started.push(child);
  return child;
}

function start(...argv: readonly string[]): ChildProcess {
  return startWith({}, ...argv);
}

function startWith(environment: Readonly<Record<string, string>>, ...argv: readonly string[]): ChildProcess {
  const env = { ...process.env, ...environment };
  const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
  const child = spawn(process.execPath, ['local/start.ts', ...argv], { cwd: ROOT, env, stdio });
  started.push(child);
  return child;
}

async function finished(child: ChildProcess) {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('Its output is piped.');
  const [out, err, [code]] = await Promise.all([text(stdout), text(stderr), once(child, 'exit')]);
  return { stdout: out, stderr: err, code };
}

/** undefined: the file is another run's, or not there. */
async function runningPid(port: number): Promise<number | undefined> {
  const content = await readFile(RUNNING_FILE, 'utf8').catch(() => '{}');
  const { api, pid } = JSON.parse(content) as { api?: string; pid?: number };
  return api === `http://${HOST}:${port}/v1` ? pid : undefined;
}

async function untilAllFree(port: number): Promise<void> {
  await vi.waitUntil(async () => !(await Promise.all(fourFrom(port).map(isTaken))).includes(true), { timeout: 10_000 });
}
