import { randomUUID } from 'node:crypto';
import { DeleteTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { isObject, type Json, listOf, objectOf } from '../../../local/cloudformation/template.ts';
import { localClientOptions } from '../../../local/dynamodb/dynamodb-endpoint.ts';
import { ensureTables, type TableSettings, tableSettingsOf } from '../../../local/dynamodb/table.ts';
import type { InvocationResult } from '../../../local/functions/lambda-environment.ts';
import { type EventSourceMapping, recordFilterOf } from '../../../local/stream/event-source-mapping.ts';
import { pollStream, type StreamPoller } from '../../../local/stream/stream-poller.ts';
import { StreamReader } from '../../../local/stream/stream-reader.ts';
import { smallTemplate, tableIn } from '../../support/gateway/small-template.ts';

const endpoint = inject('dynamoDbEndpoint');
const client = new DynamoDBClient(localClientOptions(endpoint));

let settings: TableSettings;
let pollers: StreamPoller[];
/** What the function was invoked with: the targets of each batch. */
let batches: string[][];
let said: string[];
let failures: number;

beforeEach(async () => {
  settings = tableSettingsOf(tableIn(smallTemplate()), `stream-${randomUUID()}`);
  pollers = [];
  batches = [];
  said = [];
  failures = 0;
  await ensureTables(endpoint, [settings]);
});

afterEach(async () => {
  await Promise.all(pollers.map((poller) => poller.stop()));
});

test('earlier changes are read from the horizon, in order and in batches', async () => {
  await put('a', 'b', 'c');
  await start({ batchSize: 2 });
  await expect.poll(() => batches).toEqual([['a', 'b'], ['c']]);
});

test('earlier changes are not read from the latest record on', async () => {
  await put('a');
  await start({ startingPosition: 'LATEST' });
  await put('b');
  await expect.poll(() => batches).toEqual([['b']]);
});

test('the first change of a table is read from the latest record on', async () => {
  await start({ startingPosition: 'LATEST' });
  await put('a');
  await put('b');
  await expect.poll(() => batches.flat()).toEqual(['a', 'b']);
});

test('changes that the filter leaves out are not delivered', async () => {
  const wants = recordFilterOf(['{"dynamodb":{"Keys":{"target":{"S":["b"]}}}}']);
  await start(wants === undefined ? {} : { wants });
  await put('a', 'b');
  await expect.poll(() => batches).toEqual([['b']]);
});

test('a batch that fails is delivered again before any later one', async () => {
  failures = 2;
  await put('a');
  await start({});
  await put('b');
  await expect.poll(() => batches.flat()).toEqual(['a', 'b']);
  expect(said).toHaveLength(2);
});

test('a batch that fails too often is given up with a message, and the next one is delivered', async () => {
  failures = 2;
  await put('a');
  await start({ retryAttempts: 1, batchSize: 1 });
  await put('b');
  await expect.poll(() => batches).toEqual([['b']]);
  expect(said.at(-1)).toContain('not given 1 records again');
});

test('a batching window collects changes into one batch', async () => {
  await start({ batchingWindowSeconds: 2, batchSize: 2 });
  await put('a', 'b');
  await expect.poll(() => batches).toEqual([['a', 'b']]);
});

test('a new table of the same name is read from its beginning', async () => {
  await put('a');
  await start({ startingPosition: 'LATEST' });
  await client.send(new DeleteTableCommand({ TableName: settings.create.TableName }));
  await ensureTables(endpoint, [settings]);
  await put('b');
  await expect.poll(() => batches).toEqual([['b']]);
});

test('an invocation that a stop ends is no failure to speak of', async () => {
  const ended = Promise.withResolvers<InvocationResult>();
  const invoked = Promise.withResolvers<void>();
  const busy: EventSourceMapping['function'] = {
    functionName: 'reader',
    functionArn: 'arn',
    invocations: () => 0,
    invoke: () => {
      invoked.resolve();
      return ended.promise;
    },
    recycle: async () => ended.resolve({ error: { errorType: 'Runtime.ExitError', errorMessage: 'Runtime exited' } }),
  };
  await put('a');
  await start({ function: busy });
  await invoked.promise;
  await pollers[0]?.stop();
  expect(said).toEqual([]);
});

async function put(...targets: readonly string[]): Promise<void> {
  for (const target of targets) {
    await client.send(new PutItemCommand({ TableName: settings.create.TableName, Item: { target: { S: target } } }));
  }
}

async function start(parts: Partial<EventSourceMapping>): Promise<void> {
  const mapping: EventSourceMapping = {
    tableName: settings.create.TableName,
    function: { functionName: 'reader', functionArn: 'arn', invoke, invocations: () => 0, recycle: async () => {} },
    startingPosition: 'TRIM_HORIZON',
    batchSize: 100,
    batchingWindowSeconds: 0,
    retryAttempts: Number.POSITIVE_INFINITY,
    maximumRecordAgeSeconds: 60,
    bisect: false,
    wants: () => true,
    ...parts,
  };
  const reader = new StreamReader(endpoint, mapping.tableName, mapping.startingPosition);
  pollers.push(await pollStream(mapping, reader, (line) => said.push(line)));
}

async function invoke(event: Json): Promise<InvocationResult> {
  failures -= 1;
  if (failures >= 0) return { error: { errorType: 'Error', errorMessage: 'not now' } };
  batches.push(listOf(isObject(event) ? event : {}, 'Records').map(targetOf));
  return { payload: null };
}

function targetOf(record: Json): string {
  const keys = objectOf(objectOf(isObject(record) ? record : {}, 'dynamodb'), 'Keys');
  return String(objectOf(keys, 'target').S);
}
