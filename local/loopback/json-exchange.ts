import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Json } from '../cloudformation/template.ts';

/** A request to one of the servers of the local run that exchange JSON. */
export interface JsonRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** The header `Authorization`; empty: the request has none. */
  readonly authorization: string;
  /** The header `Content-Type`; empty: the request has none. */
  readonly contentType: string;
  /** undefined: the request has no body, or not JSON. */
  readonly content: Json | undefined;
}

export interface JsonAnswer {
  readonly status: number;
  /** undefined: the answer has no body. */
  readonly content?: Json;
  readonly headers?: Readonly<Record<string, string>>;
}

const MAX_BYTES = 64 * 1024;

/** undefined: the body is too large. */
export async function readRequest(incoming: IncomingMessage): Promise<JsonRequest | undefined> {
  const body = await bodyOf(incoming);
  if (body === undefined) return undefined;
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  const { authorization = '', 'content-type': contentType = '' } = incoming.headers;
  const { method = 'GET' } = incoming;
  return { method, path: pathname, query: searchParams, authorization, contentType, content: parsed(body) };
}

async function bodyOf(incoming: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parsed(body: string): Json | undefined {
  try {
    return JSON.parse(body) as Json;
  } catch {
    return undefined;
  }
}

export function failure(status: number, description: string): JsonAnswer {
  return { status, content: { error: description } };
}

export function writeAnswer(response: ServerResponse, { status, content, headers = {} }: JsonAnswer): void {
  const type = content === undefined ? {} : { 'Content-Type': 'application/json' };
  response.writeHead(status, { 'Cache-Control': 'no-store', ...type, ...headers });
  response.end(content === undefined ? undefined : JSON.stringify(content));
}
