import { setTimeout as wait } from 'node:timers/promises';

export interface ServiceClientOptions {
  /** The API's address with its stage, without a slash at the end. */
  readonly api: string;
  readonly tokenEndpoint: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** More parameters of the token request: `scope`, `resource` (RFC 8707), `audience` at Auth0. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** @default the clock, the random numbers and the timers of Node.js */
  readonly time?: ServiceTime;
}

export interface ServiceTime {
  /** Milliseconds since the epoch. */
  now(): number;
  /** From 0 up to, and without, 1. */
  random(): number;
  /** Rejects with the signal's reason as soon as it is aborted. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export interface ServiceRequest {
  /** @default GET */
  readonly method?: string;
  /** With an `Idempotency-Key` that the backend knows, a POST is repeated too. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

/** RFC 6749 section 5.1. */
interface TokenResponse {
  readonly access_token: string;
  readonly token_type: string;
  /** Seconds. undefined: the client learns from a 401 that the token has expired. */
  readonly expires_in?: number;
}

interface HeldToken {
  readonly value: string;
  /** Milliseconds since the epoch. */
  readonly renewAt: number;
}

const MAX_ATTEMPTS = 4;
/** Milliseconds for one attempt. API Gateway answers within 29 s. */
const TIMEOUT = 30_000;
/** Milliseconds. A response with a longer `Retry-After` is returned at once. */
const MAX_RETRY_AFTER = 60_000;
const TEMPORARY: readonly number[] = [429, 500, 502, 503, 504];
/** RFC 9110 section 9.2.2. */
const IDEMPOTENT: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'];

const nodeTime: ServiceTime = {
  now: Date.now,
  random: Math.random,
  wait: (milliseconds, signal) => wait(milliseconds, undefined, { signal }).catch(() => signal.throwIfAborted()),
};

/** A service's access to the API by client credentials (RFC 6749 section 4.4). All calls share one token. */
export class ServiceClient {
  readonly #options: ServiceClientOptions;
  readonly #time: ServiceTime;
  #held: HeldToken | undefined;
  #requested: Promise<string> | undefined;

  constructor(options: ServiceClientOptions) {
    this.#options = options;
    this.#time = options.time ?? nodeTime;
  }

  /** Returns the response, whatever its status. A path begins with a slash. */
  async call(path: `/${string}`, request: ServiceRequest = {}): Promise<Response> {
    const token = await this.#token();
    const response = await this.#sendWith(token, path, request);
    if (response.status !== 401) return response;
    // The token was revoked. A new one is tried once: where the client itself is blocked, every token gets 401.
    await response.body?.cancel();
    if (this.#held?.value === token) this.#held = undefined;
    return this.#sendWith(await this.#token(), path, request);
  }

  #sendWith(token: string, path: string, request: ServiceRequest): Promise<Response> {
    const headers = { ...request.headers, Authorization: `Bearer ${token}` };
    const mayRepeat = IDEMPOTENT.includes(request.method ?? 'GET') || new Headers(headers).has('Idempotency-Key');
    return this.#send(this.#options.api + path, { ...request, headers }, mayRepeat);
  }

  /** Callers share one token request. The abort of one does not end it, because the others wait for it. */
  #token(): Promise<string> {
    if (this.#held !== undefined && this.#time.now() < this.#held.renewAt) return Promise.resolve(this.#held.value);
    this.#requested ??= this.#requestToken().finally(() => {
      this.#requested = undefined;
    });
    return this.#requested;
  }

  async #requestToken(): Promise<string> {
    const { tokenEndpoint, clientId, clientSecret, parameters } = this.#options;
    const credentials = [clientId, clientSecret].map(encodeURIComponent).join(':');
    const headers = { Authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
    const body = new URLSearchParams({ grant_type: 'client_credentials', ...parameters });
    const response = await this.#send(tokenEndpoint, { method: 'POST', headers, body }, true);
    if (!response.ok) throw new Error(`The token endpoint ${tokenEndpoint} responds with ${response.status}.`);
    this.#held = heldToken(Object(await response.json()), this.#time);
    return this.#held.value;
  }

  /** Sends a request again where that is safe, after the time that the other side asks for. */
  async #send(address: string, request: RequestInit, mayRepeat: boolean): Promise<Response> {
    const signal = request.signal ?? new AbortController().signal;
    for (let attempt = 1; ; attempt++) {
      const isLast = !mayRepeat || attempt === MAX_ATTEMPTS;
      let told = 0;
      try {
        const limited = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]);
        const response = await fetch(address, { ...request, redirect: 'error', signal: limited });
        told = retryAfter(response, this.#time.now());
        if (isLast || !TEMPORARY.includes(response.status) || told > MAX_RETRY_AFTER) return response;
        await response.body?.cancel();
      } catch (error) {
        if (isLast) throw error;
      }
      // Never before the time. The random part spreads instances that were turned away together.
      const pause = Math.max(told, 1000 * 2 ** (attempt - 1)) * (1 + this.#time.random());
      await this.#time.wait(pause, signal);
    }
  }
}

/** @throws Error for a value that is not a bearer token (RFC 6750 section 2.1): `fetch` would quote it in its own error. */
function heldToken(response: Partial<TokenResponse>, { now, random }: ServiceTime): HeldToken {
  const { access_token: value = '', token_type: type = '', expires_in: lifetime = Infinity } = response;
  if (!/^bearer$/i.test(type) || !/^[\w.~+/-]+=*$/.test(value)) {
    throw new Error('The token endpoint responds without a bearer token.');
  }
  // The random part spreads instances that started together.
  const margin = Math.min(60, lifetime / 10) * (1 + random());
  return { value, renewAt: now() + (lifetime - margin) * 1000 };
}

/** Milliseconds. The header has seconds or a date (RFC 9110 section 10.2.3). 0: there is none. */
function retryAfter({ headers }: Response, now: number): number {
  const header = headers.get('Retry-After') ?? '';
  const told = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(told) ? 0 : told;
}
