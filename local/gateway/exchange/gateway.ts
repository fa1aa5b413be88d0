import type { Decision } from '../../log/run-event.ts';
import type { GatewayRequest } from './gateway-request.ts';

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | Uint8Array;
}

/** A response, and how it came about. */
export interface GatewayAnswer extends HttpResponse {
  /** undefined: neither the result cache nor the authorizer was asked. */
  readonly decision?: Decision | undefined;
  /** The type of the gateway's own response, such as `UNAUTHORIZED`. undefined: the backend responded. */
  readonly responseType?: string | undefined;
}

/** Answers one request as API Gateway does. */
export type Gateway = (request: GatewayRequest) => Promise<GatewayAnswer>;
