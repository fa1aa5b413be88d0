import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { type LoopbackServer, startLoopbackServer } from '../../../support/network/loopback-server.ts';
import {
  describedAuthorizer,
  type OperatorAtWork,
  operatorAtWork,
} from '../../../support/operator/operator-at-work.ts';
import { dateThatEndsAt } from '../../../support/table/dated-dynamodb.ts';
import { NOW, trustedIssuer } from '../../../support/tokens/sample-issuer.ts';

interface BatchGet {
  readonly RequestItems: Readonly<Record<string, { readonly Keys: readonly unknown[]; readonly ConsistentRead: true }>>;
}

/** The number of keys of a batch that are read; the others are left unprocessed. */
let keysAtOnce: number;

/** The headers of an answer, with the time of the tests. */
const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.0', date: dateThatEndsAt(NOW) };

/** The number of throttled requests, by operation, before one is answered. */
let throttledInARow: Readonly<Record<string, number>>;
let asked: Map<string, number>;
let underWay: number;
let mostUnderWay: number;

/** A DynamoDB under load: it throttles writes and reads, and reads only the first keys of each batch. */
async function busy(response: ServerResponse, request: IncomingMessage): Promise<void> {
  const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
  const sent = await buffer(request);
  const count = (asked.get(operation) ?? 0) + 1;
  asked.set(operation, count);
  if (count <= (throttledInARow[operation] ?? 0)) {
    const body = {
      __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
      message: 'slow down',
    };
    response.writeHead(400, JSON_TYPE).end(JSON.stringify(body));
    return;
  }
  underWay += 1;
  mostUnderWay = Math.max(mostUnderWay, underWay);
  await (operation === 'BatchGetItem' ? readInPart(response, request, sent) : passOn(response, request, sent));
  underWay -= 1;
}

async function readInPart(response: ServerResponse, request: IncomingMessage, sent: Buffer): Promise<void> {
  const { RequestItems } = JSON.parse(String(sent)) as BatchGet;
  const [[table = '', { Keys } = { Keys: [] }] = []] = Object.entries(RequestItems);
  const part = { RequestItems: { [table]: { Keys: Keys.slice(0, keysAtOnce), ConsistentRead: true } } };
  const { status, body } = await answerTo(request, Buffer.from(JSON.stringify(part)));
  const left = Keys.slice(keysAtOnce);
  const answer = { ...JSON.parse(String(body)), UnprocessedKeys: left.length === 0 ? {} : { [table]: { Keys: left } } };
  response.writeHead(status, JSON_TYPE).end(JSON.stringify(answer));
}

async function passOn(response: ServerResponse, request: IncomingMessage, sent: Buffer): Promise<void> {
  const { status, body } = await answerTo(request, sent);
  response.writeHead(status, JSON_TYPE).end(body);
}

function answerTo({ headers }: IncomingMessage, body: Buffer): Promise<{ status: number; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const length = { 'content-length': String(body.length) };
    const options = { method: 'POST', headers: { ...headers, ...length } };
    const onward = httpRequest(inject('dynamoDbEndpoint'), options, async (answer) => {
      resolve({ status: answer.statusCode ?? 500, body: await buffer(answer) });
    });
    onward.on('error', reject).end(body);
  });
}

let dynamoDb: LoopbackServer;
let operator: OperatorAtWork;
beforeAll(async () => {
  dynamoDb = await startLoopbackServer((response, request) => void busy(response, request));
  operator = await operatorAtWork(describedAuthorizer([trustedIssuer()]), { dynamodb: dynamoDb.address });
});
afterAll(async () => {
  await operator.leave();
  await dynamoDb.close();
});
beforeEach(() => {
  keysAtOnce = 25;
  throttledInARow = {};
  asked = new Map();
  underWay = 0;
  mostUnderWay = 0;
});

afterEach(() => vi.unstubAllEnvs());

const fileOf = (count: number, name: string) =>
  ['level,value', ...Array.from({ length: count }, (_, index) => `subject,${name}${index}`)].join('\n');

describe('an import into a DynamoDB under load', () => {
  it('reads unprocessed keys again until every entry is confirmed', async () => {
    const { exitCode, out } = await operator.run('import -', fileOf(30, 'unread'));
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: expect.stringMatching(/30 entries written, 0 were there/) });
    expect((await operator.run('import -', fileOf(31, 'unread'))).out).toMatch(
      /^eu-west-1: 1 entry written, 30 were there/,
    );
  });

  it('goes on as long as each round reads some of the keys', async () => {
    keysAtOnce = 1;
    const { exitCode, out } = await operator.run('import -', fileOf(18, 'one-by-one'));
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: expect.stringMatching(/18 entries written/) });
  });

  it.each(['PutItem', 'BatchGetItem'])(
    'goes on when it is throttled longer than the SDK tries: %s',
    async (operation) => {
      vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
      throttledInARow = { [operation]: 2 };
      const { exitCode, out } = await operator.run('import -', fileOf(1, `throttled-${operation}-`));
      expect({ exitCode, out }).toEqual({ exitCode: 0, out: expect.stringMatching(/1 entry written/) });
      expect(asked.get(operation)).toBeGreaterThan(2);
    },
  );

  it('has no more requests under way than the SDK has connections', async () => {
    // As many batches as are in progress at once: with two, one could end before the other writes.
    await operator.run('import -', fileOf(800, 'many'));
    expect(mostUnderWay).toBeGreaterThan(8);
    expect(mostUnderWay).toBeLessThanOrEqual(50);
  });

  it('writes only the entries that are missing', async () => {
    await operator.run('import -', fileOf(20, 'added'));
    asked = new Map();
    await operator.run('import -', fileOf(25, 'added'));
    expect(asked.get('PutItem')).toBe(5);
  });

  it('strengthens weaker entries and keeps stronger ones', async () => {
    await operator.table.put({ target: { S: 'sub#main#weak' }, before: { N: String(NOW - 9000) } });
    await operator.table.put({ target: { S: 'sub#main#strong' } });
    const { out } = await operator.run('import -', 'level,value\nsubject,weak\nsubject,strong');
    expect(out).toMatch(/1 entry written, 1 was there already/);
    expect(await operator.entry('sub#main#weak')).toMatchObject({ before: { N: String(NOW) } });
    expect(await operator.entry('sub#main#strong')).toEqual({ target: { S: 'sub#main#strong' } });
  });
});
