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
  readonly type?: unknown;
  readonly methodArn?: unknown;
  readonly authorizationToken?: unknown;
  readonly multiValueHeaders?: unknown;
  readonly requestContext?: unknown;
}

/** No part may hold characters with a meaning in an IAM resource: `*`, `?`, or the `${` of a policy variable. */
const METHOD_ARN = /^arn:[a-z0-9-]+:execute-api:[a-z0-9-]+:[0-9]*:[A-Za-z0-9-]+\/[A-Za-z0-9_-]+(?=\/)/;

/**
 * The stage's ARN, `arn:<partition>:execute-api:<region>:<account>:<api id>/<stage>`, without the rest of the `methodArn`:
 * the policy is cached for the token, so it must not depend on the request.
 *
 * @throws Error when the ARN is not one that API Gateway sends. That is not the token's fault: the client gets 500.
 */
export function stageArnOf(methodArn: string): string {
  const [stageArn] = METHOD_ARN.exec(methodArn) ?? [];
  if (stageArn === undefined) throw new Error('The method ARN of the event does not name an API and a stage.');
  return stageArn;
}
