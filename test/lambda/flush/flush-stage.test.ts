import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { APIGatewayClient, FlushStageAuthorizersCacheCommand } from '@aws-sdk/client-api-gateway';
import { afterAll, describe, expect, it } from 'vitest';
import { createStageFlusher } from '../../../lambda/flush/flush-stage.ts';
import { awsSigner } from '../../support/network/aws-signer.ts';
import { freePort } from '../../support/network/free-port.ts';
import { testCredentials } from '../../support/table/test-table.ts';

type Reply = readonly [status: number, errorType?: string] | 'reset';

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A control plane that answers each request with the next reply, the last one again and again. */
async function startControlPlane(...replies: readonly Reply[]) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    const reply = replies[Math.min(requests.length, replies.length - 1)] ?? 'reset';
    requests.push(request);
    if (reply === 'reset') return response.destroy();
    const [status, errorType] = reply;
    const headers = errorType === undefined ? {} : { 'x-amzn-errortype': errorType };
    return response.writeHead(status, headers).end(status < 300 ? undefined : '{"message":"…"}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  const endpoint = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return { requests, flush: createStageFlusher({ endpoint, region: 'eu-west-1', credentials }), endpoint };
}

const credentials = { ...testCredentials, sessionToken: 'session/token+==' };
const stage = { restApiId: 'abc123', stageName: 'live-1_a' };
const httpStage = { httpApiId: 'xyz789', stageName: '$default' };

/** A request without its signature, which depends on the time. */
function said({ method, url, headers }: IncomingMessage) {
  const { host, accept, authorization = '', 'x-amz-security-token': sessionToken } = headers;
  return {
    method,
    url,
    host,
    accept,
    sessionToken,
    scope: /Credential=([^/]+)\/\d{8}\/([^,]+),/.exec(authorization)?.slice(1),
  };
}

it("a flush asks what AWS's own client asks, and 202 is success", async () => {
  const { requests, flush, endpoint } = await startControlPlane([202]);
  const client = new APIGatewayClient({ endpoint: endpoint.href, region: 'eu-west-1', credentials });
  await client.send(new FlushStageAuthorizersCacheCommand(stage));
  client.destroy();
  await flush(stage);
  const [theirs, ours] = requests.map(said);
  expect(ours).toEqual(theirs);
  expect(ours?.url).toBe('/restapis/abc123/stages/live-1_a/cache/authorizers');
});

describe("a flush of an HTTP API's stage", () => {
  it("names $default as AWS's own client encodes a stage, and 204 is success", async () => {
    const { requests, flush, endpoint } = await startControlPlane([204]);
    const client = new APIGatewayClient({ endpoint: endpoint.href, region: 'eu-west-1', credentials });
    await client.send(new FlushStageAuthorizersCacheCommand({ restApiId: 'xyz789', stageName: '$default' }));
    client.destroy();
    await flush(httpStage);
    const [theirs, ours] = requests.map(said);
    expect(ours).toEqual({ ...theirs, url: theirs?.url?.replace('/restapis/', '/v2/apis/') });
    expect(ours?.url).toBe('/v2/apis/xyz789/stages/%24default/cache/authorizers');
  });

  it.each(['$default', 'live-1_a'])("of the name %s is signed as AWS's own signer signs what arrived", async (name) => {
    const { requests, flush } = await startControlPlane([204]);
    await flush({ ...httpStage, stageName: name });
    const [request] = requests;
    expect(request?.headers.authorization).toBe(await signatureOf(request as IncomingMessage));
  });

  it('is asked for again after throttling, and given up at once where the stage is gone', async () => {
    const throttled = await startControlPlane([429, 'TooManyRequestsException'], [204]);
    await throttled.flush(httpStage);
    expect(throttled.requests).toHaveLength(2);
    const gone = await startControlPlane([404, 'NotFoundException']);
    await expect(gone.flush(httpStage)).rejects.toMatchObject({ name: 'NotFoundException', status: 404 });
    expect(gone.requests).toHaveLength(1);
  });
});

/** The Authorization header that AWS's own signer writes for a request as a server sees it. */
async function signatureOf({ method = '', url = '', headers }: IncomingMessage): Promise<string | undefined> {
  const { authorization = '', 'x-amz-date': time } = headers;
  const names = /SignedHeaders=([^,]+)/.exec(authorization)?.[1]?.split(';') ?? [];
  const signed = Object.fromEntries(names.map((name) => [name, String(headers[name])]));
  const signer = awsSigner({ service: 'apigateway', region: 'eu-west-1', credentials });
  const signingDate = new Date(String(time).replace(/(....)(..)(..)T(..)(..)(..)/, '$1-$2-$3T$4:$5:$6'));
  const request = { method, path: url, protocol: 'http:', hostname: String(headers.host), headers: signed };
  return (await signer.sign(request, { signingDate })).headers.authorization;
}

describe('a flush is tried again', () => {
  it.concurrent.each<[string, Reply]>([
    ['throttling', [429, 'TooManyRequestsException']],
    ['a fault of API Gateway', [500]],
    ['an unavailable service', [503, 'ServiceUnavailableException']],
    ['a broken connection', 'reset'],
  ])('after %s, signed for the time of each attempt', async (_, reply) => {
    const { requests, flush } = await startControlPlane(reply, [202]);
    await flush(stage);
    expect(requests).toHaveLength(2);
    expect(requests.map(said)[1]).toEqual(requests.map(said)[0]);
  });

  it('five times at most, and fails by the name of the last error', async () => {
    const { requests, flush } = await startControlPlane([503, 'ServiceUnavailableException:http://internal/']);
    await expect(flush(stage)).rejects.toMatchObject({ name: 'ServiceUnavailableException' });
    expect(requests).toHaveLength(5);
  });
});

it.each([200, 299])('a flush that is answered with %i is accepted', async (status) => {
  const { flush } = await startControlPlane([status]);
  await expect(flush(httpStage)).resolves.toBeUndefined();
});

it.each<[string, number, Reply]>([
  ['status 300', 300, [300]],
  ['AccessDeniedException', 403, [403, 'AccessDeniedException']],
  ['NotFoundException', 404, [404, 'NotFoundException']],
  ['status 400', 400, [400]],
])('a flush is given up at once on %s, by its name', async (name, status, reply) => {
  const { requests, flush } = await startControlPlane(reply);
  await expect(flush(stage)).rejects.toMatchObject({ name, status });
  expect(requests).toHaveLength(1);
});

it('a flush that reaches no server fails by the error of the connection', async () => {
  const endpoint = new URL(`http://127.0.0.1:${await freePort()}`);
  await expect(createStageFlusher({ endpoint, region: 'eu-west-1', credentials })(stage)).rejects.toMatchObject({
    name: 'ECONNREFUSED',
  });
});
