import type { ApiKind, RequestedRoute } from '../policy/route.ts';

/** What a client presents to the authorizer. Only the readers of events know the shape in which API Gateway sends it. */
export interface AuthorizationRequest {
  readonly api: ApiKind;
  /** The value of the Authorization header; several are joined by commas (RFC 9110 section 5.3). */
  readonly authorizationToken: string;
  /** `arn:<partition>:execute-api:<region>:<account>:<api id>/<stage>` */
  readonly stageArn: string;
  /** The route that API Gateway caches the decision for; undefined: it caches the decision for the token on all routes. */
  readonly route: RequestedRoute | undefined;
}

/** The members of events that the readers look at. Each may be absent. */
export interface UnreadEvent {
  readonly version?: unknown;
  readonly type?: unknown;
  readonly methodArn?: unknown;
  readonly routeArn?: unknown;
  readonly authorizationToken?: unknown;
  readonly identitySource?: unknown;
  readonly routeKey?: unknown;
  readonly headers?: unknown;
  readonly multiValueHeaders?: unknown;
  readonly requestContext?: unknown;
}

/**
 * No part may hold characters with a meaning in an IAM resource: `*`, `?`, or the `${` of a policy variable. The `$` of `$default`,
 * the stage of an HTTP API, has none without a brace.
 */
const REQUEST_ARN = /^arn:[a-z0-9-]+:execute-api:[a-z0-9-]+:[0-9]*:[A-Za-z0-9-]+\/(?:[A-Za-z0-9_-]+|\$default)(?=\/)/;

/**
 * The stage's ARN, `arn:<partition>:execute-api:<region>:<account>:<api id>/<stage>`, without the rest of the `methodArn` or
 * `routeArn`: the policy is cached for the token, so it must not depend on the request.
 *
 * @throws Error when the ARN is not one that API Gateway sends. That is not the token's fault: the client gets 500.
 */
export function stageArnOf(requestArn: string): string {
  const [stageArn] = REQUEST_ARN.exec(requestArn) ?? [];
  if (stageArn === undefined) throw new Error('The ARN of the event does not name an API and a stage.');
  return stageArn;
}

/** The header whose value is a part of the cache key. */
const AUTHORIZATION = 'authorization';

/**
 * The value of the Authorization header, or the values of several. Empty: there is none.
 * @param headers - each a text or a list of texts, by names in any case. undefined: other values, which API Gateway does not send
 */
export function authorizationIn(headers: unknown): string | undefined {
  const values = Object.entries(Object(headers) as object)
    .filter(([name]) => name.toLowerCase() === AUTHORIZATION)
    .flatMap(([, value]: [string, unknown]) => value);
  return values.every((value) => typeof value === 'string') ? values.join(', ') : undefined;
}
