import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { writeRunningFile } from '../../local/running-file.ts';
import { findStack } from '../../ops/stack-search.ts';
import type { Terminal } from '../../ops/terminal.ts';
import { main } from '../deployed/deployed-test.ts';
import type { Finding } from '../deployed/finding.ts';
import { type LocalJourney, START_TIMEOUT, startJourney } from './local-journey.ts';

let journey: LocalJourney;
let localFolder: string;

beforeAll(async () => {
  // The shortest result TTL of which the program can tell its end from the end of the authorizer's own memory.
  journey = await startJourney({ resultTtlSeconds: 6, dynamodbEndpoint: inject('dynamoDbEndpoint') });
  localFolder = await mkdtemp(join(tmpdir(), 'deployed-'));
  await writeRunningFile(journey.run.running, localFolder);
}, START_TIMEOUT);

afterAll(async () => {
  await journey?.stop();
  if (localFolder !== undefined) await rm(localFolder, { recursive: true, force: true });
});

describe('npm run test:deployed, against npm start', () => {
  test('finds every promise kept, names what it cannot measure here, and leaves no entry', {
    timeout: 60_000,
  }, async () => {
    const { exitCode, out, err } = await run(['--json', '--runs', '1', '--longest-wait', '30']);
    const { findings } = JSON.parse(out) as { readonly findings: readonly Finding[] };
    expect(findings.filter(({ verdict }) => verdict === 'broken' || verdict === 'differs')).toEqual([]);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    const unmeasured = findings.filter(({ verdict }) => verdict === 'not measured').map(({ fact }) => fact);
    expect(unmeasured.toSorted()).toEqual([
      'a cached Allow ends at its time condition',
      'an entry for the issuer refuses its token, its deletion gives it back',
      'an entry for the key refuses its token, its deletion gives it back',
      'an entry for the session refuses its token, its deletion gives it back',
      'how long an accepted flush takes to act',
      'the validation expression must match the whole header',
      'which failures are AUTHORIZER_FAILURE',
    ]);
    expect(findings.length).toBeGreaterThan(20);
    expect(await entriesInTable()).toEqual([]);
  });

  test('deletes its entries when it is interrupted', async () => {
    const interruption = new AbortController();
    const running = run(['--runs', '1'], interruption.signal);
    await expect.poll(entriesInTable, { timeout: 15_000, interval: 20 }).not.toEqual([]);
    interruption.abort();
    expect(await running).toMatchObject({ exitCode: 130, err: expect.stringContaining('Interrupted') });
    expect(await entriesInTable()).toEqual([]);
  });

  test.each([
    [['--region', 'eu-west-1'], '--stack'],
    [['--runs', 'many'], '--runs'],
    [['--stack', 'Api', '--region', 'a-1', '--region', 'b-1'], '--region once'],
  ])('with %j it says what is wrong in one sentence', async (argv, named) => {
    const { exitCode, out, err } = await run(argv);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err.trim().split('\n')).toEqual([expect.stringContaining(named)]);
  });

  test('lists in its help the permissions that it needs', async () => {
    const { exitCode, out } = await run(['--help']);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/dynamodb:BatchGetItem, dynamodb:PutItem, dynamodb:DeleteItem/);
  });
});

async function run(argv: readonly string[], interruption = new AbortController().signal) {
  const printed = { out: '', err: '' };
  const terminal: Terminal = {
    out: { write: (text) => (printed.out += text) },
    err: { write: (text) => (printed.err += text) },
    readStandardInput: async () => '',
    now: () => Date.now() / 1000,
    localFolder,
  };
  return { exitCode: await main(argv, terminal, interruption), ...printed };
}

async function entriesInTable(): Promise<readonly (string | undefined)[]> {
  const { regions } = await findStack({ kind: 'local' }, localFolder);
  const { client, table } = regions[0];
  const { Items = [] } = await client.send(new ScanCommand({ TableName: table, ConsistentRead: true }));
  return Items.map(({ target }) => target?.S);
}
