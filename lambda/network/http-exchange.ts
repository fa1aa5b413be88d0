import { type Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface HttpRequest {
  readonly method: 'DELETE' | 'GET' | 'PATCH' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** An agent for the URL's protocol; `false`: a connection of its own, closed afterwards. */
  readonly agent: Agent | false;
  /** A response of any other status is not read: its text is empty. @default every response is read */
  readonly onlyStatus?: number;
}

export interface HttpLimits {
  /** Milliseconds until the connection is established, TLS not counted. @default only `total` counts */
  readonly connect?: number;
  /** Milliseconds until the last byte of the response. */
  readonly total: number;
  /** Maximum size of the response's body. */
  readonly bytes: number;
}

export interface HttpResponse {
  readonly status: number;
  readonly text: string;
  /** AWS's code for an error, where a header names it (Amazon API Gateway REST API reference, "Common Error Types"). */
  readonly errorType?: string | undefined;
}

/**
 * The exchange did not complete within its limits. `message` is the limit exceeded or a Node error code (`ECONNREFUSED`),
 * never text from the peer.
 */
export class HttpExchangeError extends Error {
  /** The limit that was exceeded; undefined: the connection failed. */
  readonly limit: 'time' | 'size' | undefined;

  constructor(message: string, limit?: 'time' | 'size') {
    super(message);
    this.name = 'HttpExchangeError';
    this.limit = limit;
  }
}

/**
 * Sends one request and returns its response. Follows no redirect and retries nothing.
 *
 * By Node's own modules, because the global `fetch` costs a cold start about 50 ms. @throws HttpExchangeError
 */
export function exchange(
  url: URL,
  { body, onlyStatus, ...options }: HttpRequest,
  limits: HttpLimits,
): Promise<HttpResponse> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send(url, options, (response) => {
      const { statusCode: status = 0 } = response;
      const finish = (text: string): void => {
        request.off('close', lose);
        resolve({ status, text, errorType: errorTypeOf(response) });
      };
      if (onlyStatus === undefined || status === onlyStatus) return readText(response, limits.bytes, finish, abandon);
      finish('');
      request.destroy();
    });
    const abandon = (error: NodeJS.ErrnoException): void => {
      reject(error instanceof HttpExchangeError ? error : new HttpExchangeError(error.code ?? 'network error'));
      request.destroy();
    };
    const lose = (): void => abandon(new HttpExchangeError('connection closed'));
    limitTime(request, limits, abandon);
    request.on('error', abandon);
    // Always comes last, and with neither response nor error after a status of 101.
    request.on('close', lose);
    request.end(body);
  });
}

/** AWS's code for an error, from `TooManyRequestsException:http://…`: what follows the colon is the namespace. */
function errorTypeOf({ headers }: IncomingMessage): string | undefined {
  const value = headers['x-amzn-errortype'];
  return typeof value === 'string' ? value.replace(/:.*$/, '') : undefined;
}

/** Reads by events: the stream's iterator would cost a cold start more than the rest of this file. */
function readText(
  response: IncomingMessage,
  maxBytes: number,
  done: (text: string) => void,
  abandon: (error: Error) => void,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) abandon(new HttpExchangeError('answer is too large', 'size'));
    else chunks.push(chunk);
  });
  response.on('end', () => done(Buffer.concat(chunks).toString('utf8')));
  response.on('error', abandon);
}

function limitTime(request: ClientRequest, { connect, total }: HttpLimits, abandon: (error: Error) => void): void {
  const limit = (milliseconds: number, name: string): NodeJS.Timeout => {
    const timer = setTimeout(() => abandon(new HttpExchangeError(name, 'time')), Math.max(0, milliseconds));
    request.on('close', () => clearTimeout(timer));
    return timer;
  };
  limit(total, 'timeout');
  if (connect === undefined) return;
  const connecting = limit(connect, 'connection timeout');
  request.on('socket', (socket) => {
    if (socket.connecting) socket.once('connect', () => clearTimeout(connecting));
    else clearTimeout(connecting);
  });
}

export interface RetryPlan {
  readonly attempts: number;
  /** Maximum pause after the first attempt in milliseconds, doubled each time; undefined: another attempt cannot help. */
  readonly pauseAfter: (error: unknown) => number | undefined;
}

/** The result of the first attempt that succeeds. @throws what the last one threw */
export async function withRetries<T>(attempt: () => Promise<T>, plan: RetryPlan, made = 1): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    const pause = made < plan.attempts ? plan.pauseAfter(error) : undefined;
    if (pause === undefined) throw error;
    // Full jitter: callers that were throttled together must not come back together.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * pause * 2 ** (made - 1)));
    return withRetries(attempt, plan, made + 1);
  }
}
