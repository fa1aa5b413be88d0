import type { APIGatewayAuthorizerResult } from 'aws-lambda';
import type { AccessToken } from './access-token.ts';
import type { Grant } from './grants.ts';
import { policyDocument } from './policy-document.ts';

/**
 * The authorizer's answer for a good token: what it opens, until when, and what the backend may know of it.
 *
 * A function of the token and the deployment only. `principalId` names the issuer too: a subject is unique only within
 * its issuer (RFC 9068 section 2.2, RFC 7519 section 4.1.2).
 */
export function decisionFor(accessToken: AccessToken, grant: Grant, stageArn: string): APIGatewayAuthorizerResult {
  const { issuerAlias, subject, clientId, jwtId, expiresAt, contextClaims } = accessToken;
  return {
    principalId: `${issuerAlias}#${subject}`,
    policyDocument: policyDocument(grant, stageArn, expiresAt),
    context: {
      ...contextClaims,
      subject,
      issuer: issuerAlias,
      scope: scopesThatCount(accessToken, grant).join(' '),
      expiresAt,
      ...(clientId !== undefined && { clientId }),
      ...(jwtId !== undefined && { jwtId }),
    },
  };
}

/** Only the scopes that open a route: a token may list any number of others, and the whole answer must stay under 8 KB. */
function scopesThatCount({ scopes }: AccessToken, { routes }: Grant): readonly string[] {
  const opening = new Set(routes.flatMap((route) => route.scopes));
  return [...scopes].filter((scope) => opening.has(scope));
}
