import type { APIGatewayAuthorizerResult } from 'aws-lambda';
import type { AccessToken } from '../token/access-token.ts';
import type { TokenGrant } from './listed-grant.ts';
import { policyDocument } from './policy-document.ts';

/**
 * The authorizer's answer for a good token: the routes that it opens, until when, and what the backend is told of it.
 *
 * It depends on the token and the deployment only. `principalId` names the issuer too: a subject is unique only within
 * its issuer (RFC 9068 section 2.2, RFC 7519 section 4.1.2).
 */
export function decisionFor(accessToken: AccessToken, grant: TokenGrant, stageArn: string): APIGatewayAuthorizerResult {
  return {
    principalId: `${accessToken.issuerAlias}#${accessToken.subject}`,
    policyDocument: policyDocument(grant, stageArn, accessToken.expiresAt),
    context: contextOf(accessToken, grant),
  };
}

/** The names that stand in a context besides those of the team's `contextClaims`, which cannot take them. */
export type ContextName = keyof ReturnType<typeof contextOf>;

function contextOf(
  { issuerAlias, subject, clientId, jwtId, expiresAt, contextClaims }: AccessToken,
  grant: TokenGrant,
) {
  return {
    // As an object of no known names, so that `ContextName` has the others.
    ...(contextClaims as object),
    subject,
    issuer: issuerAlias,
    scope: scopesHandedOn(grant).join(' '),
    expiresAt,
    ...(clientId !== undefined && { clientId }),
    ...(jwtId !== undefined && { jwtId }),
  };
}

/** Maximum number of characters of scopes that the backend is told of: the whole answer has to stay under 8 KB. */
const MAX_SCOPE_CHARACTERS = 1024;

/** The scopes that open a route, up to the limit. A token may list any number of others. */
function scopesHandedOn({ scopes }: TokenGrant): readonly string[] {
  let left = MAX_SCOPE_CHARACTERS + 1;
  return scopes.filter((scope) => {
    left -= scope.length + 1;
    return left >= 0;
  });
}
