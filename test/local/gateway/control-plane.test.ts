import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { APIGatewayClient, FlushStageAuthorizersCacheCommand } from '@aws-sdk/client-api-gateway';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { stackOf } from '../../../local/cloudformation/stack.ts';
import type { Template } from '../../../local/cloudformation/template.ts';
import { accessKeyOf } from '../../../local/functions/lambda-functions.ts';
import { type ControlPlane, controlPlane } from '../../../local/gateway/control-plane.ts';
import { rolePermissionsOf } from '../../../local/iam/permissions.ts';
import { smallTemplate, templateWith } from '../../support/gateway/small-template.ts';

const flush = vi.fn();
let plane: ControlPlane;

beforeEach(() => start(smallTemplate()));
afterEach(() => {
  plane.server.close();
  flush.mockReset();
});

test('a function whose role has the permission flushes the cache', async () => {
  expect(await flushAs(accessKeyOf('Backend'))).toBe(202);
  expect(flush).toHaveBeenCalledOnce();
  expect(plane.flushes()).toBe(1);
});

test('a function whose role lacks the permission is denied, and nothing is flushed', async () => {
  plane.server.close();
  await start(templateWith({ RolePolicy: undefined }));
  await expect(flushAs(accessKeyOf('Backend'))).rejects.toMatchObject({
    name: 'AccessDeniedException',
    $metadata: { httpStatusCode: 403 },
  });
  expect(flush).not.toHaveBeenCalled();
});

test('the developer may flush', async () => {
  expect(await flushAs('local')).toBe(202);
});

test.each([
  ['other', 'v1'],
  ['localapi01', 'v2'],
])('the stage %s/%s is not found', async (restApiId, stageName) => {
  await expect(flushAs('local', restApiId, stageName)).rejects.toMatchObject({ name: 'NotFoundException' });
});

test('a flush without effect is accepted like any other', async () => {
  plane.setFlushEffect('never');
  expect(await flushAs('local')).toBe(202);
  expect(flush).not.toHaveBeenCalled();
});

test('a late flush takes effect later', async () => {
  plane.setFlushEffect({ afterMilliseconds: 100 });
  await flushAs('local');
  expect(flush).not.toHaveBeenCalled();
  await vi.waitUntil(() => flush.mock.calls.length === 1);
});

async function start(template: Template): Promise<void> {
  const mayCall = rolePermissionsOf(stackOf('small', template));
  plane = controlPlane({ apiId: 'localapi01', stageName: 'v1', mayCall, flush, queues: new Map() });
  plane.server.listen(0, '127.0.0.1');
  await once(plane.server, 'listening');
}

/** Flushes with AWS’s own client, which names the error as AWS does. */
async function flushAs(accessKeyId: string, restApiId = 'localapi01', stageName = 'v1'): Promise<number | undefined> {
  const client = new APIGatewayClient({
    endpoint: `http://127.0.0.1:${(plane.server.address() as AddressInfo).port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId, secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  const { $metadata } = await client.send(new FlushStageAuthorizersCacheCommand({ restApiId, stageName }));
  client.destroy();
  return $metadata.httpStatusCode;
}
