import type { FlushedStage } from '../configuration/environment.ts';
import { type AwsCredentials, createSigner, type RequestLine } from '../network/aws-signature.ts';
import { exchange, type HttpExchangeError, type HttpResponse, withRetries } from '../network/http-exchange.ts';

/**
 * Milliseconds. API Gateway's management calls share ten requests per second and account, the console's included: hence
 * the retries, which end within `MAX_FLUSH`.
 */
const CONNECTION_TIMEOUT = 500;
const REQUEST_TIMEOUT = 2000;
const ATTEMPTS = 5;
const PAUSE_AFTER_THROTTLING = 500;
const PAUSE_AFTER_FAULT = 100;

/** Maximum size of a response, which is empty or a short message. */
const MAX_BYTES = 64 * 1024;

/** API Gateway did not accept a flush. `name` is AWS's error code, or how the connection failed. */
export class FlushError extends Error {
  /** The HTTP status; undefined: there was no response. */
  readonly status: number | undefined;

  constructor(name: string, status?: number) {
    super(name);
    this.name = name;
    this.status = status;
  }
}

export interface ApiGatewayConnection {
  /** The address of API Gateway's management API. */
  readonly endpoint: URL;
  readonly region: string;
  readonly credentials: AwsCredentials;
}

/**
 * Returns what empties the result cache of every authorizer of a stage: FlushStageAuthorizersCache for a REST API (Amazon API Gateway
 * REST API reference), ResetAuthorizersCache for an HTTP API (Amazon API Gateway Version 2 API reference). API Gateway answers with
 * 202 or 204: accepted, effective a little later.
 *
 * Not with AWS's client: its credential chain alone is larger than all the rest of the bundle. @throws FlushError
 */
export function createStageFlusher(connection: ApiGatewayConnection): (stage: FlushedStage) => Promise<void> {
  const { endpoint, region, credentials } = connection;
  const sign = createSigner({ service: 'apigateway', region, credentials });
  const limits = { connect: CONNECTION_TIMEOUT, total: REQUEST_TIMEOUT, bytes: MAX_BYTES };
  const attempt = async (request: RequestLine): Promise<void> => {
    // Signed for each attempt: a signature is bound to its timestamp.
    const headers = sign({ host: endpoint.host, accept: 'application/json' }, '', Date.now(), request);
    const { method, path } = request;
    const url = new URL(path, endpoint);
    requireAccepted(await exchange(url, { method, headers, agent: false }, limits).catch(connectionError));
  };
  return (stage) => {
    const path = flushPath(stage);
    return withRetries(() => attempt({ method: 'DELETE', path }), { attempts: ATTEMPTS, pauseAfter });
  };
}

/** The path of the call. An HTTP API's stage may be `$default`, which a URL writes as `%24default`. */
export function flushPath(stage: FlushedStage): string {
  const api = 'httpApiId' in stage ? `/v2/apis/${stage.httpApiId}` : `/restapis/${stage.restApiId}`;
  return `${api}/stages/${encodeURIComponent(stage.stageName)}/cache/authorizers`;
}

/** The pause before a retry. undefined: the response would stay the same. */
function pauseAfter(error: unknown): number | undefined {
  if (!(error instanceof FlushError)) return undefined;
  if (error.status === 429) return PAUSE_AFTER_THROTTLING;
  return error.status === undefined || error.status >= 500 ? PAUSE_AFTER_FAULT : undefined;
}

function connectionError({ message }: HttpExchangeError): never {
  throw new FlushError(message);
}

function requireAccepted({ status, errorType }: HttpResponse): void {
  if (status < 200 || status >= 300) throw new FlushError(errorType ?? `status ${status}`, status);
}
