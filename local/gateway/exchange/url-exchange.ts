import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { buffer } from 'node:stream/consumers';
import type { HttpResponse } from './gateway.ts';
import type { GatewayRequest } from './gateway-request.ts';
import { valuesByName } from './values-by-name.ts';

/** Headers of one connection (RFC 9110 section 7.6.1), and those that the next one has of its own. */
const OF_ONE_CONNECTION =
  /^(connection|content-length|expect|host|keep-alive|proxy-.+|te|trailer|transfer-encoding|upgrade)$/;

/** A request for the backend of a proxied route. */
export interface BackendRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Uint8Array;
  readonly timeoutMilliseconds: number;
}

/** The headers that a proxy passes on, by name in lower case. */
export function forwardedHeaders({ headers }: GatewayRequest): ReadonlyMap<string, string[]> {
  const sent = headers
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !OF_ONE_CONNECTION.test(name));
  return new Map(Object.entries(valuesByName(sent)));
}

/** @throws Error when the backend does not answer: a `TimeoutError` when it does not do so in time */
export async function exchangeWithBackend(request: BackendRequest): Promise<HttpResponse> {
  const signal = AbortSignal.timeout(request.timeoutMilliseconds);
  try {
    return await exchange(request, signal);
  } catch (error) {
    // Node wraps the reason in an error of its own.
    throw signal.aborted ? signal.reason : error;
  }
}

async function exchange(request: BackendRequest, signal: AbortSignal): Promise<HttpResponse> {
  const { url, method, headers, body } = request;
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = send(url, { method, headers, signal, agent: false });
    outgoing.on('response', resolve).on('error', reject).end(body);
  });
  return { status: response.statusCode ?? 502, headers: responseHeaders(response), body: await buffer(response) };
}

function responseHeaders({ headersDistinct }: IncomingMessage): HttpResponse['headers'] {
  const kept = Object.entries(headersDistinct).filter(([name]) => !OF_ONE_CONNECTION.test(name));
  return Object.fromEntries(kept.map(([name, values = []]) => [name, values]));
}
