import { type ApiRequest, type ApiResponse, type Attempt, MissingScopeError, type NoResponse } from './api-exchange.ts';
import { missingScopes } from './authentication-challenge.ts';
import { type ClientTime, machineTime, retryPause } from './retry-pause.ts';
import { SharedSignIn, type SignIn, type TokenResponse } from './shared-sign-in.ts';

export interface ApiClientOptions {
  /** The API's address with its stage, without a slash at the end. */
  readonly api: string;
  /**
   * Gets a token, from a session at the authorization server where one lives. Called when there is no token, and once more after a 401.
   * Its signal is aborted when no call waits any more.
   */
  readonly signIn: SignIn;
  /** Told before each wait, in milliseconds. */
  readonly onWait?: (milliseconds: number) => void;
  /** @default the clock, the timers and the random numbers of the browser */
  readonly time?: ClientTime;
}

/** Seconds before the end of a token that lives for five minutes or longer. */
const MARGIN = 30;

/** What belongs to one call. */
interface Call {
  readonly request: ApiRequest;
  readonly signal: AbortSignal;
  readonly attempts: Attempt[];
}

interface HeldToken {
  readonly value: string;
  /** Milliseconds since the epoch. */
  readonly renewAt: number;
}

/** The API client of an app. It holds the token in memory, and shows it to the API only. */
export class ApiClient {
  readonly #options: ApiClientOptions;
  readonly #time: ClientTime;
  #held: HeldToken | undefined;
  #signingIn: SharedSignIn | undefined;
  #session = new AbortController();

  constructor(options: ApiClientOptions) {
    this.#options = options;
    this.#time = options.time ?? machineTime;
  }

  /** undefined: there is none, and the next call signs in. */
  get token(): string | undefined {
    return this.#held?.value;
  }

  /** Forgets the token, and aborts all calls. */
  signOut(): void {
    this.#held = undefined;
    this.#signingIn = undefined;
    this.#session.abort();
    this.#session = new AbortController();
  }

  /**
   * Returns the response, whatever its status, a second 401 included.
   *
   * @throws MissingScopeError for a 403 about scopes
   * @throws what `signIn` throws, what `fetch` throws without a response, the reason of an aborted signal
   */
  async call(request: ApiRequest): Promise<ApiResponse> {
    const signals = [this.#session.signal, request.signal].filter((signal) => signal !== undefined);
    const signal = AbortSignal.any(signals);
    signal.throwIfAborted();
    const call: Call = { request, signal, attempts: [] };
    const first = await this.#sendWithToken(call);
    // A 401 was not applied (RFC 9110 section 15.5.2), so any method may be repeated. Once: a third token would not help.
    const response = first.status === 401 ? await this.#sendWithToken(call) : first;
    const scopes = missingScopes(request, response);
    if (scopes !== undefined) throw new MissingScopeError(request, scopes, response);
    return response;
  }

  async #sendWithToken(call: Call): Promise<ApiResponse> {
    const token = this.#validToken() ?? (await this.#newToken(call.signal));
    const response = await this.#sendPatiently(call, token);
    // Another call may have brought a newer token meanwhile.
    if (response.status === 401 && this.#held?.value === token) this.#held = undefined;
    return response;
  }

  /** A token past its end could get a 403 from the API's cache: it is replaced before. */
  #validToken(): string | undefined {
    const held = this.#held;
    return held !== undefined && this.#time.now() < held.renewAt ? held.value : undefined;
  }

  async #newToken(signal: AbortSignal): Promise<string> {
    this.#signingIn ??= new SharedSignIn(this.#options.signIn);
    const signingIn = this.#signingIn;
    try {
      const held = heldToken(await signingIn.response(signal), this.#time.now());
      // A sign-out meanwhile has dropped this sign-in, and its token with it.
      if (this.#signingIn === signingIn) this.#held = held;
      return held.value;
    } finally {
      if (this.#signingIn === signingIn && !signingIn.isAwaited) this.#signingIn = undefined;
    }
  }

  async #sendPatiently({ request, signal, attempts }: Call, token: string): Promise<ApiResponse> {
    const address = addressOf(this.#options.api, request);
    const options = { ...fetchOptions(request, token), signal };
    for (;;) {
      const result = await resultOf(fetch(address, options), attempts);
      signal.throwIfAborted();
      const pause = retryPause(request, result, attempts.length + 1, this.#time);
      attempts.push({ status: result.status, pause });
      if (pause === undefined) return received(result);
      this.#options.onWait?.(pause);
      await this.#time.wait(pause, signal);
    }
  }
}

/** @throws Error for a value that is not a bearer token (RFC 6750 section 2.1): `fetch` would quote it in its own error. */
function heldToken({ access_token: value, expires_in: lifetime = Infinity }: TokenResponse, now: number): HeldToken {
  const isBearerToken = typeof value === 'string' && /^[\w.~+/-]+=*$/.test(value);
  if (!isBearerToken) throw new Error('The sign-in brought no bearer token.');
  return { value, renewAt: now + (lifetime - Math.min(MARGIN, lifetime / 10)) * 1000 };
}

/** @throws TypeError for a path that could make another host of the address */
function addressOf(api: string, { path }: ApiRequest): string {
  if (!path.startsWith('/')) throw new TypeError(`The path ${path} must begin with a slash.`);
  return api + path;
}

function fetchOptions({ method, body, idempotencyKey }: ApiRequest, token: string): RequestInit {
  return {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...(idempotencyKey !== undefined && { 'Idempotency-Key': idempotencyKey }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    // A redirect must not carry the token elsewhere, cookies are not asked for, and responses are for one person.
    ...{ redirect: 'error', credentials: 'omit', cache: 'no-store' },
  };
}

async function resultOf(exchange: Promise<Response>, attempts: readonly Attempt[]): Promise<ApiResponse | NoResponse> {
  try {
    const response = await exchange;
    return { status: response.status, headers: response.headers, body: await response.text(), attempts };
  } catch (error) {
    return { status: undefined, error };
  }
}

function received(result: ApiResponse | NoResponse): ApiResponse {
  if (result.status === undefined) throw result.error;
  return result;
}
