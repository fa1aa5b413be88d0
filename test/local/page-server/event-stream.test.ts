import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RunEvent } from '../../../local/log/run-event.ts';
import { type RunEventFeed, runEventFeed } from '../../../local/log/run-event-feed.ts';
import { sendEvents } from '../../../local/page-server/event-stream.ts';

let feed: RunEventFeed;
let server: Server;
let port: number;

beforeEach(async () => {
  feed = runEventFeed();
  server = createServer((request, response) => {
    sendEvents(feed, Number(request.headers['last-event-id'] ?? 0), response);
    server.emit('answered', response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterEach(async () => {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
});

function requestTo(path: string): RunEvent {
  const exchange = { at: 1, requestId: 'r', method: 'GET', path, status: 200, milliseconds: 1 };
  return { event: 'request', ...exchange };
}

/** Asks for the events on a connection that reads nothing yet. */
async function readerAfter(lastEventId: number) {
  const socket = connect(port, '127.0.0.1');
  socket.pause();
  socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nLast-Event-ID: ${lastEventId}\r\n\r\n`);
  const [response] = (await once(server, 'answered')) as [ServerResponse];
  return { socket, response };
}

async function readUntil(socket: AsyncIterable<Buffer>, end: RegExp): Promise<string> {
  let read = '';
  for await (const chunk of socket) {
    read = (read + chunk.toString()).slice(-100_000);
    if (end.test(read)) break;
  }
  return read;
}

it('a reader that does not read takes no memory for every event, and goes on with those that are kept', async () => {
  const { socket, response } = await readerAfter(0);
  const path = `/${'a'.repeat(8000)}`;
  for (let count = 0; count < 4000; count += 1) feed.report(requestTo(path));
  expect(response.writableLength).toBeLessThan(200_000);
  await readUntil(socket, /^id: 4000$/m);
});

it('a reader hears that it is connected before anything happens', async () => {
  const { socket } = await readerAfter(0);
  expect(await readUntil(socket, /\r\n\r\n/)).toContain('Content-Type: text/event-stream');
});

it('a reader of an earlier run gets the events of this one from the beginning', async () => {
  feed.report(requestTo('/first'));
  const { socket } = await readerAfter(57);
  expect(await readUntil(socket, /first/)).toMatch(/^id: 1$/m);
});

it('a line of a function has a type of its own, so that no function can pass off its line as an event of the run', async () => {
  feed.report({ event: 'function', at: 1, name: 'Backend', line: '{"event":"decision","outcome":"allowed"}' });
  feed.report(requestTo('/last'));
  const { socket } = await readerAfter(0);
  const read = await readUntil(socket, /last/);
  expect(read).toMatch(/^id: 1\nevent: function\ndata: \{"event":"decision"/m);
  expect(read).toMatch(/^id: 2\ndata: \{"event":"request"/m);
});
