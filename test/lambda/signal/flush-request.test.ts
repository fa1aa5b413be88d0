import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFlushRequest, type FlushQueue, FlushRequestError } from '../../../lambda/signal/flush-request.ts';
import { freePort } from '../../support/network/free-port.ts';
import {
  type Answer,
  body,
  inTurn,
  json,
  type LoopbackServer,
  reset,
  startLoopbackServer,
} from '../../support/network/loopback-server.ts';
import { NOW } from '../../support/tokens/sample-issuer.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const accepted: Answer = json({ MessageId: '5fea7756', MD5OfMessageBody: 'digest', SequenceNumber: '1' });

/** How SQS answers an error in its JSON protocol. */
const rejects = (code: string, status = 400): Answer =>
  body(JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message: 'The queue flushes.fifo holds alice.' }), status);

let sqs: LoopbackServer;
let sent: { readonly target: unknown; readonly authorization: unknown; readonly message: unknown }[] = [];
beforeAll(async () => {
  sqs = await startLoopbackServer(accepted);
});
afterAll(() => sqs.close());

/** SQS over loopback, which notes what it is sent. */
function answering(answer: Answer): void {
  sent = [];
  sqs.answerWith(async (response, request) => {
    const { 'x-amz-target': target, authorization } = request.headers;
    sent.push({ target, authorization, message: JSON.parse(await text(request)) });
    answer(response, request);
  });
}

function flushRequest(more: Partial<FlushQueue> = {}): () => Promise<void> {
  const queueUrl = `${sqs.address}/123456789012/flushes.fifo`;
  return createFlushRequest({ queueUrl, every: 30, region: 'eu-west-1', credentials, now: () => NOW * 1000, ...more });
}

it('a request for a flush is one signed message of the group, named by its period', async () => {
  answering(accepted);
  await flushRequest()();
  expect(sent).toEqual([
    {
      target: 'AmazonSQS.SendMessage',
      authorization: expect.stringContaining('/eu-west-1/sqs/aws4_request'),
      message: {
        QueueUrl: `${sqs.address}/123456789012/flushes.fifo`,
        MessageBody: 'flush',
        MessageGroupId: 'flush',
        MessageDeduplicationId: String(NOW / 30),
      },
    },
  ]);
});

it.each([
  [NOW, NOW + 29.999, true],
  [NOW, NOW + 30, false],
  [NOW - 0.001, NOW, false],
])('requests at %d and %d name one period: %s', async (one, other, isSame) => {
  answering(accepted);
  await flushRequest({ now: () => one * 1000 })();
  await flushRequest({ now: () => other * 1000 })();
  const [first, second] = sent.map(({ message }) => (message as Record<string, string>).MessageDeduplicationId);
  expect(first === second).toBe(isSame);
});

it('a request goes to another address of SQS if there is one', async () => {
  answering(accepted);
  await flushRequest({ queueUrl: 'https://sqs.example/1/flushes.fifo', endpoint: new URL(sqs.address) })();
  expect(sent).toMatchObject([{ message: { QueueUrl: 'https://sqs.example/1/flushes.fifo' } }]);
});

describe('a request that fails', () => {
  it('is repeated with the same name, so that the queue takes it once', async () => {
    answering(inTurn(reset, rejects('ThrottlingException'), accepted));
    await flushRequest()();
    expect(sent).toHaveLength(3);
    expect(new Set(sent.map(({ message }) => JSON.stringify(message))).size).toBe(1);
  });

  it.each([
    ['AccessDeniedException', rejects('AccessDeniedException')],
    ['QueueDoesNotExist', rejects('QueueDoesNotExist')],
    ['InternalFailure', body('{"__type":"InternalFailure"}', 500)],
    ['status 503', body('<html>busy</html>', 503)],
  ])('three times is an error that names the reason, and nothing of the request: %s', async (detail, answer) => {
    answering(answer);
    const error = await flushRequest()().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(FlushRequestError);
    expect(error).toMatchObject({
      name: 'FlushRequestError',
      failureCause: 'flush-queue',
      detail,
      message: `No flush was requested (${detail})`,
    });
    expect(sent).toHaveLength(3);
  });

  it('without a connection is such an error as well', async () => {
    const queueUrl = `http://127.0.0.1:${await freePort()}/1/flushes.fifo`;
    await expect(flushRequest({ queueUrl })()).rejects.toMatchObject({ detail: 'ECONNREFUSED' });
  });
});
