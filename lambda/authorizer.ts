import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent } from 'aws-lambda';
import type { ReportEvent } from './authorizer-log.ts';
import { parseBearerToken } from './bearer-token.ts';
import { decisionFor } from './decision.ts';
import { CannotDecideError } from './failure.ts';
import type { Grants } from './grants.ts';
import { evidenceOf } from './refusal-evidence.ts';
import { createRefusalSampling } from './refusal-sampling.ts';
import { InvalidTokenError, unauthorized } from './rejection.ts';
import type { RefuseIfRevoked } from './revocation-list.ts';
import { stageArnOf } from './stage-arn.ts';
import type { VerifyToken } from './token-verifier.ts';
import type { TrustedIssuer } from './trusted-issuer.ts';

export interface AuthorizerParts {
  readonly issuers: readonly TrustedIssuer[];
  readonly verify: VerifyToken;
  readonly refuseIfRevoked: RefuseIfRevoked;
  readonly grants: Grants;
  readonly report: ReportEvent;
}

export type Authorize = (event: APIGatewayTokenAuthorizerEvent) => Promise<APIGatewayAuthorizerResult>;

/**
 * One TOKEN event in, one policy out, for the whole API: API Gateway caches it under the token, not under the request.
 * @throws Error `Unauthorized` exactly, which API Gateway answers with 401: this token is no good
 * @throws Error any other, which API Gateway answers with 500 and does not cache: we cannot know
 */
export function createAuthorizer(parts: AuthorizerParts): Authorize {
  const { verify, refuseIfRevoked, grants, report } = parts;
  const answerTo = answeringErrors(parts);
  return async (event) => {
    try {
      const { stageArn, authorizationToken } = readEvent(event);
      const accessToken = await verify(parseBearerToken(authorizationToken));
      await refuseIfRevoked(accessToken);
      const grant = grants.routesGrantedBy(accessToken.scopes);
      report({ event: 'allowed', issuer: accessToken.issuerAlias, routes: grant.allow.length });
      return decisionFor(accessToken, grant, stageArn);
    } catch (error) {
      throw answerTo(error, event);
    }
  };
}

/** Anything but a TOKEN event is a deployment mistake, not a client's. */
function readEvent(event: APIGatewayTokenAuthorizerEvent): { stageArn: string; authorizationToken: string } {
  const { type, methodArn, authorizationToken } = Object(event) as Partial<APIGatewayTokenAuthorizerEvent>;
  if (type !== 'TOKEN' || typeof methodArn !== 'string' || typeof authorizationToken !== 'string') {
    throw new CannotDecideError('event', 'not a TOKEN authorizer event');
  }
  return { stageArn: stageArnOf(methodArn), authorizationToken };
}

/** Says what went wrong, once, and finds the error by which API Gateway tells the client. */
function answeringErrors({ issuers, report }: AuthorizerParts) {
  const sampling = createRefusalSampling();
  return (error: unknown, event: APIGatewayTokenAuthorizerEvent): Error => {
    if (error instanceof InvalidTokenError) {
      const evidence = evidenceOf(event.authorizationToken, issuers);
      const seen = sampling.sample(error.reason, evidence);
      if (seen !== undefined) report({ event: 'refused', reason: error.reason, seen, ...evidence });
      return unauthorized();
    }
    const failure = error instanceof CannotDecideError ? error : new CannotDecideError('internal', nameOf(error));
    report({ event: 'failed', failureCause: failure.failureCause, detail: failure.detail });
    return failure;
  };
}

/** The class only: a message could repeat what a token says. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
