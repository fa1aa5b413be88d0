/** What a token endpoint responds, by its own names (RFC 6749 section 5.1). */
export interface TokenResponse {
  readonly access_token: string;
  /** Seconds. undefined: the client learns from a 401 that the token has expired. */
  readonly expires_in?: number;
}

export type SignIn = (signal: AbortSignal) => Promise<TokenResponse>;

/** One sign-in for all calls that need a token. It is aborted when the last of them has been. */
export class SharedSignIn {
  readonly #abandoned = new AbortController();
  readonly #response: Promise<TokenResponse>;
  #calls = 0;

  constructor(signIn: SignIn) {
    this.#response = signIn(this.#abandoned.signal);
  }

  get isAwaited(): boolean {
    return this.#calls > 0;
  }

  async response(signal: AbortSignal): Promise<TokenResponse> {
    this.#calls += 1;
    try {
      return await unlessAborted(this.#response, signal);
    } finally {
      this.#calls -= 1;
      if (signal.aborted && !this.isAwaited) this.#abandoned.abort(signal.reason);
    }
  }
}

/** Waits for a promise, or rejects with the signal's reason as soon as it is aborted. No listener stays behind. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
  });
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop);
  return Promise.race([aborted, promise]).finally(() => signal.removeEventListener('abort', stop));
}
