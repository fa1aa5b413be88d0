/** Milliseconds between two requests. */
const PAUSE = 200;

/** Rejections in a row before they are believed: API Gateway has more than one cache. */
const ENOUGH_REJECTIONS = 3;

/** Seconds. The authorizer remembers "revoked" for two. */
const MAX_RESTORATION = 10;

/** Seconds. An event that has not come by then does not come: the connection is broken. */
const MAX_EVENT_DELAY = 5;

/** Seconds of watching after the bound, so that a broken promise is seen. */
const WATCH_LONGER = 5;

/** A request with the token that is watched. @returns the status; 0: there was no response */
export type Probe = () => Promise<number>;

/** Calls the API with a token, whatever comes: no sign-in, no repetition. */
export function probeOf(address: string, token: string, signal: AbortSignal): Probe {
  const headers = { Authorization: `Bearer ${token}` };
  const options = { headers, signal, credentials: 'omit', cache: 'no-store', redirect: 'error' } as const;
  return async () => {
    try {
      const response = await fetch(address, options);
      await response.body?.cancel();
      return response.status;
    } catch {
      signal.throwIfAborted();
      return 0;
    }
  };
}

/**
 * Calls until the token is accepted, because an authorizer remembers a rejection for a moment.
 * @returns whether it was; `false`: something else keeps it from being accepted, such as another entry
 */
export async function untilAccepted(probe: Probe, signal: AbortSignal): Promise<boolean> {
  const end = performance.now() + MAX_RESTORATION * 1000;
  while (performance.now() < end) {
    const status = await probe();
    if (status !== 401 && status !== 0 && status < 500) return true;
    await pause(signal);
  }
  return false;
}

/**
 * Calls until the token is rejected several times in a row, or until the bound is well over.
 * @returns whether it was rejected
 */
export async function untilRejected(probe: Probe, boundSeconds: number, signal: AbortSignal): Promise<boolean> {
  const end = performance.now() + (boundSeconds + WATCH_LONGER) * 1000;
  let rejections = 0;
  while (rejections < ENOUGH_REJECTIONS && performance.now() < end) {
    rejections = (await probe()) === 401 ? rejections + 1 : 0;
    await pause(signal);
  }
  return rejections === ENOUGH_REJECTIONS;
}

/** Waits for what the run's events bring: they come by another connection than the responses of the API, and may come later. */
export async function untilTold(isTold: () => boolean, signal: AbortSignal): Promise<void> {
  const end = performance.now() + MAX_EVENT_DELAY * 1000;
  while (!isTold() && performance.now() < end) await pause(signal);
}

async function pause(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, PAUSE);
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  });
}
