import type { KeyObject } from 'node:crypto';
import { errors, jwtVerify } from 'jose';
import { InvalidTokenError, type RejectionReason } from '../errors.ts';
import type { JsonObject } from './json-object.ts';
import { acceptsNoAudience, type SignatureAlgorithm, type TrustedIssuer } from './trusted-issuer.ts';

/**
 * The claims of a token whose signature `key` verifies and whose registered claims hold for `issuer` at `now`
 * (milliseconds since the epoch). Types, the issuer's own rules, and the audience of an issuer whose tokens may have none
 * are **not** checked here: see `claims-profile.ts`.
 * @throws InvalidTokenError
 */
export async function verifiedClaims(
  token: string,
  key: KeyObject,
  algorithm: SignatureAlgorithm,
  issuer: Pick<TrustedIssuer, 'issuer' | 'audiences' | 'clockTolerance' | 'maxTokenAge'>,
  now: number,
): Promise<JsonObject> {
  const options = {
    algorithms: [algorithm],
    issuer: issuer.issuer,
    clockTolerance: issuer.clockTolerance,
    maxTokenAge: issuer.maxTokenAge,
    currentDate: new Date(now),
    ...(!acceptsNoAudience(issuer.audiences) && { audience: issuer.audiences.filter((name) => name !== null) }),
  };
  try {
    return (await jwtVerify(token, key, options)).payload;
  } catch (error) {
    throw rejectionOf(error);
  }
}

const REASON_OF_CLAIM: Readonly<Record<string, RejectionReason>> = {
  aud: 'audience',
  iat: 'issued-at',
  iss: 'unknown-issuer',
  nbf: 'not-before',
};

/** jose's errors are the token's fault. Any other error is not about the token, and is returned unchanged. */
function rejectionOf(error: unknown): unknown {
  if (error instanceof errors.JWSSignatureVerificationFailed) return new InvalidTokenError('signature');
  if (error instanceof errors.JWTExpired) return new InvalidTokenError(error.claim === 'iat' ? 'too-old' : 'expired');
  if (error instanceof errors.JWTClaimValidationFailed) {
    const saysNothing = error.reason === 'missing' || error.reason === 'invalid';
    return new InvalidTokenError(saysNothing ? 'claim' : (REASON_OF_CLAIM[error.claim] ?? 'claim'));
  }
  return error instanceof errors.JOSEError ? new InvalidTokenError('malformed') : error;
}
