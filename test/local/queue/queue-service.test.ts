import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createSigner } from '../../../lambda/network/aws-signature.ts';
import { stackOf } from '../../../local/cloudformation/stack.ts';
import { accessKeyOf } from '../../../local/functions/function-environment.ts';
import { type ControlPlane, controlPlane } from '../../../local/gateway/control-plane.ts';
import { flushCallersOf } from '../../../local/gateway/flush-callers.ts';
import { rolePermissionsOf } from '../../../local/iam/permissions.ts';
import type { Queue } from '../../../local/queue/queue.ts';
import { queuesOf } from '../../../local/queue/queues.ts';
import { queueTemplate } from '../../support/gateway/queue-template.ts';

const ADDRESS = 'https://sqs.eu-west-1.amazonaws.com/000000000000/small-Queue';
const FIFO = { FifoQueue: true };

let plane: ControlPlane;
afterEach(() => plane.server.close());

test('a function whose role has the permission sends a message', async () => {
  const queue = await start();
  const { status, body } = await send({ QueueUrl: ADDRESS, MessageBody: 'a' });
  expect(status).toBe(200);
  expect(body).toEqual({
    MessageId: queue.messages[0]?.messageId,
    MD5OfMessageBody: '0cc175b9c0f1b6a831c399e269772661',
  });
  expect(queue.messages).toMatchObject([{ body: 'a' }]);
});

test('a message of a FIFO queue has its group, its deduplication id and a number', async () => {
  const queue = await start(FIFO);
  const { body } = await send({
    ...{ QueueUrl: `${ADDRESS}.fifo`, MessageBody: 'a', MessageGroupId: 'g', MessageDeduplicationId: '1' },
  });
  expect(queue.messages).toMatchObject([{ groupId: 'g', deduplicationId: '1', sequenceNumber: body.SequenceNumber }]);
});

test('a function whose role lacks the permission is denied, and nothing is sent', async () => {
  const { QueuePolicy: _, ...Resources } = queueTemplate().Resources;
  const queue = await start({}, Resources);
  expect(await send({ QueueUrl: ADDRESS, MessageBody: 'a' })).toMatchObject({
    status: 403,
    body: { __type: 'com.amazonaws.sqs#AccessDeniedException' },
  });
  expect(queue.messages).toEqual([]);
});

test.each([
  ['QueueDoesNotExist', {}, { QueueUrl: `${ADDRESS}-other`, MessageBody: 'a' }],
  ['MissingRequiredParameterException', {}, { QueueUrl: ADDRESS }],
  ['InvalidParameterValueException', {}, { QueueUrl: ADDRESS, MessageBody: 'a'.repeat(1024 * 1024 + 1) }],
  ['MissingRequiredParameterException', FIFO, { QueueUrl: `${ADDRESS}.fifo`, MessageBody: 'a' }],
  ['InvalidParameterValueException', FIFO, { QueueUrl: `${ADDRESS}.fifo`, MessageBody: 'a', MessageGroupId: 'g' }],
  [
    'InvalidParameterValueException',
    { ...FIFO, ContentBasedDeduplication: true },
    { QueueUrl: `${ADDRESS}.fifo`, MessageBody: 'a', MessageGroupId: 'g', DelaySeconds: 1 },
  ],
])('%s is the answer for the queue %j and the message %j', async (name, settings, input) => {
  const queue = await start(settings);
  expect(await send(input)).toMatchObject({ status: 400, body: { __type: `com.amazonaws.sqs#${name}` } });
  expect(queue.messages).toEqual([]);
});

test('another operation is unknown', async () => {
  await start();
  expect(await send({ QueueUrl: ADDRESS }, 'AmazonSQS.DeleteQueue')).toMatchObject({
    status: 400,
    body: { __type: 'com.amazonaws.sqs#UnknownOperationException' },
  });
});

async function start(settings = {}, Resources = queueTemplate({ queue: settings }).Resources): Promise<Queue> {
  const stack = stackOf('small', { Resources });
  const queues = queuesOf(stack);
  const mayCall = rolePermissionsOf(stack);
  plane = controlPlane({ apis: [], mayCall, flushCallerOf: flushCallersOf(stack), queues, log: () => {} });
  plane.server.listen(0, '127.0.0.1');
  await once(plane.server, 'listening');
  const queue = queues.get(stack.attribute('Queue', 'Arn'));
  if (queue === undefined) throw new Error('The template has no queue.');
  return queue;
}

/** Sends a request as the backend does. */
async function send(input: object, operation = 'AmazonSQS.SendMessage') {
  const credentials = { accessKeyId: accessKeyOf('Backend'), secretAccessKey: 'local' };
  const sign = createSigner({ service: 'sqs', region: 'eu-west-1', credentials });
  const host = `127.0.0.1:${(plane.server.address() as AddressInfo).port}`;
  const body = JSON.stringify(input);
  const headers = { host, 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': operation };
  const signed = sign(headers, body, Date.now());
  const response = await fetch(`http://${host}/`, { method: 'POST', headers: signed, body });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}
