import { randomUUID } from 'node:crypto';
import { setImmediate as turnOfEvents } from 'node:timers/promises';
import { DeleteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { localClientOptions } from '../../../local/dynamodb/dynamodb-endpoint.ts';
import { ensureTables, tableSettingsOf } from '../../../local/dynamodb/table.ts';
import { jsonLine } from '../../../local/log/log-line.ts';
import type { RunEvent } from '../../../local/log/run-event.ts';
import { afterEntries, type EntryWatch, entryEventOf, watchEntries } from '../../../local/stream/entry-watch.ts';
import { StreamReader } from '../../../local/stream/stream-reader.ts';
import { smallTemplate, tableIn } from '../../support/gateway/small-template.ts';

const endpoint = inject('dynamoDbEndpoint');
const client = new DynamoDBClient(localClientOptions(endpoint));
const ALIASES = new Set(['local', 'former']);

describe('the watch of a table', () => {
  let TableName: string;
  let events: RunEvent[];
  let entries: EntryWatch;

  beforeEach(async () => {
    TableName = `entries-${randomUUID()}`;
    await ensureTables(endpoint, [tableSettingsOf(tableIn(smallTemplate()), TableName)]);
    await put('jti#local#earlier');
    events = [];
    const reader = new StreamReader(endpoint, TableName, 'TRIM_HORIZON');
    entries = await watchEntries(reader, ALIASES, (event) => void events.push(event));
  });

  afterEach(() => entries.stop());

  test('reports what anybody writes, changes and removes from its start on, in order', async () => {
    await put('jti#local#a');
    await put('jti#local#a', 'why');
    await put('sub#former#b');
    await client.send(new DeleteItemCommand({ TableName, Key: { target: { S: 'jti#local#a' } } }));
    const token = { event: 'entry', at: expect.any(Number), change: 'written', level: 'token', issuer: 'local' };
    await expect
      .poll(() => events)
      .toEqual([token, token, { ...token, level: 'subject', issuer: 'former' }, { ...token, change: 'removed' }]);
  });

  test('has reported everything that is written when it has caught up, once', async () => {
    await put('jti#local#a');
    await Promise.all([entries.catchUp(), entries.catchUp()]);
    expect(events).toHaveLength(1);
    await put('jti#local#b');
    await entries.catchUp();
    expect(events).toHaveLength(2);
  });

  async function put(target: string, reason = ''): Promise<void> {
    await client.send(new PutItemCommand({ TableName, Item: { target: { S: target }, reason: { S: reason } } }));
  }
});

test('a function gets an entry when the log has it', async () => {
  const records = [{ sequenceNumber: '1', createdAt: 0, event: recordOf('jti#local#a') }];
  let isLogged = false;
  const catchUp = async () => {
    await turnOfEvents();
    isLogged = true;
  };
  const reader = afterEntries({ read: async () => records, close: () => {} }, { catchUp });
  expect(await reader.read()).toBe(records);
  expect(isLogged).toBe(true);
});

test('a watch skips everything that was written before, and goes on after DynamoDB was down', async () => {
  const records = (target: string) => [{ sequenceNumber: '1', createdAt: 0, event: recordOf(target) }];
  const reads = [
    ...[() => records('jti#local#a'), () => records('jti#local#b'), () => []],
    ...[() => Promise.reject(new Error('down')), () => records('kid#local#k1')],
  ];
  const reader = { read: async () => reads.shift()?.() ?? [], close: () => {} };
  const events: RunEvent[] = [];
  const entries = await watchEntries(reader, ALIASES, (event) => void events.push(event));
  await expect.poll(() => events).toMatchObject([{ level: 'key', issuer: 'local' }]);
  await entries.stop();
});

test('a watch of a table without entries does not miss the first one', async () => {
  const TableName = `empty-${randomUUID()}`;
  await ensureTables(endpoint, [tableSettingsOf(tableIn(smallTemplate()), TableName)]);
  const events: RunEvent[] = [];
  const reader = new StreamReader(endpoint, TableName, 'TRIM_HORIZON');
  const entries = await watchEntries(reader, ALIASES, (event) => void events.push(event));
  await client.send(new PutItemCommand({ TableName, Item: { target: { S: 'jti#local#a' } } }));
  await entries.catchUp();
  expect(events).toHaveLength(1);
  await entries.stop();
});

describe('the event of an entry', () => {
  test.each([
    ['jti#local#a', 'token', 'local'],
    ['th#local#a', 'token', 'local'],
    ['sid#local#a', 'session', 'local'],
    ['sub#former#a#b', 'subject', 'former'],
    ['cid#local#a', 'client', 'local'],
    ['clm#local#tenant#acme', 'claim', 'local'],
    ['kid#local#a', 'key', 'local'],
    ['iss#local', 'issuer', 'local'],
    // An alias that no issuer has may be a claim's value by a slip.
    ['sub#alice#local', 'subject', ''],
    ['sub#alice', 'unknown', ''],
    ['alice', 'unknown', ''],
    ['', 'unknown', ''],
  ])('with the target "%s" has the level %s and the issuer "%s", and nothing else of it', (target, level, issuer) => {
    const event = { event: 'entry', at: 7, change: 'written', level, issuer };
    expect(entryEventOf(recordOf(target), ALIASES, 7)).toEqual(event);
  });

  test('has no piece of a token that was written by mistake', () => {
    const token = `eyJ${'hbGciOiJSUzI1NiJ9'}.e30.${'b'.repeat(43)}`;
    for (const target of [token, `jti#local#${token}`, `jti#${token}`, `jti#${token}#a`, `${token}#local#a`]) {
      expect(jsonLine(entryEventOf(recordOf(target), ALIASES, 7))).not.toMatch(/eyJ|bbb|e30/);
    }
  });

  test('without a target is of an unknown level', () => {
    const removed = { eventName: 'REMOVE', dynamodb: { Keys: { target: { N: '1' } } } };
    expect(entryEventOf(removed, ALIASES, 7)).toMatchObject({ change: 'removed', level: 'unknown', issuer: '' });
    expect(entryEventOf({}, ALIASES, 7)).toMatchObject({ change: 'written', level: 'unknown', issuer: '' });
  });
});

function recordOf(target: string) {
  return { eventName: 'INSERT', dynamodb: { Keys: { target: { S: target } } } };
}
