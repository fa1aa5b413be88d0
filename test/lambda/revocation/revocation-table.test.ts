import { json as requestBody } from 'node:stream/consumers';
import { describe, expect, inject, it } from 'vitest';
import { CannotDecideError } from '../../../lambda/errors.ts';
import type { ReadEntries } from '../../../lambda/revocation/revocation-list.ts';
import {
  type BatchGetItem,
  createEntryReader,
  createTimedEntryReader,
  type TableReadEvent,
} from '../../../lambda/revocation/revocation-table.ts';
import { type Answer, body, hang, json, reset, startLoopbackServer } from '../../support/network/loopback-server.ts';
import { entryReaderAt } from '../../support/table/entry-reader.ts';
import { createRevocationTable } from '../../support/table/test-table.ts';
import { loopbackIssuer } from '../../support/tokens/loopback-issuer.ts';
import { expectNoPieceOf } from '../../support/tokens/rejection.ts';

const { fresh, tokenOf } = loopbackIssuer();
const good = tokenOf();

describe('C6 a revocation table that cannot answer', () => {
  const table = 'revocations';
  const error = (type: string, status = 400) =>
    body(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: good }), status);
  const item = (target: unknown, more: object = {}) =>
    json({ Responses: { [table]: [{ target, ...more }] }, UnprocessedKeys: {} });
  const unprocessed = json({
    Responses: { [table]: [] },
    UnprocessedKeys: { [table]: { Keys: [{ target: { S: 'jti#main#token-1' } }] } },
  });
  const faults: readonly (readonly [what: string, detail: string, answer: Answer])[] = [
    ['is throttled', 'ProvisionedThroughputExceededException', error('ProvisionedThroughputExceededException')],
    ['is throttled as an account', 'ThrottlingException', error('ThrottlingException')],
    ['denies access', 'AccessDeniedException', error('AccessDeniedException')],
    ['is missing', 'ResourceNotFoundException', error('ResourceNotFoundException')],
    ['finds the request wrong', 'ValidationException', error('ValidationException')],
    ['fails inside', 'InternalServerError', error('InternalServerError', 500)],
    ['is unavailable', 'status 503', body('<html>503</html>', 503)],
    ['never answers', 'timeout', hang],
    ['resets the connection', 'ECONNRESET', reset],
    ['leaves all keys unprocessed', 'UnprocessedKeys', unprocessed],
    ['answers for a key not asked', 'an item that was not asked for', item({ S: 'jti#main#token-2' })],
    [
      'answers with an item without key',
      'an item that was not asked for',
      json({ Responses: { [table]: [{ before: { N: '1' } }] } }),
    ],
    ['answers with a key of another type', 'an item that was not asked for', item({ N: '1' })],
    [
      'answers about another table',
      'an answer that names no table',
      json({ Responses: { other: [] }, UnprocessedKeys: {} }),
    ],
    ['answers without answers', 'an answer that names no table', json({})],
    ['answers with a page', 'status 200', body('<html>hello</html>')],
    ['answers with nothing', 'status 200', body('')],
  ];

  it.concurrent.each(faults)('that %s: 500, nothing remembered, the next call fine', async (_, detail, answer) => {
    const dynamoDb = await startLoopbackServer(answer);
    const authorizer = fresh({ readEntries: entryReaderAt(dynamoDb.address, table) });
    const outcome = await authorizer.decide(`Bearer ${good}`);
    expect(outcome.kind).toBe('failed');
    expect(authorizer.log().map(({ event }) => event)).toEqual(['key-set-refreshed', 'failed']);
    expect(authorizer.log()[1]).toMatchObject({ failureCause: 'revocation-table', detail, Failed: 1 });
    expectNoPieceOf(`Bearer ${good}`, authorizer, outcome);
    dynamoDb.answerWith(json({ Responses: { [table]: [] }, UnprocessedKeys: {} }));
    expect((await authorizer.decide(`Bearer ${good}`)).kind).toBe('allowed');
    await dynamoDb.close();
  });

  it('that does not exist in a real DynamoDB: 500', async () => {
    const readEntries = entryReaderAt(inject('dynamoDbEndpoint'), 'no-such-table', 10_000);
    const authorizer = fresh({ readEntries });
    expect((await authorizer.decide(`Bearer ${good}`)).kind).toBe('failed');
    expect(authorizer.log().at(-1)).toMatchObject({
      failureCause: 'revocation-table',
      detail: 'ResourceNotFoundException',
    });
  });

  it('and then can: the entry it holds counts', async () => {
    const { name, put } = await createRevocationTable();
    await put({ target: { S: 'jti#main#token-1' } });
    const readEntries = entryReaderAt(inject('dynamoDbEndpoint'), name, 10_000);
    expect(await fresh({ readEntries }).decide(`Bearer ${good}`)).toEqual({
      kind: 'unauthorized',
    });
  });
});

describe('what is asked of the table', () => {
  it('is one strongly consistent read of every target, once, and of nothing more than is needed', async () => {
    const asked: unknown[] = [];
    const dynamoDb = await startLoopbackServer(async (response, request) => {
      asked.push(await requestBody(request));
      json({ Responses: { revocations: [] } })(response, request);
    });
    const readEntries = entryReaderAt(dynamoDb.address, 'revocations');
    await fresh({ readEntries }).decide(`Bearer ${good}`);
    const values = [
      'jti#main#token-1',
      'sid#main#session-1',
      'sub#main#alice',
      'cid#main#client-1',
      'kid#main#ec-1',
      'iss#main',
    ];
    expect(asked).toEqual([
      {
        RequestItems: {
          revocations: {
            Keys: values.map((value) => ({ target: { S: value } })),
            ConsistentRead: true,
            ProjectionExpression: '#target, #before',
            ExpressionAttributeNames: { '#target': 'target', '#before': 'before' },
          },
        },
      },
    ]);
    await dynamoDb.close();
  });

  it('that throws no error is a failure too', async () => {
    const readEntries = createEntryReader(() => Promise.reject('x'), 'revocations');
    await expect(readEntries(['iss#main'])).rejects.toMatchObject({
      failureCause: 'revocation-table',
      detail: 'unknown error',
    });
  });
});

describe('keys that DynamoDB leaves unprocessed', () => {
  const left = (...targets: readonly string[]) => ({
    t: { Keys: targets.map((target) => ({ target: { S: target } })) },
  });
  const found = (...targets: readonly string[]) => ({ t: targets.map((target) => ({ target: { S: target } })) });
  /** Gives the answers in turn, and records the keys of each request and whether the read is strongly consistent. */
  const inTurn = (...answers: readonly Awaited<ReturnType<BatchGetItem>>[]) => {
    const asked: unknown[] = [];
    const readEntries = createEntryReader(async ({ RequestItems }) => {
      const { Keys = [], ConsistentRead } = RequestItems?.t ?? {};
      asked.push([Keys.map((key) => key.target?.S), ConsistentRead]);
      return answers[asked.length - 1] ?? {};
    }, 't');
    return { asked, readEntries };
  };

  it('are requested once more, strongly consistent, and alone', async () => {
    const { asked, readEntries } = inTurn(
      { Responses: found('a'), UnprocessedKeys: left('b', 'c') },
      { Responses: found('c'), UnprocessedKeys: {} },
    );
    expect((await readEntries(['a', 'b', 'c'])).map(({ target }) => target)).toEqual(['a', 'c']);
    expect(asked).toEqual([
      [['a', 'b', 'c'], true],
      [['b', 'c'], true],
    ]);
  });

  it('are requested in one attempt, so that the decision ends in time', async () => {
    const dynamoDb = await startLoopbackServer((response, request) => {
      const isFirst = dynamoDb.requests.length === 1;
      (isFirst ? json({ Responses: found('a'), UnprocessedKeys: left('b') }) : body('', 500))(response, request);
    });
    await expect(entryReaderAt(dynamoDb.address, 't')(['a', 'b'])).rejects.toMatchObject({ detail: 'status 500' });
    expect(dynamoDb.requests).toHaveLength(2);
    await dynamoDb.close();
  });

  it('a second time leave us without an answer', async () => {
    const unprocessed = { Responses: found(), UnprocessedKeys: left('a') };
    const { asked, readEntries } = inTurn(unprocessed, unprocessed, { Responses: found('a') });
    await expect(readEntries(['a'])).rejects.toMatchObject({ detail: 'UnprocessedKeys' });
    expect(asked).toHaveLength(2);
  });

  it.each([
    ['of another table', { other: { Keys: [{ target: { S: 'a' } }] } }],
    ['without a target', { t: { Keys: [{}] } }],
  ])('%s leave us without an answer', async (_, UnprocessedKeys) => {
    const { readEntries } = inTurn({ Responses: found('a'), UnprocessedKeys });
    await expect(readEntries(['a'])).rejects.toMatchObject({ detail: 'UnprocessedKeys' });
  });
});

/** A timed reader whose clock moves by 2.4 ms each time it is read. */
function timed(readEntries: ReadEntries) {
  const events: TableReadEvent[] = [];
  let milliseconds = 0;
  const clock = () => {
    milliseconds += 2.4;
    return milliseconds;
  };
  return { events, read: createTimedEntryReader(readEntries, (event) => void events.push(event), clock) };
}

describe('a timed read of the revocation table', () => {
  it('gives the same answer, and reports its time', async () => {
    const entry = { target: 'jti#main#1', before: undefined };
    const { read, events } = timed(async (targets) => (targets.includes(entry.target) ? [entry] : []));
    expect(await read([entry.target])).toEqual([entry]);
    expect(events).toEqual([{ event: 'table-read', milliseconds: 2 }]);
  });

  it('fails with the same error, and reports its time too', async () => {
    const failure = new CannotDecideError('revocation-table', 'timeout');
    const { read, events } = timed(() => Promise.reject(failure));
    await expect(read([])).rejects.toBe(failure);
    expect(events).toHaveLength(1);
  });
});
