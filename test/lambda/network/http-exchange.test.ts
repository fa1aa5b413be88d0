import { Agent } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  exchange,
  HttpExchangeError,
  type HttpLimits,
  type HttpResponse,
} from '../../../lambda/network/http-exchange.ts';
import { startDeafListener } from '../../support/network/deaf-listener.ts';
import { freePort } from '../../support/network/free-port.ts';
import {
  type Answer,
  body,
  breakOff,
  drip,
  flood,
  hang,
  type LoopbackServer,
  redirectTo,
  reset,
  startLoopbackServer,
} from '../../support/network/loopback-server.ts';

const otherProtocol: Answer = (_, request) => {
  request.socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: tcp\r\n\r\n');
};

/** Milliseconds that no test of this file waits for. */
const LONG = 60_000;

let server: LoopbackServer;
let agent: Agent;
beforeEach(async () => {
  server = await startLoopbackServer(body('good'));
  agent = new Agent({ keepAlive: true });
});
afterEach(async () => {
  agent.destroy();
  await server.close();
});

function ask(limits: Partial<HttpLimits> = {}, request: { onlyStatus?: number; body?: string } = {}) {
  const asked = { method: 'POST', headers: { 'x-asked': 'yes' }, agent, ...request } as const;
  return exchange(new URL(server.address), asked, { total: LONG, bytes: 100, ...limits });
}

it('sends what it is given and returns the whole response', async () => {
  const seen: unknown[] = [];
  server.answerWith(async (response, request) => {
    const parts = await Array.fromAsync(request as AsyncIterable<Buffer>);
    seen.push([request.method, request.headers['x-asked'], Buffer.concat(parts).toString('utf8')]);
    response.writeHead(418);
    response.write('hé');
    response.end('llo');
  });
  expect(await ask({}, { body: 'é?' })).toEqual({ status: 418, text: 'héllo' } satisfies HttpResponse);
  expect(seen).toEqual([['POST', 'yes', 'é?']]);
});

describe('gives up', () => {
  const cases: readonly (readonly [string, Answer, Partial<HttpLimits>, RegExp])[] = [
    ['on a response that never comes', hang, { total: 50 }, /^timeout$/],
    ['on a response that drips', drip, { total: 50, bytes: 1e9 }, /^timeout$/],
    ['at once when no time is left', hang, { total: -1 }, /^timeout$/],
    ['on more bytes than it may read', body('x'.repeat(101)), {}, /^answer is too large$/],
    ['on a response without end', flood(100), {}, /^answer is too large$/],
    ['on a connection that is reset', reset, {}, /^ECONNRESET$/],
    ['on a response that breaks off', breakOff, {}, /^ECONNRESET$/],
    ['on a response in another protocol', otherProtocol, {}, /^connection closed$/],
  ];

  it.each(cases)('%s', async (_, answer, limits, message) => {
    server.answerWith(answer);
    const failure = await ask(limits).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(HttpExchangeError);
    expect((failure as HttpExchangeError).message).toMatch(message);
    expect(server.requests.length).toBeLessThanOrEqual(1);
  });

  it('on a port where nobody listens', async () => {
    const url = new URL(`http://127.0.0.1:${await freePort()}`);
    const request = { method: 'GET', headers: {}, agent: false } as const;
    await expect(exchange(url, request, { total: LONG, bytes: 1 })).rejects.toThrow('ECONNREFUSED');
  });

  it('on a connection that is not established, long before the time for the response is over', async () => {
    await using deaf = await startDeafListener();
    const request = { method: 'GET', headers: {}, agent: false } as const;
    const limits = { connect: 50, total: LONG, bytes: 1 };
    await expect(exchange(new URL(deaf.address), request, limits)).rejects.toThrow('connection timeout');
  });
});

it('reads exactly as many bytes as it may', async () => {
  server.answerWith(body('x'.repeat(100)));
  expect(await ask()).toMatchObject({ text: 'x'.repeat(100) });
});

it.each([
  ['a new connection', false],
  ['a connection that stands already', true],
])('counts the time to connect only until the connection is established: %s', async (_, stands) => {
  if (stands) await ask();
  const { promise: asked, resolve } = Promise.withResolvers<Parameters<Answer>[0]>();
  server.answerWith(resolve);
  const answer = ask({ connect: 20 });
  const response = await asked;
  await expect(ask({ total: 100 })).rejects.toThrow('timeout');
  response.end('late');
  expect(await answer).toEqual({ status: 200, text: 'late' });
});

it('sends another request over the connection that it has', async () => {
  const ports: unknown[] = [];
  server.answerWith((response, request) => {
    ports.push(request.socket.remotePort);
    response.end('good');
  });
  for (let index = 0; index < 3; index += 1) expect(await ask({ connect: LONG })).toMatchObject({ text: 'good' });
  expect(new Set(ports).size).toBe(1);
  expect(ports).toHaveLength(3);
});

it('does not read a response of another status than the wanted one, and closes its connection', async () => {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  server.answerWith((response, request) => {
    response.on('close', resolve);
    drip(response, request);
  });
  expect(await ask({}, { onlyStatus: 201 })).toEqual({ status: 200, text: '' });
  await closed;
});

it('follows no redirect', async () => {
  server.answerWith(redirectTo(`${server.address}/elsewhere`));
  expect(await ask()).toEqual({ status: 302, text: '' });
  expect(server.requests).toEqual(['/']);
});
