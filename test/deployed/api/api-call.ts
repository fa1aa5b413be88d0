import { Agent as HttpAgent, type IncomingHttpHeaders, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';

export interface ApiRequest {
  /** @default GET */
  readonly method?: string;
  /** Below the stage, sent byte for byte: dots, double slashes and percent signs stay. */
  readonly path: string;
  /** Values of Authorization headers, one line each. @default none */
  readonly authorization?: readonly string[];
  /** The name of those headers. @default Authorization */
  readonly header?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Sends a request. @throws Error when there is no answer */
export type CallApi = (request: ApiRequest) => Promise<Answer>;

/** Milliseconds; API Gateway itself gives a backend 29 s. */
const TIMEOUT = 35_000;

/**
 * Maximum number of requests under way. Each one may start a function's environment, and a laptop cannot start dozens of them
 * within the authorizer's timeout: it would answer 503.
 */
const MAX_CONNECTIONS = 4;

/** Uses Node's own client, since `fetch` normalizes paths and joins headers. @param api - base URL with the stage */
export function apiCaller(api: string, signal: AbortSignal): CallApi {
  const { protocol, hostname, port, pathname } = new URL(api);
  const isTls = protocol === 'https:';
  const options = { keepAlive: true, maxSockets: MAX_CONNECTIONS };
  const agent = isTls ? new HttpsAgent(options) : new HttpAgent(options);
  const request = isTls ? requestHttps : requestHttp;
  const basePath = pathname.replace(/\/$/, '');
  const attempt = ({ method = 'GET', path, authorization = [], header = 'Authorization' }: ApiRequest) =>
    new Promise<Answer>((resolve, reject) => {
      const headers = authorization.length === 0 ? {} : { [header]: [...authorization] };
      const place = { hostname, port, path: `${basePath}${path}` };
      const sent = request({ ...place, method, headers, agent, signal, timeout: TIMEOUT });
      sent.on('timeout', () => sent.destroy(new Error(`The API did not answer within ${TIMEOUT / 1000} s.`)));
      sent.on('error', (error) => reject(sent.reusedSocket ? new StaleConnectionError(error) : error));
      sent.on('response', (response) => {
        const { statusCode: status = 0, headers } = response;
        text(response).then((body) => resolve({ status, headers, body }), reject);
      });
      sent.end();
    });
  // The server may close an idle connection just as the request reuses it.
  return (asked) =>
    attempt(asked).catch((error: unknown) => {
      if (error instanceof StaleConnectionError && !signal.aborted) return attempt(asked);
      throw error;
    });
}

class StaleConnectionError extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause });
    this.name = 'StaleConnectionError';
  }
}
