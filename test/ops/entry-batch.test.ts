import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type LoopbackServer, startLoopbackServer } from '../support/loopback-server.ts';
import { trustedIssuer } from '../support/trusted-issuer.ts';
import { describedAuthorizer, type OperatorAtWork, operatorAtWork } from './operator-at-work.ts';

interface BatchWrite {
  readonly RequestItems: Readonly<Record<string, readonly unknown[]>>;
}

const MOST_AT_ONCE = 10;

/** A DynamoDB under load: it takes ten puts of each batch, and leaves the others to be sent again. */
async function throttled(response: ServerResponse, request: IncomingMessage): Promise<void> {
  const sent = await buffer(request);
  const isWrite = String(request.headers['x-amz-target']).endsWith('BatchWriteItem');
  if (!isWrite) return forward(request, sent, (status, body) => void response.writeHead(status, JSON_TYPE).end(body));
  const { RequestItems } = JSON.parse(String(sent)) as BatchWrite;
  const [[table = '', puts = []] = []] = Object.entries(RequestItems);
  const accepted = JSON.stringify({ RequestItems: { [table]: puts.slice(0, MOST_AT_ONCE) } });
  const left = puts.slice(MOST_AT_ONCE);
  forward(request, Buffer.from(accepted), (status) => {
    const UnprocessedItems = left.length === 0 ? {} : { [table]: left };
    response.writeHead(status, JSON_TYPE).end(JSON.stringify({ UnprocessedItems }));
  });
}

const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.0' };

function forward(request: IncomingMessage, body: Buffer, done: (status: number, body: Buffer) => void): void {
  const headers = { ...request.headers, 'content-length': String(body.length) };
  const onward = httpRequest(inject('dynamoDbEndpoint'), { method: 'POST', headers }, async (answer) => {
    done(answer.statusCode ?? 500, await buffer(answer));
  });
  onward.end(body);
}

let dynamoDb: LoopbackServer;
let operator: OperatorAtWork;
beforeAll(async () => {
  dynamoDb = await startLoopbackServer((response, request) => void throttled(response, request));
  operator = await operatorAtWork(describedAuthorizer([trustedIssuer()]), { dynamodb: dynamoDb.address });
});
afterAll(async () => {
  await operator.leave();
  await dynamoDb.close();
});

it('what DynamoDB leaves unprocessed is sent again until everything is there', async () => {
  const lines = Array.from({ length: 130 }, (_, index) => `subject,s${index}`);
  const { exitCode, out } = await operator.run('import -', ['level,value', ...lines].join('\n'));
  expect({ exitCode, out }).toEqual({ exitCode: 0, out: expect.stringMatching(/130 entries written/) });
  expect((await operator.document('list --all')).entries).toHaveLength(130);
});
