import { InvalidTokenError } from './errors.ts';
import type { KeySet } from './key-set/key-set.ts';
import type { AccessToken } from './token/access-token.ts';
import { accessTokenOf, type DeploymentClaims } from './token/claims-profile.ts';
import { decomposeUnverified, signedPartDigest } from './token/compact-jws.ts';
import { parseJoseHeader, requireIssuersHeader } from './token/jose-header.ts';
import type { TrustedIssuer } from './token/trusted-issuer.ts';
import { verifiedClaims } from './token/verified-claims.ts';
import { createVerifiedTokenCache, type VerifiedToken } from './verified-token-cache.ts';

export interface TokenVerifierParts extends DeploymentClaims {
  readonly issuers: readonly TrustedIssuer[];
  /** Called once per issuer, so that no two issuers share keys. */
  readonly keySetOf: (issuer: TrustedIssuer) => Pick<KeySet, 'keyFor'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Verifies a token, except whether it has been revoked.
 * @throws InvalidTokenError the token is bad
 * @throws CannotDecideError its issuer's keys are not available
 */
export type VerifyToken = (token: string) => Promise<AccessToken>;

/** Cheapest checks first: nothing touches the network before the token has the form that one of the issuers uses. */
export function createTokenVerifier(parts: TokenVerifierParts): VerifyToken {
  return createVerifiedTokenCache(createFullVerifier(parts), parts.now);
}

function createFullVerifier({ issuers, keySetOf, now, ...deploymentClaims }: TokenVerifierParts) {
  const trusted = new Map<unknown, { readonly issuer: TrustedIssuer; readonly keySet: Pick<KeySet, 'keyFor'> }>(
    issuers.map((issuer) => [issuer.issuer, { issuer, keySet: keySetOf(issuer) }]),
  );
  return async (token: string): Promise<VerifiedToken> => {
    const jws = decomposeUnverified(token);
    const header = parseJoseHeader(jws.header);
    // The issuer that the token names chooses the configuration, and proves nothing.
    const { issuer, keySet } = required(trusted.get(jws.payload.iss));
    requireIssuersHeader(header, issuer);
    const currentKey = () => keySet.keyFor(header.keyId, header.algorithm);
    const key = await currentKey();
    const verifiedAt = now();
    const claims = await verifiedClaims(token, key, header.algorithm, issuer, verifiedAt);
    const digest = issuer.tokensWithoutId === 'digest' ? signedPartDigest(jws) : undefined;
    const signature = { keyId: header.keyId, signedPartDigest: digest };
    const accessToken = accessTokenOf(claims, issuer, signature, deploymentClaims);
    return { accessToken, key, currentKey, verifiedAt };
  };
}

function required<T>(trusted: T | undefined): T {
  if (trusted === undefined) throw new InvalidTokenError('unknown-issuer');
  return trusted;
}
