import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CannotDecideError } from '../../../../lambda/errors.ts';
import { createTransactingCall } from '../../../../lambda/network/dynamodb-transaction.ts';
import type { Signal, SignalOutcome } from '../../../../lambda/signal/signal.ts';
import { createSignalStore } from '../../../../lambda/signal/store/signal-store.ts';
import { SESSION_AFTERLIFE } from '../../../../lambda/signal/store/wanted-entry.ts';
import { freePort } from '../../../support/network/free-port.ts';
import { body, startLoopbackServer } from '../../../support/network/loopback-server.ts';
import {
  blockSubject,
  endSession,
  liftSubject,
  revokeSubject,
  revokeToken,
  sampleSignal,
  sampleSource,
} from '../../../support/signals/sample-signal.ts';
import { type FaultyDynamoDb, startFaultyDynamoDb } from '../../../support/table/faulty-dynamodb.ts';
import { createSignalTables, type TestSignalTables } from '../../../support/table/signal-tables.ts';
import { testCredentials } from '../../../support/table/test-table.ts';
import { NOW, trustedIssuer } from '../../../support/tokens/sample-issuer.ts';

let tables: TestSignalTables;
let dynamoDb: FaultyDynamoDb;
let user = '';
beforeAll(async () => {
  [tables, dynamoDb] = await Promise.all([createSignalTables(), startFaultyDynamoDb()]);
});
beforeEach(() => {
  dynamoDb.treat(() => 'answer');
  user = `user-${randomUUID()}`;
});
afterAll(() => dynamoDb.close());

/** The store over DynamoDB Local. @param now - seconds since the epoch */
function storeAt(address: string, now = NOW, requestTimeout = 5000) {
  const endpoint = new URL(address);
  return createSignalStore({
    call: createTransactingCall({ endpoint, region: 'eu-west-1', credentials: testCredentials, requestTimeout }),
    revocationTable: tables.revocations.name,
    signalTable: tables.signals,
    issuers: [trustedIssuer({ formerAliases: ['old'] })],
    now: () => now * 1000,
  });
}

const apply = (signal: Signal, now?: number): Promise<SignalOutcome> => storeAt(dynamoDb.address, now)(signal);

const rowOf = (id: string) => tables.row(id);

const text = { revokedBy: { S: 'signal:okta' }, revokedAt: { S: '2027-01-15T08:00:00Z' } };
/** Tolerance and safety margin of every purge time. */
const MARGIN = 5 + 3600;

describe('a signal is applied', () => {
  it('as the entry of a subject, with its record', async () => {
    const signal = sampleSignal({ type: 'credential-change', effects: [revokeSubject(user)] });
    expect(await apply(signal)).toBe('applied');
    expect(await tables.entry(`sub#main#${user}`)).toEqual({
      target: { S: `sub#main#${user}` },
      before: { N: String(NOW - 60) },
      purgeAt: { N: String(NOW + 2 + 86_400 + MARGIN) },
      reason: { S: 'credential-change' },
      ...text,
    });
    expect(await rowOf(`sig#okta#${signal.type}#${signal.id}`)).toEqual({
      id: { S: `sig#okta#${signal.type}#${signal.id}` },
      appliedAt: { N: String(NOW) },
      purgeAt: { N: String(NOW + 2 + 86_400 + MARGIN) },
    });
  });

  it('as the entry of a session, which is kept for as long as a session may outlive its end', async () => {
    expect(await apply(sampleSignal({ effects: [endSession(user)] }))).toBe('applied');
    expect(await tables.entry(`sid#main#${user}`)).toEqual({
      target: { S: `sid#main#${user}` },
      purgeAt: { N: String(NOW + SESSION_AFTERLIFE + 86_400 + MARGIN) },
      reason: { S: 'session-revoked' },
      ...text,
    });
  });

  it('as the entries of a token and its session, without a record', async () => {
    const effects = [revokeToken(user, NOW + 100), endSession(user, NOW + 50)];
    const signal = sampleSignal({ id: undefined, type: 'token-revocation', effects });
    expect(await apply(signal)).toBe('applied');
    expect(await tables.entry(`jti#main#${user}`)).toMatchObject({ purgeAt: { N: String(NOW + 100 + MARGIN) } });
    expect(await tables.entry(`sid#main#${user}`)).toMatchObject({
      purgeAt: { N: String(NOW + 50 + 86_400 + MARGIN) },
    });
    expect((await tables.rowIds()).filter((id) => id.includes('undefined'))).toEqual([]);
  });

  it.each(['shared', 'never'] as const)('without a flush of its own where the pace is %s', async (pace) => {
    await apply(sampleSignal({ source: sampleSource({ pace }), effects: [revokeSubject(user)] }));
    expect(await tables.entry(`sub#main#${user}`)).toMatchObject({ flush: { BOOL: false } });
  });

  it('with a record that outlives every repetition', async () => {
    const signal = sampleSignal({ acceptedUntil: NOW + 604_800.5, effects: [revokeSubject(user)] });
    await apply(signal);
    expect(await rowOf(`sig#okta#${signal.type}#${signal.id}`)).toMatchObject({
      purgeAt: { N: String(NOW + 604_801 + 3600) },
    });
  });

  it('with no instant after those of tokens, whatever the signal says', async () => {
    const latest = String(NOW + trustedIssuer().clockTolerance);
    const late = sampleSignal({ eventAt: NOW + 500, effects: [revokeSubject(user, NOW + 500)] });
    await apply(late, NOW + 0.5);
    expect(await tables.entry(`sub#main#${user}`)).toMatchObject({ before: { N: latest } });
    await apply(sampleSignal({ eventAt: NOW + 500, effects: [blockSubject(user)] }), NOW + 0.5);
    expect(await tables.entry(`sub#main#${user}`)).toMatchObject({ blockedBy: { M: { okta: { N: latest } } } });
  });

  it('under a former alias of its issuer', async () => {
    await apply(sampleSignal({ source: sampleSource({ issuerAlias: 'old' }), effects: [revokeSubject(user)] }));
    expect(await tables.entry(`sub#old#${user}`)).toBeDefined();
  });

  it('but not for an issuer that the deployment does not have', async () => {
    const signal = sampleSignal({ source: sampleSource({ issuerAlias: 'nobody' }), effects: [revokeSubject(user)] });
    await expect(apply(signal)).rejects.toThrow('The source okta revokes tokens of no issuer of this deployment.');
  });
});

describe('nothing is written', () => {
  it.each(['ignored', 'unmatched'] as const)('for a signal without effects: %s', async (inaction) => {
    const signal = sampleSignal({ type: 'other', effects: [], inaction });
    expect(await apply(signal)).toBe(inaction);
    expect(await rowOf(`sig#okta#${signal.type}#${signal.id}`)).toBeUndefined();
  });

  it('for a signal without effects that says nothing about why', async () => {
    expect(await apply(sampleSignal({ type: 'other', effects: [] }))).toBe('ignored');
  });

  it('but the record for a signal that comes when all of its tokens have ended', async () => {
    const signal = sampleSignal({ effects: [revokeSubject(user, NOW - 86_400 - 2 - 5 - 1)] });
    expect(await apply(signal)).toBe('covered');
    expect(await tables.entry(`sub#main#${user}`)).toBeUndefined();
    expect(await rowOf(`sig#okta#${signal.type}#${signal.id}`)).toBeDefined();
  });

  it('at all if such a signal has no record', async () => {
    const signal = sampleSignal({ id: undefined, effects: [revokeToken(user, NOW - 6)] });
    expect(await apply(signal)).toBe('covered');
    expect(await tables.entry(`jti#main#${user}`)).toBeUndefined();
  });

  it('but the record where an entry covers the signal', async () => {
    const target = { S: `sub#main#${user}` };
    await tables.revocations.put({ target, revokedBy: { S: 'ann' } });
    const signal = sampleSignal({ effects: [revokeSubject(user)] });
    expect(await apply(signal)).toBe('covered');
    expect(await tables.entry(target.S)).toEqual({ target, revokedBy: { S: 'ann' } });
    expect(await rowOf(`sig#okta#${signal.type}#${signal.id}`)).toBeDefined();
  });

  it('where an entry covers a signal without a record', async () => {
    const signal = sampleSignal({ id: undefined, effects: [revokeToken(user, NOW + 100)] });
    expect(await apply(signal)).toBe('applied');
    const entry = await tables.entry(`jti#main#${user}`);
    expect(await apply(signal, NOW + 1)).toBe('covered');
    expect(await tables.entry(`jti#main#${user}`)).toEqual(entry);
  });
});

describe('an entry that is there', () => {
  it('is joined with what the signal wants', async () => {
    const target = { S: `sub#main#${user}` };
    const purgeAt = { N: String(NOW + 999_999) };
    await tables.revocations.put({ target, before: { N: '5' }, purgeAt, note: { S: 'kept' } });
    expect(await apply(sampleSignal({ effects: [revokeSubject(user)] }))).toBe('applied');
    expect(await tables.entry(target.S)).toEqual({
      ...{ target, purgeAt, before: { N: String(NOW - 60) }, note: { S: 'kept' } },
      ...{ reason: { S: 'session-revoked' }, ...text },
    });
  });

  it('is joined as it is by then, if another writer changes it meanwhile', async () => {
    const target = { S: `sub#main#${user}` };
    await tables.revocations.put({ target, before: { N: '5' }, purgeAt: { N: String(NOW + 1) } });
    dynamoDb.followNextWrite(() => tables.revocations.put({ target, before: { N: String(NOW - 1) } }));
    expect(await apply(sampleSignal({ effects: [revokeSubject(user)] }))).toBe('covered');
    expect(await tables.entry(target.S)).toEqual({ target, before: { N: String(NOW - 1) } });
  });

  it('is written again if another writer deletes it meanwhile', async () => {
    const target = { S: `sub#main#${user}` };
    await tables.revocations.put({ target });
    dynamoDb.followNextWrite(() => tables.revocations.remove(target.S));
    expect(await apply(sampleSignal({ effects: [revokeSubject(user)] }))).toBe('applied');
    expect(await tables.entry(target.S)).toMatchObject({ before: { N: String(NOW - 60) } });
  });

  it('is not half written: all entries of a signal are there, or none', async () => {
    const signal = sampleSignal({ effects: [revokeSubject(user), endSession(user)] });
    dynamoDb.treat((operation) => (operation === 'TransactWriteItems' ? 'deny' : 'answer'));
    await expect(apply(signal)).rejects.toThrow(CannotDecideError);
    expect(await tables.entry(`sub#main#${user}`)).toBeUndefined();
    expect(await tables.entry(`sid#main#${user}`)).toBeUndefined();
    dynamoDb.treat(() => 'answer');
    expect(await apply(signal)).toBe('applied');
    expect(await tables.entry(`sub#main#${user}`)).toBeDefined();
    expect(await tables.entry(`sid#main#${user}`)).toBeDefined();
  });
});

describe('a signal that comes again', () => {
  it('is a duplicate and changes nothing, also after its entries were restored', async () => {
    const signal = sampleSignal({ effects: [revokeSubject(user), endSession(user)] });
    expect(await apply(signal)).toBe('applied');
    const entry = await tables.entry(`sub#main#${user}`);
    expect(await apply(signal, NOW + 10)).toBe('duplicate');
    expect(await tables.entry(`sub#main#${user}`)).toEqual(entry);
    await tables.revocations.remove(`sub#main#${user}`);
    expect(await apply(signal, NOW + 20)).toBe('duplicate');
    expect(await tables.entry(`sub#main#${user}`)).toBeUndefined();
  });

  it('from another source is another signal', async () => {
    const signal = sampleSignal({ effects: [revokeSubject(user)] });
    await apply(signal);
    await tables.revocations.remove(`sub#main#${user}`);
    expect(await apply({ ...signal, source: sampleSource({ name: 'cognito' }) })).toBe('applied');
  });

  it('as another type by the same id is another signal', async () => {
    const signal = sampleSignal({ effects: [revokeSubject(user)] });
    await apply({ ...signal, type: 'backchannel-logout', effects: [endSession(user)] });
    expect(await apply(signal)).toBe('applied');
    expect(await tables.entry(`sub#main#${user}`)).toBeDefined();
    expect(await apply(signal)).toBe('duplicate');
  });

  it('without an id is applied again', async () => {
    const signal = sampleSignal({ id: undefined, effects: [revokeToken(user)] });
    await apply(signal);
    await tables.revocations.remove(`jti#main#${user}`);
    expect(await apply(signal)).toBe('applied');
    expect(await tables.entry(`jti#main#${user}`)).toBeDefined();
  });

  it.each(['lose-answer', 'break'] as const)('by our own repetition is applied once: %s', async (fault) => {
    dynamoDb.treat((operation, earlier) => (operation === 'TransactWriteItems' && earlier === 0 ? fault : 'answer'));
    const signal = sampleSignal({ effects: [revokeSubject(user)] });
    expect(await apply(signal)).toBe('applied');
    expect(await tables.entry(`sub#main#${user}`)).toBeDefined();
  });

  it('after every answer was lost is a duplicate of one that was applied', async () => {
    const signal = sampleSignal({ effects: [revokeSubject(user)] });
    dynamoDb.treat((operation) => (operation === 'TransactWriteItems' ? 'lose-answer' : 'answer'));
    await expect(apply(signal)).rejects.toMatchObject({ failureCause: 'revocation-table' });
    dynamoDb.treat(() => 'answer');
    expect(await apply(signal)).toBe('duplicate');
    expect(await tables.entry(`sub#main#${user}`)).toBeDefined();
  });

  it('at the same time from two senders is applied once', async () => {
    const signal = sampleSignal({ effects: [revokeSubject(user)] });
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => apply(signal)));
    expect(outcomes.sort()).toEqual(['applied', 'duplicate', 'duplicate', 'duplicate']);
  });
});

describe('while the table cannot be written', () => {
  it.each([
    ['is out of reach', async () => `http://127.0.0.1:${await freePort()}`, 'ECONNREFUSED'],
    [
      'denies the write',
      () => answered(400, { __type: 'com.amazonaws#AccessDeniedException' }),
      'AccessDeniedException',
    ],
    ['cancels without a reason', () => answered(400, { __type: 'a#TransactionCanceledException' }), /Canceled/],
    ['cancels for good', () => cancelled('ValidationError'), 'ValidationError'],
    ['cancels for good and by a condition', () => cancelled('ItemCollectionSizeLimitExceeded'), /ItemCollection/],
    ['is always being written by others', () => cancelled('TransactionConflict'), 'TransactionConflict'],
    ['is throttled', () => cancelled('ThrottlingError'), 'ThrottlingError'],
  ])('a signal is undecided: the table %s', async (_, address, detail) => {
    const error = await storeAt(await address())(sampleSignal({ effects: [revokeSubject(user)] })).catch(
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(CannotDecideError);
    expect(error).toMatchObject({
      failureCause: 'revocation-table',
      detail: typeof detail === 'string' ? detail : expect.stringMatching(detail),
    });
  });

  it.each(['TransactionConflict', 'ProvisionedThroughputExceeded', 'ThrottlingError'])(
    'a signal is not given up for what passes: %s',
    async (code) => {
      const { address, requests } = await cancellationsThen(3, code);
      expect(await storeAt(address)(sampleSignal({ effects: [revokeSubject(user)] }))).toBe('applied');
      expect(requests.length).toBe(4 + 1);
    },
  );

  it('a signal is given up at once for what does not pass, although another item was only being written', async () => {
    const { address, requests } = await cancellationsThen(
      Infinity,
      'ItemCollectionSizeLimitExceeded',
      'TransactionConflict',
    );
    const given = storeAt(address)(sampleSignal({ effects: [revokeSubject(user)] }));
    await expect(given).rejects.toMatchObject({ detail: 'ItemCollectionSizeLimitExceeded' });
    expect(requests.length).toBe(1);
  });

  it('a signal is undecided where the reasons are not those of its items', async () => {
    const { address, requests } = await cancellationsThen(Infinity, 'None', 'ConditionalCheckFailed', 'None');
    await expect(storeAt(address)(sampleSignal({ effects: [revokeSubject(user)] }))).rejects.toThrow(CannotDecideError);
    expect(requests.length).toBe(1);
  });

  it('a signal is given up after eight attempts', async () => {
    const { address, requests } = await cancellationsThen(Infinity, 'TransactionConflict');
    await expect(storeAt(address)(sampleSignal({ effects: [revokeSubject(user)] }))).rejects.toThrow(CannotDecideError);
    expect(requests.length).toBe(8);
  });
});

const servers: { close(): Promise<void> }[] = [];
afterAll(() => Promise.all(servers.map((server) => server.close())));

async function answered(status: number, document: object): Promise<string> {
  const server = await startLoopbackServer(body(JSON.stringify(document), status));
  servers.push(server);
  return server.address;
}

/** How DynamoDB cancels a transaction, usually of a record and one entry. A single code is the entry's. */
function cancellation(...codes: readonly string[]) {
  const all = codes.length === 1 ? ['None', ...codes] : codes;
  return {
    __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
    CancellationReasons: all.map((Code) => ({ Code })),
  };
}

const cancelled = (code: string) => answered(400, cancellation(code));

/** DynamoDB that accepts a write after it has cancelled some. */
async function cancellationsThen(count: number, ...codes: readonly string[]) {
  let asked = 0;
  const server = await startLoopbackServer((response, request) => {
    asked += 1;
    const isCancelled = asked <= count;
    body(JSON.stringify(isCancelled ? cancellation(...codes) : {}), isCancelled ? 400 : 200)(response, request);
  });
  servers.push(server);
  return server;
}

describe('a block of a source', () => {
  const blocked = (eventAt: number, source = 'okta') =>
    sampleSignal({
      source: sampleSource({ name: source }),
      type: 'account-disabled',
      eventAt,
      effects: [blockSubject(user)],
    });
  const lifted = (eventAt: number, source = 'okta') =>
    sampleSignal({
      source: sampleSource({ name: source }),
      type: 'account-enabled',
      eventAt,
      effects: [liftSubject(user)],
    });

  it('ends by a newer lift of the source, for tokens that are issued later', async () => {
    expect(await apply(blocked(NOW - 60))).toBe('applied');
    expect(await tables.entry(`sub#main#${user}`)).toMatchObject({
      blockedBy: { M: { okta: { N: String(NOW - 60) } } },
    });
    expect(await apply(lifted(NOW - 30))).toBe('applied');
    expect(await tables.entry(`sub#main#${user}`)).toEqual({
      target: { S: `sub#main#${user}` },
      before: { N: String(NOW - 30) },
      purgeAt: { N: String(NOW + 2 + 86_400 + MARGIN) },
      reason: { S: 'account-enabled' },
      ...text,
    });
  });

  it('that is lifted late leaves nothing revoked whose tokens have ended', async () => {
    await apply(blocked(NOW - 200_000));
    await apply(lifted(NOW - 100_000));
    expect(await tables.entry(`sub#main#${user}`)).toMatchObject({ before: { N: String(NOW - 86_400 - 5 - 2) } });
  });

  it.each([
    ['an older lift', -61, 'okta'],
    ['a lift of the same second', -60, 'okta'],
    ['a lift of another source', -30, 'cognito'],
  ] as const)('stands after %s', async (_, at, source) => {
    await apply(blocked(NOW - 60));
    expect(await apply(lifted(NOW + at, source))).toBe('covered');
    expect(await tables.entry(`sub#main#${user}`)).not.toHaveProperty('before');
  });

  it('that comes after its lift blocks nothing, and revokes what the lift leaves revoked', async () => {
    expect(await apply(lifted(NOW - 30))).toBe('covered');
    expect(await tables.entry(`sub#main#${user}`)).toBeUndefined();
    expect(await rowOf(`lift#okta#sub#main#${user}`)).toEqual({
      id: { S: `lift#okta#sub#main#${user}` },
      liftedAt: { N: String(NOW - 30) },
      purgeAt: { N: String(NOW + 90 * 86_400) },
    });
    expect(await apply(blocked(NOW - 60))).toBe('applied');
    expect(await tables.entry(`sub#main#${user}`)).toMatchObject({ before: { N: String(NOW - 30) } });
    expect(await tables.entry(`sub#main#${user}`)).not.toHaveProperty('blockedBy');
  });

  it('that is newer than the lift before it blocks', async () => {
    await apply(lifted(NOW - 30));
    expect(await apply(blocked(NOW - 30))).toBe('applied');
    expect(await tables.entry(`sub#main#${user}`)).toHaveProperty('blockedBy');
  });

  it('is lifted although it is written at the same time as the lift', async () => {
    dynamoDb.outrunNextWrite(() => storeAt(dynamoDb.address)(blocked(NOW - 60)));
    await apply(lifted(NOW - 30));
    expect(await tables.entry(`sub#main#${user}`)).toMatchObject({ before: { N: String(NOW - 30) } });
  });

  it('that is outrun by its lift blocks nothing', async () => {
    dynamoDb.outrunNextWrite(() => storeAt(dynamoDb.address)(lifted(NOW - 30)));
    await apply(blocked(NOW - 60));
    expect(await tables.entry(`sub#main#${user}`)).toMatchObject({ before: { N: String(NOW - 30) } });
  });

  it('keeps the newest of several lifts in mind', async () => {
    for (const at of [-30, -40, -20]) await apply(lifted(NOW + at));
    expect(await rowOf(`lift#okta#sub#main#${user}`)).toMatchObject({ liftedAt: { N: String(NOW - 20) } });
  });

  it('that is restored stays restored, by whatever comes again', async () => {
    const [block, lift] = [blocked(NOW - 60), lifted(NOW - 30)];
    await apply(block);
    await tables.revocations.remove(`sub#main#${user}`);
    expect(await apply(lift)).toBe('covered');
    expect(await apply(block)).toBe('duplicate');
    expect(await tables.entry(`sub#main#${user}`)).toBeUndefined();
  });
});

describe('the row of the signals that were heard', () => {
  it('counts the outcomes of a source and type, and has the time of the last', async () => {
    const source = sampleSource({ name: `s${randomUUID().slice(0, 8)}` });
    const signal = sampleSignal({ source, effects: [revokeSubject(user)] });
    await apply(signal, NOW);
    await apply(signal, NOW + 10.7);
    await apply(signal, NOW + 20.7);
    await apply(sampleSignal({ source, type: 'other', effects: [], inaction: 'ignored' }), NOW + 30);
    expect(await rowOf(`seen#${source.name}#session-revoked`)).toEqual({
      id: { S: `seen#${source.name}#session-revoked` },
      lastAt: { N: String(NOW + 20) },
      applied: { N: '1' },
      duplicate: { N: '2' },
    });
    expect(await rowOf(`seen#${source.name}#other`)).toMatchObject({
      ignored: { N: '1' },
      lastAt: { N: String(NOW + 30) },
    });
  });

  it.each(['deny', 'break', 'lose-answer'] as const)('may be lost, and the signal is applied: %s', async (fault) => {
    dynamoDb.treat((operation) => (operation === 'UpdateItem' ? fault : 'answer'));
    expect(await apply(sampleSignal({ effects: [revokeSubject(user)] }))).toBe('applied');
  });

  it('may be late, and the answer does not wait for it', { timeout: 30_000 }, async () => {
    const server = await startLoopbackServer((response, request) => {
      if (String(request.headers['x-amz-target']).endsWith('TransactWriteItems')) response.end('{}');
    });
    servers.push(server);
    const patient = storeAt(server.address, NOW, 600_000);
    expect(await patient(sampleSignal({ effects: [revokeSubject(user)] }))).toBe('applied');
  });
});
