import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeRunningFile, writeRunningFile } from '../../../local/run/running-file.ts';
import type { RunningStack } from '../../../ops/stack/running-stack.ts';
import { readRunningStack, sayWhichRun, startOf } from '../../../ops/stack/running-stack.ts';

let folder: string;
const processes: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'running-'));
});

afterEach(async () => {
  await Promise.all(processes.splice(0).map(killed));
  await rm(folder, { recursive: true, force: true });
});

/** A process that lives until it is killed, and the content of the file that it might write. */
function startedRun() {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  processes.push(child);
  return { child, running: { ...ANYTHING, pid: child.pid ?? 0 } };
}

const ANYTHING: RunningStack = {
  api: 'http://127.0.0.1:1/v1',
  apiKind: 'rest',
  stage: 'v1',
  issuer: 'http://127.0.0.1:1',
  alias: 'local',
  tokenEndpoint: 'http://127.0.0.1:1/token',
  clients: [{ clientId: 'c', clientSecret: 's', scope: '' }],
  app: { clientId: 'a', redirectUri: 'http://127.0.0.1/' },
  users: [{ subject: 'u', scope: '' }],
  playedIssuers: [],
  realIssuers: [],
  otherApis: [],
  samplePath: '/',
  dynamodb: 'http://127.0.0.1:2',
  table: 't',
  region: 'eu-west-1',
  resultTtlSeconds: 60,
  transmitter: 'http://127.0.0.1:3',
  pid: 0,
  authorizer: { configuration: {} },
  outputs: {},
};

const YESTERDAY = Date.now() / 1000 - 86_400;

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('the operator’s tool reads the file of the run, also from a new folder', async () => {
  const { running } = startedRun();
  await writeRunningFile(running, join(folder, 'deep'));
  expect(await readRunningStack(join(folder, 'deep'))).toEqual(running);
});

test('the file, which has the secrets of the clients, is for its owner only, and git ignores it', async () => {
  const { running } = startedRun();
  await writeRunningFile(running, folder);
  const { mode } = await stat(join(folder, `running-${running.pid}.json`));
  expect((mode & 0o777).toString(8)).toBe('600');
  expect(await readFile(join(folder, '.gitignore'), 'utf8')).toBe('*\n');
});

test('the tool finds the later of two runs, and the earlier one when that has stopped', async () => {
  const [first, second] = [startedRun(), startedRun()];
  await writeRunningFile(second.running, folder);
  await writeRunningFile(first.running, folder);
  await utimes(join(folder, `running-${first.running.pid}.json`), YESTERDAY, YESTERDAY);
  expect(await readRunningStack(folder)).toEqual(second.running);
  await removeRunningFile(second.running, folder);
  expect(await readRunningStack(folder)).toEqual(first.running);
  await removeRunningFile(first.running, folder);
  expect(await readRunningStack(folder)).toBeUndefined();
  expect(await readdir(dirname(folder))).not.toContain(basename(folder));
});

test('the tool ignores a killed run, and the next run removes its file', async () => {
  const [first, second] = [startedRun(), startedRun()];
  await writeRunningFile(first.running, folder);
  await killed(first.child);
  expect(await readRunningStack(folder)).toBeUndefined();
  await writeRunningFile(second.running, folder);
  expect(await readdir(folder)).toEqual(['.gitignore', `running-${second.running.pid}.json`]);
});

test('a run knows its own start, and the tool ignores its file when another process has its id', async () => {
  const { running } = startedRun();
  const started = startOf(running.pid);
  expect(started).not.toBeUndefined();
  await writeRunningFile({ ...running, processStart: started }, folder);
  expect((await readRunningStack(folder))?.pid).toBe(running.pid);
  await writeFile(
    join(folder, `running-${running.pid}.json`),
    JSON.stringify({ ...running, processStart: startOf(process.ppid) }),
  );
  expect(await readRunningStack(folder)).toBeUndefined();
  const next = startedRun();
  await writeRunningFile(next.running, folder);
  expect(await readdir(folder)).toEqual(['.gitignore', `running-${next.running.pid}.json`]);
});

test('the tool says which of two runs it addresses, and nothing of a single one', async () => {
  const [first, second] = [startedRun(), startedRun()];
  const said: string[] = [];
  const terminal = { localFolder: folder, err: { write: (text: string) => said.push(text) } };
  await writeRunningFile(first.running, folder);
  await utimes(join(folder, `running-${first.running.pid}.json`), YESTERDAY, YESTERDAY);
  await sayWhichRun(terminal);
  expect(said).toEqual([]);
  await writeRunningFile({ ...second.running, api: 'http://127.0.0.1:4000/v1' }, folder);
  await sayWhichRun(terminal);
  expect(said).toEqual([
    `2 runs are alive here: this command addresses the one that started last, http://127.0.0.1:4000/v1 (process ${second.running.pid}).\n`,
  ]);
});
