import type {
  APIGatewayAuthorizerEvent,
  APIGatewayAuthorizerResult,
  APIGatewayRequestAuthorizerEventV2,
} from 'aws-lambda';
import { CannotDecideError, InvalidTokenError, unauthorized } from './errors.ts';
import type { AuthorizationRequest } from './event/authorization-request.ts';
import { readEvent } from './event/authorizer-event.ts';
import type { ReportEvent } from './log/authorizer-log.ts';
import { evidenceOf, RejectionSampling } from './log/rejection-evidence.ts';
import { decisionFor } from './policy/decision.ts';
import type { Grants } from './policy/grants.ts';
import type { ApiKind } from './policy/route.ts';
import type { RejectIfRevoked } from './revocation/revocation-list.ts';
import { parseBearerToken } from './token/bearer-token.ts';
import type { TrustedIssuer } from './token/trusted-issuer.ts';
import type { VerifyToken } from './token-verifier.ts';

export interface AuthorizerParts {
  readonly issuers: readonly TrustedIssuer[];
  readonly verify: VerifyToken;
  readonly rejectIfRevoked: RejectIfRevoked;
  readonly grantsFor: (api: ApiKind) => Grants;
  readonly report: ReportEvent;
}

export type Authorize = (
  event: APIGatewayAuthorizerEvent | APIGatewayRequestAuthorizerEventV2,
) => Promise<APIGatewayAuthorizerResult>;

/**
 * Turns an event into a policy. The policy depends only on what API Gateway caches it for: the token, or the token and the
 * route.
 * @throws Error exactly `Unauthorized`, which API Gateway answers with 401: the token is rejected
 * @throws CannotDecideError which API Gateway answers with 500 and does not cache
 */
export function createAuthorizer(parts: AuthorizerParts): Authorize {
  const answerTo = answeringErrors(parts);
  return async (event) => {
    let request: AuthorizationRequest | undefined;
    try {
      request = readEvent(event);
      return await decide(request, parts);
    } catch (error) {
      throw answerTo(error, request?.authorizationToken);
    }
  };
}

async function decide(
  { api, authorizationToken, stageArn, route }: AuthorizationRequest,
  { verify, rejectIfRevoked, grantsFor, report }: AuthorizerParts,
): Promise<APIGatewayAuthorizerResult> {
  const accessToken = await verify(parseBearerToken(authorizationToken));
  await rejectIfRevoked(accessToken);
  const grant = grantsFor(api).routesGrantedBy(accessToken.scopes, route);
  report({ event: 'allowed', issuer: accessToken.issuerAlias, routes: grant.allow.length });
  return decisionFor(accessToken, grant, stageArn);
}

/** Reports what went wrong, once, and returns the error for API Gateway to tell the client. */
function answeringErrors({ issuers, report }: AuthorizerParts) {
  const sampling = new RejectionSampling();
  return (error: unknown, authorizationToken = ''): Error => {
    if (error instanceof InvalidTokenError) {
      const evidence = evidenceOf(authorizationToken, issuers);
      const seen = sampling.sample(error.reason, evidence);
      if (seen !== undefined) report({ event: 'rejected', reason: error.reason, seen, ...evidence });
      return unauthorized();
    }
    const failure = error instanceof CannotDecideError ? error : new CannotDecideError('internal', nameOf(error));
    report({ event: 'failed', failureCause: failure.failureCause, detail: failure.detail });
    return failure;
  };
}

/** Only the name of the error's class: a message could repeat what a token says. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
