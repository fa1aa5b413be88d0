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

/** Characters in a row that a log may share with a token: too few to be a piece of a credential. */
const LONGEST_QUOTATION = 19;

/** Looks at a token that was refused, without believing it. Garbage has no evidence. */
export function evidenceOf(authorizationToken: string, issuers: readonly TrustedIssuer[]): RefusalEvidence {
  try {
    const jws = decomposeUnverified(parseBearerToken(authorizationToken));
    const alias = issuers.find(({ issuer }) => issuer === jws.payload.iss)?.alias;
    const keyId = typeof jws.header.kid === 'string' ? jws.header.kid.slice(0, LONGEST_KEY_ID) : undefined;
    return {
      ...(alias !== undefined && { issuer: alias }),
      ...(keyId !== undefined && !quotes(keyId, authorizationToken) && { keyId }),
      fingerprint: signedPartDigest(jws).slice(0, 16),
    };
  } catch (error) {
    if (error instanceof InvalidTokenError) return {};
    throw error;
  }
}

/** A client may write anything into a key id, a piece of the token around it too. */
function quotes(keyId: string, authorizationToken: string): boolean {
  const starts = Array.from({ length: Math.max(0, keyId.length - LONGEST_QUOTATION) }, (_, start) => start);
  return starts.some((start) => authorizationToken.includes(keyId.slice(start, start + LONGEST_QUOTATION + 1)));
}
