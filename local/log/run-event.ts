/** What happens while the stack runs. No member takes a token: a request's query and headers are left out. */
export type RunEvent = RequestEvent | FunctionEvent;

export type ReportRunEvent = (event: RunEvent) => void;

/** One request, and the gateway's response to it. */
export interface RequestEvent {
  readonly event: 'request';
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly milliseconds: number;
  /** undefined: neither the result cache nor the authorizer was asked. */
  readonly decision: DecisionSource | undefined;
  /** The type of the gateway's own response, such as `UNAUTHORIZED`. undefined: the backend responded. */
  readonly responseType: string | undefined;
}

/** Where the policy, or the rejection, came from: the result cache, or an invocation of the authorizer. */
export type DecisionSource = 'cached' | 'authorizer';

/** One line that a function wrote: JSON, if the function is ours. */
export interface FunctionEvent {
  readonly event: 'function';
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The function's logical id in the template. */
  readonly name: string;
  readonly line: string;
}
