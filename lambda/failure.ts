/** What kept us from a decision: the field of a log line and the dimension of a metric. */
export const FAILURE_CAUSES = ['event', 'key-set', 'revocation-table', 'internal'] as const;

export type FailureCause = (typeof FAILURE_CAUSES)[number];

/**
 * We cannot know whether the token is good. The client gets 500, API Gateway caches nothing, the next call may succeed.
 *
 * `detail` names the obstacle (an HTTP status, an AWS error name); it never holds text that a token or a person supplied.
 */
export class CannotDecideError extends Error {
  readonly failureCause: FailureCause;
  readonly detail: string;

  constructor(failureCause: FailureCause, detail: string) {
    super(`Cannot decide: ${failureCause} (${detail})`);
    this.name = 'CannotDecideError';
    this.failureCause = failureCause;
    this.detail = detail;
  }
}
