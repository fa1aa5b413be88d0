import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { npmScripts } from '../../../ops/cli/caller.ts';
import { main } from '../../../ops/revocations.ts';
import type { RevocationStack } from '../../../ops/stack/revocation-stack.ts';
import { tableTime } from '../../../ops/stack/table-time.ts';
import { keySet, type LoopbackServer, startLoopbackServer } from '../../support/network/loopback-server.ts';
import { describedAuthorizer, type Finished, finished, wordsOf } from '../../support/operator/operator-at-work.ts';
import { type DatedDynamoDb, httpDate, startDatedDynamoDb } from '../../support/table/dated-dynamodb.ts';
import { createRevocationTable, type TestRevocationTable, testCredentials } from '../../support/table/test-table.ts';
import { goodClaims, trustedIssuer } from '../../support/tokens/sample-issuer.ts';
import { signedToken } from '../../support/tokens/signed-token.ts';
import { createSigningKey } from '../../support/tokens/signing-keys.ts';

const BOUND = 67; // T + L: 60 + 5 + 2

/** DynamoDB's clock: it runs, and its time differs from this machine's, also in the fraction. */
const startedAt = performance.now();
const serverTime = () => 1_800_000_000.25 + (performance.now() - startedAt) / 1000;

const key = createSigningKey('ES256', 'key-1');
let dynamoDb: DatedDynamoDb;
let dateless: DatedDynamoDb;
let issuer: LoopbackServer;
let table: TestRevocationTable;
let folder: string;

beforeAll(async () => {
  dynamoDb = await startDatedDynamoDb(serverTime, httpDate);
  dateless = await startDatedDynamoDb(serverTime, () => undefined);
  issuer = await startLoopbackServer(keySet(key.publicJwk));
  table = await createRevocationTable();
  folder = await mkdtemp(join(tmpdir(), 'clocks-'));
  await runOn(dynamoDb);
});
afterAll(async () => {
  await Promise.all([dynamoDb.close(), dateless.close(), issuer.close()]);
  await rm(folder, { recursive: true, force: true });
});

async function runOn({ address }: DatedDynamoDb): Promise<void> {
  const authorizer = describedAuthorizer([trustedIssuer({ jwksUri: `${issuer.address}/jwks` })]);
  const running = { pid: process.pid, api: 'http://127.0.0.1:9/v1', dynamodb: address, table: table.name };
  const file = { ...running, region: 'eu-west-1', authorizer };
  await writeFile(join(folder, `running-${process.pid}.json`), JSON.stringify(file));
}

const run = (commandLine: string, now: () => number, standardInput = ''): Promise<Finished> =>
  finished(wordsOf(commandLine), main, { localFolder: folder, now, readStandardInput: async () => standardInput });

async function entry(target: string) {
  const command = new GetItemCommand({ TableName: table.name, Key: { target: { S: target } }, ConsistentRead: true });
  return (await table.client.send(command)).Item;
}

const jumps = [-86_400, 600, -600, 3600, 0];
let reads = 0;

/** The clocks of operators. */
const CLOCKS: readonly (readonly [string, () => number])[] = [
  ['right', serverTime],
  ['10 min slow', () => serverTime() - 600],
  ['10 min fast', () => serverTime() + 600],
  ['1.5 s slow', () => serverTime() - 1.5],
  ['jumping between two readings', () => serverTime() + (jumps[reads++ % jumps.length] ?? 0)],
  ['at 1970', () => 0],
  ['without a battery, and stopped', () => 1_600_000_000],
];

/** Expects a revocation's times to be DynamoDB's, whatever the operator's clock says. */
async function expectTrue(name: string, now: () => number): Promise<void> {
  const from = serverTime();
  const { exitCode, out } = await run(`revoke subject ${name} --json`, now);
  const until = serverTime();
  const [region] = JSON.parse(out).regions;
  const written = await entry(`sub#main#${name}`);
  expect(exitCode).toBe(0);
  expect(Number(written?.before?.N)).toBeGreaterThanOrEqual(from);
  expect(Number(written?.before?.N)).toBeLessThanOrEqual(until + 2);
  expect(Date.parse(written?.revokedAt?.S ?? '') / 1000).toBeGreaterThanOrEqual(from - 1);
  expect(Date.parse(written?.revokedAt?.S ?? '') / 1000).toBeLessThanOrEqual(until + 2);
  expect(Number(written?.purgeAt?.N)).toBeGreaterThanOrEqual(from + 86_400);
  expect(Date.parse(region.rejectedForCertainBy) / 1000).toBeGreaterThanOrEqual(from + BOUND);
  expect(Date.parse(region.rejectedForCertainBy) / 1000).toBeLessThanOrEqual(until + BOUND + 2.5);
}

describe("a revocation's times are DynamoDB's, with an operator's clock that is", () => {
  it.each(CLOCKS)('%s', (name, now) => expectTrue(name.replaceAll(/[^a-z0-9]/g, '-'), now));

  it('anything else', async () => {
    let count = 0;
    const readings = fc.array(fc.double({ min: 0, max: 2 ** 33, noNaN: true }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(readings, async (all) => {
        let read = 0;
        count += 1;
        await expectTrue(`any-${count}`, () => all[read++ % all.length] ?? 0);
      }),
      { numRuns: 12 },
    );
  });
});

it('a slow write is followed by one whose `before` reaches the moment of the first', async () => {
  let late = 0;
  let answers = 0;
  const slow = await startDatedDynamoDb(
    () => serverTime() + late,
    (now) => {
      answers += 1;
      // The second answer is the first write's: it comes 5 s late.
      if (answers === 2) late = 5;
      return httpDate(now + (answers === 2 ? 5 : 0));
    },
  );
  await runOn(slow);
  const from = serverTime();
  const elapsed = () => performance.now() / 1000 + late;
  const { exitCode, out } = await finished(wordsOf('revoke subject slow --by ann'), main, {
    ...{ localFolder: folder, now: serverTime, elapsed, readStandardInput: async () => '' },
  });
  await runOn(dynamoDb);
  await slow.close();
  expect({ exitCode, out }).toEqual({ exitCode: 0, out: expect.stringMatching(/eu-west-1: written, confirmed/) });
  expect(Number((await entry('sub#main#slow'))?.before?.N)).toBeGreaterThanOrEqual(from + 5);
});

describe('the difference between the clocks', () => {
  it('is reported with both times and advice', async () => {
    const { err } = await run('list', () => serverTime() - 600);
    expect(err).toMatch(
      /^This machine's clock says 2027-01-15T07:50:\d\dZ, and DynamoDB's in eu-west-1 says 2027-01-15T08:00:\d\dZ: DynamoDB's time is used\. Set this machine's clock\.\n$/,
    );
  });

  it('is not reported where it is small', async () => {
    expect(await run('list', serverTime)).toMatchObject({ exitCode: 0, err: '' });
  });
});

describe('with an operator’s clock that is 10 min fast or slow', () => {
  const clocks = CLOCKS.filter(([name]) => name.startsWith('10 min'));

  it.each(clocks)('check says neither "expired" nor "in the future" of a token that is neither: %s', async (_, now) => {
    const iat = Math.floor(serverTime());
    const claims = goodClaims({ iat, exp: iat + 300, jti: 'young', sid: 'young', client_id: 'young', sub: 'young' });
    const token = signedToken(key, { alg: 'ES256', typ: 'at+jwt', kid: key.keyId }, claims);
    const { out } = await run('check -', now, token);
    expect(out).toMatch(/^Verdict: accepted/);
  });

  it.each(clocks)('--before 24 h ahead is compared with DynamoDB’s clock: %s', async (_, now) => {
    const ahead = Math.floor(serverTime()) + 86_400;
    const near = await run(`revoke subject near --before ${ahead - 60}`, now);
    const far = await run(`revoke subject far --before ${ahead + 60}`, now);
    expect({ near: near.exitCode, far: far.exitCode }).toEqual({ near: 0, far: 2 });
    expect(far.err).toMatch(/more than 24 h ahead/);
    expect(await entry('sub#main#far')).toBeUndefined();
  });

  it.each(clocks)('--as-of is compared with DynamoDB’s clock: %s', async (_, now) => {
    const asOf = Math.floor(serverTime());
    const file = 'level,value\nsubject,imported\n';
    const past = await run(`import - --as-of ${asOf - 60}`, now, file);
    const future = await run(`import - --as-of ${asOf + 60}`, now, file);
    expect({ past: past.exitCode, future: future.exitCode }).toEqual({ past: 0, future: 2 });
    expect(future.err).toMatch(/--as-of is .* in the future/);
  });

  it.each(clocks)('an import’s `now` is DynamoDB’s: %s', async (name, now) => {
    const from = Math.floor(serverTime());
    await run('import -', now, `level,value\nsubject,${name}\n`);
    expect(Number((await entry(`sub#main#${name}`))?.before?.N)).toBeGreaterThanOrEqual(from);
    expect(Number((await entry(`sub#main#${name}`))?.before?.N)).toBeLessThanOrEqual(serverTime() + 2);
  });
});

it('a denial is not repeated on a machine whose clock is off, nor taken for a lost answer', async () => {
  await run('revoke key twice', () => 0);
  const { out } = await run('revoke key twice', () => 0);
  expect(out).toMatch(/was revoked already by an entry at least as strong; nothing written/);
});

describe('a DynamoDB whose answers carry no time', () => {
  it('has this machine’s time if it runs on this machine', async () => {
    await runOn(dateless);
    await run('revoke subject dateless', serverTime);
    await runOn(dynamoDb);
    expect(Number((await entry('sub#main#dateless'))?.before?.N)).toBeGreaterThanOrEqual(Math.floor(serverTime()) - 60);
  });

  it('is an error in one sentence if it runs elsewhere', async () => {
    const now = await tableTime(stackOf(dateless.address), SOURCES);
    expect(() => now()).toThrow(/DynamoDB's answer in region-0 carries no time \(the HTTP header Date\)/);
  });
});

describe('in several Regions', () => {
  it('each Region has its own time', async () => {
    const ahead = await startDatedDynamoDb(() => serverTime() + 500, httpDate);
    const stack = stackOf(dynamoDb.address, ahead.address);
    const now = await tableTime(stack, SOURCES);
    await ahead.close();
    const [first, second] = stack.regions;
    expect(Math.abs(now(second) - now(first) - 500)).toBeLessThan(2);
    expect(now()).toBeGreaterThan(now(first) + 400);
  });

  it('a Region that is out of reach has the time of the others', async () => {
    const stack = stackOf('http://127.0.0.1:9', dynamoDb.address);
    const now = await tableTime(stack, SOURCES);
    expect(Math.abs(now(stack.regions[0]) - serverTime())).toBeLessThan(2);
  });

  it('the time throws the reason if all Regions are out of reach', async () => {
    const now = await tableTime(stackOf('http://127.0.0.1:9'), SOURCES);
    expect(() => now()).toThrow(/ECONNREFUSED/);
  });
});

it('a machine that slept learns the time again from the next answer', async () => {
  let slept = 0;
  const awake = await startDatedDynamoDb(() => serverTime() + slept, httpDate);
  const stack = stackOf(awake.address);
  const [region] = stack.regions;
  const now = await tableTime(stack, SOURCES);
  slept = 3600;
  await region.client.send(new GetItemCommand({ TableName: table.name, Key: { target: { S: 'x' } } }));
  await awake.close();
  expect(now()).toBeGreaterThanOrEqual(serverTime() + 3599.9);
});

const SOURCES = { now: () => 0, elapsed: () => performance.now() / 1000, tell: () => {} };

function stackOf(...addresses: readonly [string, ...string[]]): RevocationStack {
  const regionOf = (endpoint: string, index: number) => ({
    ...{ region: `region-${index}`, table: table.name, api: '', flags: '--stack Api', caller: npmScripts },
    authorizer: describedAuthorizer([trustedIssuer()]),
    client: new DynamoDBClient({ endpoint, region: 'eu-west-1', credentials: testCredentials, maxAttempts: 1 }),
  });
  const [first, ...others] = addresses;
  return {
    regions: [regionOf(first, 0), ...others.map((address, index) => regionOf(address, index + 1))],
    operator: async () => 'ann',
  };
}
