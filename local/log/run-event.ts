/** What happens while the stack runs. No member takes a token, a claim's value or key material: a request's query, headers and body are left out. */
export type RunEvent = RequestEvent | DecisionEvent | EntryEvent | FlushEvent | AppEvent | FunctionEvent;

export type ReportRunEvent = (event: RunEvent) => void;

/** What the event of every request has: the request, and the gateway's response to it. */
export interface Exchange {
  /** When the response was sent, in milliseconds since the epoch. */
  readonly at: number;
  readonly requestId: string;
  readonly method: string;
  /** As the client wrote it, without the query; a token in it is withheld. */
  readonly path: string;
  readonly status: number;
  readonly milliseconds: number;
  /** The type of the gateway's own response, such as `UNAUTHORIZED`. undefined: the backend responded. */
  readonly responseType?: string | undefined;
}

/** A request that no authorizer judged: a preflight, an open route, no token. */
export interface RequestEvent extends Exchange {
  readonly event: 'request';
}

/** A request that the authorizer judged. */
export interface DecisionEvent extends Exchange, Decision {}

/** What an authorizer, or the result cache, said to one request. */
export interface Decision {
  /** `decision`: the authorizer was asked now; `cached`: the policy came from the result cache. */
  readonly event: 'decision' | 'cached';
  readonly outcome: DecisionOutcome;
  /**
   * The first 16 hexadecimal digits of SHA-256 of the authorization token as the client wrote it (the first identity source, UTF-8).
   * Tells tokens apart, and gives none away.
   */
  readonly fingerprint: string;
  /** undefined: there is none (rejected, undecided). */
  readonly policy?: PolicySummary | undefined;
  /**
   * Why the authorizer rejected it or could not decide, from its own log line (`reason` of `rejected`, `failureCause` of `failed`).
   * undefined: allowed, cached, or the function did not say, as it does not for each of several rejections of one token.
   */
  readonly reason?: string | undefined;
  /** The level of the entry that revoked the token, and the alias of its issuer. undefined: none did, or the function did not say. */
  readonly revoked?: RevokedBy | undefined;
}

/** `allowed`: passed on; `forbidden`: 403, the policy does not allow it; `rejected`: 401; `undecided`: the authorizer could not decide. */
export type DecisionOutcome = 'allowed' | 'forbidden' | 'rejected' | 'undecided';

/** The resources of a policy without the prefix of their ARNs, as `GET /orders/?*`. */
export interface PolicySummary {
  readonly allows: readonly string[];
  readonly denies: readonly string[];
}

export interface RevokedBy {
  readonly level: string;
  readonly issuer: string;
}

/** An entry was written to the revocation table, or removed from it. It has no target: that would have a claim's value. */
export interface EntryEvent {
  readonly event: 'entry';
  /**
   * When the table's stream showed the change to a reader that asks ten times a second, in milliseconds since the epoch. The write was up
   * to a tenth of a second earlier, and what it caused may have been logged before it. The stream's own time says less, because DynamoDB
   * Local rounds it down to the minute; and the entry's `revokedAt` is what the writer says.
   */
  readonly at: number;
  readonly change: 'written' | 'removed';
  /** `unknown`: the target is malformed. */
  readonly level: string;
  /** The alias. Empty: no issuer of the deployment has it, so that it is not told. */
  readonly issuer: string;
}

/** The result cache of a stage was emptied: at once after an entry (`flush`), or when every decision in flight has landed (`flush settled`). */
export interface FlushEvent {
  readonly event: 'flush' | 'flush settled';
  /** When the cache was empty, in milliseconds since the epoch: after the call where its effect is delayed. */
  readonly at: number;
  readonly apiId: string;
  readonly stage: string;
  /** The logical id of the function that asked for it. Empty: no function of the template did. */
  readonly function: string;
}

/** Another synthesis of the app is served (`start --watch`). */
export interface AppEvent {
  readonly event: 'app';
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** What has changed, in sentences. Empty: nothing that tokens notice. */
  readonly changes: readonly string[];
}

/** One line that a function wrote: JSON, if the function is ours. */
export interface FunctionEvent {
  readonly event: 'function';
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The function's logical id in the template. */
  readonly name: string;
  readonly line: string;
}
