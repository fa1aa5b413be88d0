/** Maximum number of attempts at a throttled request, and of milliseconds between two: a minute of throttling passes. */
const MAX_ATTEMPTS = 16;
const MAX_PAUSE = 5_000;

/** The names of DynamoDB's errors for requests that it did not begin. */
const THROTTLED = ['ProvisionedThroughputExceededException', 'RequestLimitExceeded', 'ThrottlingException'];

/** Repeats a request that DynamoDB throttles, after the SDK's own attempts, for about a minute. */
export async function retryThrottled<T>(send: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send();
    } catch (error) {
      if (!isThrottled(error) || attempt === MAX_ATTEMPTS) throw error;
      await pauseAfter(attempt);
    }
  }
}

/**
 * Sends what is left until nothing is. Only a round that processes nothing lengthens the pause, because DynamoDB also leaves
 * keys whose answer would be too large. @returns what is left in the end
 */
export async function untilProcessed<T>(
  all: readonly T[],
  send: (left: readonly T[]) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  let left = await send(all);
  let vain = left.length < all.length ? 0 : 1;
  while (left.length > 0 && vain < MAX_ATTEMPTS) {
    await pauseAfter(vain);
    const before = left.length;
    left = await send(left);
    vain = left.length < before ? 0 : vain + 1;
  }
  return left;
}

function isThrottled(error: unknown): boolean {
  return error instanceof Error && THROTTLED.includes(error.name);
}

/** Exponential back-off with full jitter. */
function pauseAfter(attempt: number): Promise<void> {
  const milliseconds = Math.random() * Math.min(MAX_PAUSE, 50 * 2 ** attempt);
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
