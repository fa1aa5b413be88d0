import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Say } from '../errors.ts';
import type { ReportRunEvent } from '../log/run-event.ts';
import { loggedPath } from '../log/withheld-token.ts';
import type { Gateway, GatewayAnswer, HttpResponse } from './exchange/gateway.ts';
import type { GatewayRequest } from './exchange/gateway-request.ts';

/** API Gateway's limits: 10,240 bytes of request line and headers together, and 10 MB of body. */
const MAX_HEADER_BYTES = 10_240;
const MAX_BODY_BYTES = 10 * 1024 * 1024;

export interface GatewayServerListeners {
  /** Receives messages for the person at the terminal. */
  readonly say: Say;
  readonly log: ReportRunEvent;
}

/** Serves the gateway over HTTP. */
export function gatewayServer(gateway: Gateway, { say, log }: GatewayServerListeners): Server {
  return createServer({ maxHeaderSize: MAX_HEADER_BYTES }, async (incoming, response) => {
    const start = performance.now();
    const requestId = randomUUID();
    const answer = await answerTo(incoming, requestId, gateway, say);
    send(response, answer);
    const path = loggedPath(incoming.url ?? '');
    const { status, decision = { event: 'request' as const }, responseType } = answer;
    const milliseconds = Math.round(performance.now() - start);
    const { method = '' } = incoming;
    log({ ...decision, at: Date.now(), requestId, method, path, status, milliseconds, responseType });
  });
}

const INTERNAL_ERROR: HttpResponse = {
  status: 500,
  headers: { 'Content-Type': 'application/json' },
  body: '{"message":"Internal server error"}',
};

const TOO_LARGE: HttpResponse = {
  status: 413,
  headers: { 'Content-Type': 'application/json', Connection: 'close' },
  body: '{"message":"Request Entity Too Large"}',
};

async function answerTo(
  incoming: IncomingMessage,
  requestId: string,
  gateway: Gateway,
  say: Say,
): Promise<GatewayAnswer> {
  try {
    const body = await bodyOf(incoming);
    return body === undefined ? TOO_LARGE : await gateway(requestOf(incoming, requestId, body));
  } catch (error) {
    say(`The local gateway failed: ${error instanceof Error ? error.message : error}`);
    return INTERNAL_ERROR;
  }
}

async function bodyOf(incoming: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Reads `rawHeaders`: Node keeps only the first of several Authorization headers in `headers`. */
function requestOf(incoming: IncomingMessage, requestId: string, body: Uint8Array): GatewayRequest {
  const { rawHeaders } = incoming;
  const headers = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ''] as const] : [],
  );
  return {
    requestId,
    method: incoming.method ?? 'GET',
    target: incoming.url ?? '/',
    headers,
    body,
    sourceIp: (incoming.socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/, ''),
  };
}

function send(response: ServerResponse, { status, headers, body }: HttpResponse): void {
  for (const [name, value] of Object.entries(headers)) {
    response.setHeader(name, typeof value === 'string' ? value : [...value]);
  }
  response.statusCode = status;
  response.end(body);
}
