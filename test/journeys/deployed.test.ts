import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { ApiKind, CacheKey } from '../../lambda/policy/route.ts';
import { writeRunningFile } from '../../local/run/running-file.ts';
import { npmScripts } from '../../ops/cli/caller.ts';
import type { Terminal } from '../../ops/cli/terminal.ts';
import { findStack } from '../../ops/stack/found-stack.ts';
import { main } from '../deployed/deployed-test.ts';
import type { Finding } from '../deployed/finding.ts';
import { type LocalJourney, START_TIMEOUT, startJourney } from '../support/journeys/local-journey.ts';

let journey: LocalJourney;
let localFolder: string;

beforeAll(async () => {
  localFolder = await mkdtemp(join(tmpdir(), 'deployed-'));
  // Short enough to wait for, and long enough for five requests for a decision on a busy machine.
  journey = await start({ cachePer: 'token', resultTtlSeconds: 12 });
}, START_TIMEOUT);

afterAll(async () => {
  await journey?.stop();
  if (localFolder !== undefined) await rm(localFolder, { recursive: true, force: true });
});

async function start(options: {
  readonly api?: ApiKind;
  readonly cachePer: CacheKey;
  readonly resultTtlSeconds: number;
}): Promise<LocalJourney> {
  const started = await startJourney({ ...options, dynamodbEndpoint: inject('dynamoDbEndpoint') });
  await writeRunningFile(started.run.running, localFolder);
  return started;
}

/** Facts that only REST APIs with a REQUEST authorizer show. */
const ROUTE_FACTS = [
  'context.httpMethod is part of the cache key',
  'context.resourcePath is part of the cache key',
  'the identity source finds a header named in lower case',
  'which of two Authorization headers is the cache key',
];

/** Facts that only HTTP APIs show, and the one that needs decisions per token and route. */
const HTTP_FACTS = [
  '$context.routeKey is part of the cache key',
  'a second Authorization header, while a decision for the first is cached',
  'a thrown `Unauthorized`',
  'path with an encoded slash before a parameter',
  'principalId reaches a backend with payload 2.0',
  'the identity source finds a header named in any case',
  'the stage $default in routeArn',
  'what rejections say',
];

/** The facts by verdict. Expects that none is broken or other than expected. */
async function factsFound(longestWait: number): Promise<Record<'ok' | 'not measured', readonly string[]>> {
  const { exitCode, out, err } = await run(['--json', '--runs', '1', '--longest-wait', String(longestWait)]);
  const { findings } = JSON.parse(out) as { readonly findings: readonly Finding[] };
  expect(findings.filter(({ verdict }) => verdict === 'broken' || verdict === 'differs')).toEqual([]);
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
  expect(await entriesInTable()).toEqual([]);
  const factsOf = (wanted: Finding['verdict']) =>
    findings.flatMap(({ fact, verdict }) => (verdict === wanted ? [fact] : [])).toSorted();
  return { ok: factsOf('ok'), 'not measured': factsOf('not measured') };
}

describe('npm run test:deployed, against npm start', () => {
  test('finds every promise kept, names what it cannot measure here, and leaves no entry', {
    timeout: 60_000,
  }, async () => {
    const found = await factsFound(30);
    expect(found['not measured']).toEqual(
      [
        'a cached Allow ends at its time condition',
        'an entry for the claim rejects its token, its deletion gives it back',
        'an entry for the issuer rejects its token, its deletion gives it back',
        'an entry for the key rejects its token, its deletion gives it back',
        'an entry for the session rejects its token, its deletion gives it back',
        'how long an accepted flush takes to act',
        'names of headers reach the authorizer as the client wrote them',
        'the validation expression must match the whole header',
        'which failures are AUTHORIZER_FAILURE',
        ...ROUTE_FACTS,
      ].toSorted(),
    );
    expect(found.ok.length).toBeGreaterThan(15);
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
    [['--stack', 'Api', '--region', 'eu-west-1', '--region', 'eu-west-2'], '--region once'],
  ])('rejects %j in one sentence that says what is wrong', async (argv, named) => {
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

test.each([
  ['a REST API', 'rest', ROUTE_FACTS],
  ['an HTTP API', 'http', HTTP_FACTS],
] as const)(
  'npm run test:deployed measures what only %s shows that decides per token and route',
  {
    timeout: START_TIMEOUT + 60_000,
  },
  async (_, api, facts) => {
    await journey.stop();
    // Long enough that no decision ends during the test.
    journey = await start({ api, cachePer: 'route', resultTtlSeconds: 300 });
    const { ok } = await factsFound(10);
    expect(ok).toEqual(expect.arrayContaining([...facts, 'an Allow is reused, for its route']));
  },
);

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
  const { regions } = await findStack({ kind: 'local' }, { err: process.stderr, localFolder, caller: npmScripts });
  const { client, table } = regions[0];
  const { Items = [] } = await client.send(new ScanCommand({ TableName: table, ConsistentRead: true }));
  return Items.map(({ target }) => target?.S);
}
