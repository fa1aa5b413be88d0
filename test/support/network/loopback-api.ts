import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, inTurn, startLoopbackServer } from './loopback-server.ts';

/** A request as the API has received it. */
export interface SeenRequest {
  readonly method: string;
  /** The path and the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An API on loopback that gives one answer to each request, in order, and the last one from then on. */
export interface LoopbackApi {
  /** Without a slash at the end. */
  readonly address: string;
  readonly seen: readonly SeenRequest[];
  /** The values of `Authorization`, in order. */
  authorizations(): readonly (string | undefined)[];
  /** The requests that wait for their response. */
  open(): number;
  close(): Promise<void>;
}

export async function startLoopbackApi(...answers: readonly Answer[]): Promise<LoopbackApi> {
  const seen: SeenRequest[] = [];
  const open = new Set<ServerResponse>();
  const answer = inTurn(...answers);
  const server = await startLoopbackServer((response, request) => {
    open.add(response);
    response.on('close', () => open.delete(response));
    readBody(request, (body) => {
      seen.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body });
      answer(response, request);
    });
  });
  return {
    address: `${server.address}/v1`,
    seen,
    authorizations: () => seen.map(({ headers }) => headers.authorization),
    open: () => open.size,
    close: () => server.close(),
  };
}

function readBody(request: IncomingMessage, then: (body: string) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => then(Buffer.concat(chunks).toString('utf8')));
}

type Headers = Readonly<Record<string, string>>;

/** An answer with problem details, as our gateway responses have them. */
export function status(code: number, headers: Headers = {}): Answer {
  return (response) => response.writeHead(code, headers).end(JSON.stringify({ type: 'about:blank', status: code }));
}

/** The first half of a body, and never the second. */
export const halfOfABody: Answer = (response) => {
  response.writeHead(200, { 'Content-Length': '10' });
  response.write('12345');
};
