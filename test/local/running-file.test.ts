import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningStack, removeRunningFile, writeRunningFile } from '../../local/running-file.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'running-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const running = (pid: number): RunningStack => ({
  api: `http://127.0.0.1:${pid}/v1`,
  stage: 'v1',
  issuer: 'http://127.0.0.1:1',
  alias: 'local',
  tokenEndpoint: 'http://127.0.0.1:1/token',
  clients: [],
  dynamodb: 'http://127.0.0.1:2',
  table: 't',
  region: 'eu-west-1',
  resultTtlSeconds: 60,
  pid,
  authorizer: {},
  outputs: {},
});

test('the last run wins, and each removes only its own file', async () => {
  const path = join(folder, 'deep', 'running.json');
  await writeRunningFile(running(1), path);
  await writeRunningFile(running(2), path);
  await removeRunningFile(running(1), path);
  expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ pid: 2 });
  await removeRunningFile(running(2), path);
  expect(existsSync(path)).toBe(false);
});
