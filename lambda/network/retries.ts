export interface RetryPlan {
  readonly attempts: number;
  /** Milliseconds of the longest pause after the first attempt, which doubles each time; undefined: no other attempt can help. */
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
