/** What an app asks of the API. */
export interface ApiRequest {
  readonly method: string;
  /** Begins with a slash, so that it cannot lead to another host. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** The scopes of the route, for a 403 that names none. */
  readonly scopes?: readonly string[];
  /** Makes a POST repeatable: the backend applies requests with the same key once. The API's CORS settings must allow the header. */
  readonly idempotencyKey?: string;
  /** Ends the call at once: it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  /** Every request of the call, in order. */
  readonly attempts: readonly Attempt[];
}

export interface Attempt {
  /** undefined: there was no response. */
  readonly status: number | undefined;
  /** Milliseconds that the client waited before the next attempt. undefined: it did not wait. */
  readonly pause: number | undefined;
}

/** No response arrived: the network failed, or the browser keeps the response from the page (CORS). */
export interface NoResponse {
  readonly status: undefined;
  readonly error: unknown;
}

/** The token is good, and lacks a scope for the route. Another sign-in would bring the same scopes. */
export class MissingScopeError extends Error {
  override readonly name = 'MissingScopeError';
  /** Empty: neither the response nor the caller names them. */
  readonly scopes: readonly string[];
  readonly response: ApiResponse;

  constructor({ method, path }: ApiRequest, scopes: readonly string[], response: ApiResponse) {
    const named = scopes.length === 0 ? '' : ` (${scopes.join(' ')})`;
    super(`The token lacks a scope for ${method} ${path}${named}.`);
    this.scopes = scopes;
    this.response = response;
  }
}
