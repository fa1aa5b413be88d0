import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from 'vitest';
import { createDynamoDbCall } from '../../../lambda/network/dynamodb-call.ts';
import { createTransactingCall } from '../../../lambda/network/dynamodb-transaction.ts';
import { startDeafListener } from '../../support/network/deaf-listener.ts';
import { freePort } from '../../support/network/free-port.ts';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What DynamoDB does with a request: a status and a body, a broken connection, or silence. */
type Reply = readonly [status: number, body: string] | 'reset' | 'silence' | 'half an answer';

const closers: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closers.splice(0)) await close();
});

/** Answers with each reply once, then with the last one. */
async function startDynamoDb(...replies: readonly Reply[]): Promise<{ endpoint: URL; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const reply = replies[Math.min(received.length, replies.length - 1)] ?? 'silence';
    received.push({ headers: request.headers, body: await text(request) });
    if (reply === 'reset') response.destroy();
    else if (reply === 'half an answer') response.writeHead(200, { 'content-length': 100 }).write('{"Respon');
    else if (reply !== 'silence') response.writeHead(reply[0]).end(reply[1]);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return { endpoint: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), received };
}

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const region = 'eu-west-1';
const error = (status: number, code: string): Reply => [status, JSON.stringify({ __type: `com.amazonaws#${code}` })];
const good: Reply = [200, '{"Responses":{}}'];

/** Signature Version 4, from AWS's description of it, over what arrived. */
function signatureOf({ headers, body }: Received): string {
  const [, date = '', names = ''] =
    /Credential=[^/]+\/(\d{8})\/.*SignedHeaders=([^,]+)/.exec(headers.authorization ?? '') ?? [];
  const sha256 = (data: string) => createHash('sha256').update(data).digest('hex');
  const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();
  const canonicalHeaders = names.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const canonical = ['POST', '/', '', canonicalHeaders.join(''), names, sha256(body)].join('\n');
  const scope = `${date}/${region}/dynamodb/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = [date, region, 'dynamodb', 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${credentials.secretAccessKey}`,
  );
  return hmac(key, toSign).toString('hex');
}

describe.each([
  ['createDynamoDbCall', createDynamoDbCall],
  ['createTransactingCall', createTransactingCall],
])('%s', (_name, createCall) => {
  it('calls DynamoDB in its JSON protocol and returns the response', async () => {
    const { endpoint, received } = await startDynamoDb(good);
    const answer = await createCall({ endpoint, region, credentials })('BatchGetItem', { a: 'é' });
    expect(answer).toEqual({ Responses: {} });
    expect(received).toHaveLength(1);
    expect(received[0]?.body).toBe('{"a":"é"}');
    expect(received[0]?.headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.BatchGetItem',
    });
  });

  it.each([
    ['long-term credentials', credentials],
    ['the session credentials of a Lambda role', { ...credentials, sessionToken: 'session/token+==' }],
  ])('signs each request with %s', async (_, identity) => {
    const { endpoint, received } = await startDynamoDb(error(500, 'InternalServerError'), good);
    await createCall({ endpoint, region, credentials: identity })('BatchGetItem', { a: 1 });
    expect(received).toHaveLength(2);
    for (const request of received) {
      expect(request.headers.authorization).toContain(`Signature=${signatureOf(request)}`);
      expect(request.headers['x-amz-security-token']).toBe(
        'sessionToken' in identity ? identity.sessionToken : undefined,
      );
    }
  });

  describe('tries again', () => {
    const curable: readonly (readonly [string, Reply])[] = [
      ['a throttled read', error(400, 'ProvisionedThroughputExceededException')],
      ['a throttled account', error(400, 'ThrottlingException')],
      ['a request limit', error(400, 'RequestLimitExceeded')],
      ['an internal error', error(500, 'InternalServerError')],
      ['an unavailable service', [503, '<html>']],
      ['a broken connection', 'reset'],
      ['silence', 'silence'],
      ['an answer that stops half-way', 'half an answer'],
    ];

    it.concurrent.each(curable)('after %s, and takes the response that comes then', async (_, reply) => {
      const { endpoint, received } = await startDynamoDb(reply, reply, good);
      const answer = await createCall({ endpoint, region, credentials })('BatchGetItem', {});
      expect(answer).toEqual({ Responses: {} });
      expect(received).toHaveLength(3);
    });

    it.concurrent.each(curable)('after %s no more than twice', async (_, reply) => {
      const { endpoint, received } = await startDynamoDb(reply);
      await expect(createCall({ endpoint, region, credentials })('BatchGetItem', {})).rejects.toThrow();
      expect(received).toHaveLength(3);
    });
  });

  it.each([
    ['ResourceNotFoundException', error(400, 'ResourceNotFoundException')],
    ['AccessDeniedException', error(400, 'AccessDeniedException')],
    ['ExpiredTokenException', error(400, 'ExpiredTokenException')],
    ['status 200', [200, 'not JSON'] satisfies Reply],
    ['status 404', [404, '[]'] satisfies Reply],
  ])('gives up at once on %s, by its name', async (name, reply) => {
    const { endpoint, received } = await startDynamoDb(reply as Reply);
    await expect(createCall({ endpoint, region, credentials })('BatchGetItem', {})).rejects.toMatchObject({
      name,
    });
    expect(received).toHaveLength(1);
  });

  it('names the error of a connection that nobody accepts', async () => {
    const endpoint = new URL(`http://127.0.0.1:${await freePort()}`);
    await expect(createCall({ endpoint, region, credentials })('BatchGetItem', {})).rejects.toMatchObject({
      name: 'ECONNREFUSED',
    });
  });

  it('gives a connection less time than a response', async () => {
    await using deaf = await startDeafListener();
    const call = createCall({ endpoint: new URL(deaf.address), region, credentials });
    await expect(call('BatchGetItem', {})).rejects.toMatchObject({ name: 'connection timeout' });
  });

  it('uses one connection again and again', async () => {
    const { endpoint, received } = await startDynamoDb(good);
    const call = createCall({ endpoint, region, credentials });
    for (let index = 0; index < 3; index += 1) await call('BatchGetItem', {});
    expect(received.map(({ headers }) => headers.connection)).toEqual(['keep-alive', 'keep-alive', 'keep-alive']);
  });
});

it('says why DynamoDB cancelled a transaction, item by item', async () => {
  const reasons = [{ Code: 'None' }, { Code: 'ConditionalCheckFailed', Item: { id: { S: 'one' } } }];
  const document = { __type: 'com.amazonaws#TransactionCanceledException', CancellationReasons: reasons };
  const { endpoint } = await startDynamoDb([400, JSON.stringify(document)], error(400, 'ValidationException'));
  const call = createTransactingCall({ endpoint, region, credentials });
  await expect(call('TransactWriteItems', {})).rejects.toMatchObject({ name: 'TransactionCanceledException', reasons });
  await expect(call('TransactWriteItems', {})).rejects.not.toHaveProperty('reasons');
});
