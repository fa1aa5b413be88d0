import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { afterEach, expect, it } from 'vitest';
import { createApiGatewayClient, createStageFlusher } from '../../lambda/flush-stage.ts';
import { testCredentials } from '../support/revocation-table.ts';

let server: Server | undefined;

afterEach(() => {
  server?.close();
  delete process.env.AWS_ENDPOINT_URL_API_GATEWAY;
});

/** A control plane that answers each request with the next status, and notes what was asked. */
async function controlPlane(...statuses: readonly number[]) {
  const requests: string[] = [];
  const answers = [...statuses];
  server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const status = answers.shift() ?? 500;
    const errorType = status === 429 ? { 'x-amzn-errortype': 'TooManyRequestsException' } : {};
    response.writeHead(status, { 'content-type': 'application/json', ...errorType }).end(status === 202 ? '' : '{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { requests, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const stage = { restApiId: 'abc123', stageName: 'live' };
const deletion = 'DELETE /restapis/abc123/stages/live/cache/authorizers';

function client(endpoint: string, maxAttempts: number): APIGatewayClient {
  return new APIGatewayClient({ endpoint, region: 'eu-west-1', credentials: testCredentials, maxAttempts });
}

it('a flush is the deletion of the stage’s authorizer cache, and 202 is success', async () => {
  const { requests, endpoint } = await controlPlane(202);
  await createStageFlusher(client(endpoint, 1))(stage);
  expect(requests).toEqual([deletion]);
});

it('throttling is tried again', async () => {
  const { requests, endpoint } = await controlPlane(429, 202);
  await createStageFlusher(client(endpoint, 2))(stage);
  expect(requests).toEqual([deletion, deletion]);
});

it('a refusal for want of permission is not, and names its cause', async () => {
  const { requests, endpoint } = await controlPlane(403);
  await expect(createStageFlusher(client(endpoint, 5))(stage)).rejects.toThrow();
  expect(requests).toHaveLength(1);
});

it('the client that the function uses tries five times', async () => {
  await expect(createApiGatewayClient().config.maxAttempts()).resolves.toBe(5);
});
