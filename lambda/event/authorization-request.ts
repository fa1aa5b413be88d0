import type { RequestedRoute } from '../policy/route.ts';

/** What somebody presents to the authorizer. Only the readers of events know in which shape API Gateway sends it. */
export interface AuthorizationRequest {
  /** The value of the Authorization header; several ones stand joined by commas (RFC 9110 section 5.3). */
  readonly authorizationToken: string;
  /** `arn:<partition>:execute-api:<region>:<account>:<api id>/<stage>` */
  readonly stageArn: string;
  /** The route that API Gateway caches the decision for; undefined: it caches the decision for the token on all routes. */
  readonly route: RequestedRoute | undefined;
}

/** The members of events that some reader looks at, none of which is certain to be there. */
export interface UnreadEvent {
  readonly type?: unknown;
  readonly methodArn?: unknown;
  readonly authorizationToken?: unknown;
  readonly multiValueHeaders?: unknown;
  readonly requestContext?: unknown;
}
