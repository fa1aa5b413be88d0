import { parseBearerToken } from './bearer-token.ts';
import { decomposeUnverified, signedPartDigest } from './compact-jws.ts';
import { InvalidTokenError } from './rejection.ts';
import type { TrustedIssuer } from './trusted-issuer.ts';

/** What a log line may say of a refused token: enough to recognise it, nothing to use or to identify a person by. */
export interface RefusalEvidence {
  /** The alias of the issuer that the token names; absent when it is none of ours. */
  readonly issuer?: string;
  /** Shortened: it is the client's own text. */
  readonly keyId?: string;
  /** The first 16 hex digits of the SHA-256 of the signed part: the same for every spelling of the token. */
  readonly fingerprint?: string;
}

const LONGEST_KEY_ID = 64;

/** Looks at a token that was refused, without believing it. Garbage has no evidence. */
export function evidenceOf(authorizationToken: string, issuers: readonly TrustedIssuer[]): RefusalEvidence {
  try {
    const jws = decomposeUnverified(parseBearerToken(authorizationToken));
    const alias = issuers.find(({ issuer }) => issuer === jws.payload.iss)?.alias;
    const { kid } = jws.header;
    return {
      ...(alias !== undefined && { issuer: alias }),
      ...(typeof kid === 'string' && { keyId: kid.slice(0, LONGEST_KEY_ID) }),
      fingerprint: signedPartDigest(jws).slice(0, 16),
    };
  } catch (error) {
    if (error instanceof InvalidTokenError) return {};
    throw error;
  }
}
