import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { SelfSignedCertificate } from './self-signed-certificate.ts';

/** How the server answers one request. */
export type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** A key set, or a table, over real HTTP on loopback. It records the requests. */
export interface LoopbackServer {
  /** `http://127.0.0.1:<port>`, or `https://…` */
  readonly address: string;
  /** The paths asked for, in order. */
  readonly requests: readonly string[];
  /** Sets the answer from now on, for all paths without an answer of their own. */
  answerWith(answer: Answer, path?: string): void;
  close(): Promise<void>;
}

export interface LoopbackOptions {
  /** Speaks HTTPS with this certificate. @default HTTP */
  readonly tls?: SelfSignedCertificate;
  /** @default any free one */
  readonly port?: number;
}

export async function startLoopbackServer(
  initial: Answer,
  { tls, port = 0 }: LoopbackOptions = {},
): Promise<LoopbackServer> {
  const answers = new Map<string | undefined, Answer>([[undefined, initial]]);
  const requests: string[] = [];
  const listen: RequestListener = (request, response) => {
    const path = request.url ?? '';
    requests.push(path);
    response.on('error', () => undefined);
    const answer = answers.get(path) ?? answers.get(undefined);
    answer?.(response, request);
  };
  const server =
    tls === undefined ? createServer(listen) : createTlsServer({ cert: tls.certificate, key: tls.privateKey }, listen);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('A TCP server has an address and a port.');
  return {
    address: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${bound.port}`,
    requests,
    answerWith: (answer, path) => void answers.set(path, answer),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export function json(document: unknown): Answer {
  return (response) => response.setHeader('content-type', 'application/json').end(JSON.stringify(document));
}

export function keySet(...keys: readonly unknown[]): Answer {
  return json({ keys });
}

export function body(text: string, status = 200): Answer {
  return (response) => response.writeHead(status).end(text);
}

export function redirectTo(address: string): Answer {
  return (response) => response.writeHead(302, { location: address }).end();
}

/** Gives one answer to each request, in order, and the last one from then on. */
export function inTurn(...answers: readonly Answer[]): Answer {
  let asked = 0;
  return (response, request) => {
    const answer = answers[Math.min(asked, answers.length - 1)];
    asked += 1;
    answer?.(response, request);
  };
}

/** A slow answer. */
export function afterSeconds(seconds: number, answer: Answer): Answer {
  return (response, request) => {
    const waiting = setTimeout(() => answer(response, request), seconds * 1000);
    response.on('close', () => clearTimeout(waiting));
  };
}

export const hang: Answer = () => undefined;

export const reset: Answer = (_, request) => request.socket.resetAndDestroy();

/** Half an answer, after which the connection is reset. */
export const breakOff: Answer = (response, request) => {
  response.writeHead(200, { 'content-length': '1000' });
  response.write('{"keys":[', () => request.socket.resetAndDestroy());
};

/** One byte at a time without end: each read succeeds, and the answer never ends. */
export const drip: Answer = (response) => {
  response.writeHead(200);
  const drops = setInterval(() => response.write(' '), 20);
  response.on('close', () => clearInterval(drops));
};

/** Megabytes, as many as the other side reads. */
export function flood(megabytes: number): Answer {
  const megabyte = Buffer.alloc(1_000_000, ' ');
  return (response) => {
    response.writeHead(200);
    let sent = 0;
    const pour = () => {
      while (sent < megabytes && !response.destroyed) {
        sent += 1;
        if (!response.write(megabyte)) return;
      }
      response.end();
    };
    response.on('drain', pour);
    pour();
  };
}
