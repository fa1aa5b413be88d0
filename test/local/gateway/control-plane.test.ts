import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { APIGatewayClient, FlushStageAuthorizersCacheCommand } from '@aws-sdk/client-api-gateway';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createSigner } from '../../../lambda/network/aws-signature.ts';
import { stackOf } from '../../../local/cloudformation/stack.ts';
import type { Template } from '../../../local/cloudformation/template.ts';
import { accessKeyOf } from '../../../local/functions/function-environment.ts';
import { type ControlPlane, controlPlane } from '../../../local/gateway/control-plane.ts';
import { flushCallersOf } from '../../../local/gateway/flush-callers.ts';
import { rolePermissionsOf } from '../../../local/iam/permissions.ts';
import type { RunEvent } from '../../../local/log/run-event.ts';
import { changed, lambdaFunction, smallTemplate, templateWith } from '../../support/gateway/small-template.ts';

const flushed = vi.fn<(api: string, stageName: string) => void>();
const APIS = [
  { kind: 'rest', apiId: 'localapi01', stageNames: ['v1', 'v2'] },
  { kind: 'http', apiId: 'localapi02', stageNames: ['$default', 'v1'] },
] as const;
let plane: ControlPlane;
let events: RunEvent[];

/** A flush by the developer. */
const FLUSH = { event: 'flush', at: expect.any(Number), function: '' };

beforeEach(async () => {
  events = [];
  await start(smallTemplate());
});
afterEach(() => {
  plane.server.close();
  flushed.mockReset();
});

describe.each([
  { kind: 'a REST API', accepted: 202, api: '/restapis/localapi01', stages: ['v1', 'v2'], apiId: 'localapi01' },
  { kind: 'an HTTP API', accepted: 204, api: '/v2/apis/localapi02', stages: ['$default', 'v1'], apiId: 'localapi02' },
])('$kind', ({ accepted, api, stages, apiId }) => {
  test('each of its stages is flushed, and no other', async () => {
    for (const stage of stages) expect(await flush(api, stage)).toEqual({ status: accepted });
    expect(flushed.mock.calls).toEqual(stages.map((stage) => [apiId, stage]));
    expect(plane.flushes()).toBe(stages.length);
    expect(events).toEqual(stages.map((stage) => ({ ...FLUSH, apiId, stage })));
  });

  test.each([
    ['another stage', (right: string) => right, 'v9'],
    ['another API', (right: string) => right.replace('localapi', 'otherapi'), stages[0] ?? ''],
    ['an API of another kind', otherKind, 'v1'],
  ])('%s is not found', async (_, path, stage) => {
    expect(await flush(path(api), stage)).toEqual({ status: 404, error: 'NotFoundException' });
    expect([flushed.mock.calls, events]).toEqual([[], []]);
  });

  test('a flush that is not accepted flushes nothing', async () => {
    plane.setFlushEffect('rejected');
    expect(await flush(api, 'v1')).toEqual({ status: 429, error: 'TooManyRequestsException' });
    expect([plane.flushes(), events]).toEqual([0, []]);
  });

  test('a flush without effect is accepted like any other', async () => {
    plane.setFlushEffect('never');
    expect(await flush(api, 'v1')).toEqual({ status: accepted });
    expect([flushed.mock.calls, events]).toEqual([[], []]);
  });

  test('a late flush takes effect later, and is logged then', async () => {
    plane.setFlushEffect({ afterMilliseconds: 100 });
    await flush(api, 'v1');
    expect([flushed.mock.calls, events]).toEqual([[], []]);
    await vi.waitUntil(() => flushed.mock.calls.length === 1);
    expect(events).toEqual([{ ...FLUSH, apiId, stage: 'v1' }]);
  });
});

describe('the log of a flush', () => {
  test.each([
    ['settled', 'flush settled'],
    ['at-once', 'flush'],
    ['another mode', 'flush'],
  ])('by a function with the mode %s is a %s of that function', async (MODE, event) => {
    plane.server.close();
    await start(templateWith({ AnyName: lambdaFunction('flusher', { MODE }) }));
    await flush('/restapis/localapi01', 'v1', accessKeyOf('AnyName'));
    expect(events).toEqual([{ ...FLUSH, event, apiId: 'localapi01', stage: 'v1', function: 'AnyName' }]);
  });
});

const CACHE = '/cache/authorizers';

describe('a role with a permission on', () => {
  test.each([
    ['the cache of the REST stage', '/restapis/localapi01', 'v1', [`/restapis/localapi01/stages/v1${CACHE}`], 202],
    ['that of another stage', '/restapis/localapi01', 'v1', [`/restapis/localapi01/stages/v2${CACHE}`], 403],
    ['the cache of the HTTP stage', '/v2/apis/localapi02', 'v1', [`/apis/localapi02/stages/v1${CACHE}`], 204],
    ['the path with the version', '/v2/apis/localapi02', 'v1', [`/v2/apis/localapi02/stages/v1${CACHE}`], 403],
    [
      'both spellings of the default stage',
      '/v2/apis/localapi02',
      '$default',
      [`/apis/localapi02/stages/$default${CACHE}`, `/apis/localapi02/stages/%24default${CACHE}`],
      204,
    ],
    ['only one spelling', '/v2/apis/localapi02', '$default', [`/apis/localapi02/stages/$default${CACHE}`], 403],
  ])('%s flushes as it allows', async (_, api, stage, resources, status) => {
    plane.server.close();
    await start(permitted(resources));
    expect(await flush(api, stage, accessKeyOf('Backend'))).toMatchObject({ status });
    expect(flushed).toHaveBeenCalledTimes(status === 403 ? 0 : 1);
  });
});

test("AWS's own client names an error as AWS does", async () => {
  plane.server.close();
  await start(templateWith({ RolePolicy: undefined }));
  const client = new APIGatewayClient({
    ...{ endpoint: address(), region: 'eu-west-1', maxAttempts: 1 },
    credentials: { accessKeyId: accessKeyOf('Backend'), secretAccessKey: 'local' },
  });
  const command = new FlushStageAuthorizersCacheCommand({ restApiId: 'localapi01', stageName: 'v1' });
  await expect(client.send(command)).rejects.toMatchObject({
    name: 'AccessDeniedException',
    $metadata: { httpStatusCode: 403 },
  });
  client.destroy();
});

async function start(template: Template): Promise<void> {
  const stack = stackOf('small', template);
  const mayCall = rolePermissionsOf(stack);
  const log = (event: RunEvent) => void events.push(event);
  const apis = APIS.map((api) => ({ ...api, flush: (stageName: string) => flushed(api.apiId, stageName) }));
  plane = controlPlane({ apis, mayCall, flushCallerOf: flushCallersOf(stack), queues: new Map(), log });
  plane.server.listen(0, '127.0.0.1');
  await once(plane.server, 'listening');
}

function permitted(paths: readonly string[]): Template {
  const Resource = paths.map((path) => `arn:aws:apigateway:eu-west-1::${path}`);
  return changed('RolePolicy', {
    PolicyDocument: { Statement: { Effect: 'Allow', Action: 'apigateway:DELETE', Resource } },
  });
}

function otherKind(path: string): string {
  return path.startsWith('/v2') ? path.replace('/v2/apis', '/restapis') : path.replace('/restapis', '/v2/apis');
}

function address(): string {
  return `http://127.0.0.1:${(plane.server.address() as AddressInfo).port}`;
}

/** Flushes as the flusher does. */
async function flush(api: string, stage: string, accessKeyId = 'local'): Promise<{ status: number; error?: string }> {
  const sign = createSigner({
    ...{ service: 'apigateway', region: 'eu-west-1' },
    credentials: { accessKeyId, secretAccessKey: 'local' },
  });
  const url = new URL(`${api}/stages/${encodeURIComponent(stage)}/cache/authorizers`, address());
  const headers = sign({ host: url.host }, '', Date.now());
  const response = await fetch(url, { method: 'DELETE', headers });
  const error = response.headers.get('x-amzn-ErrorType');
  return { status: response.status, ...(error !== null && { error }) };
}
