import { InvalidTokenError, type RejectionReason } from '../errors.ts';
import { parseBearerToken } from '../token/bearer-token.ts';
import { decomposeUnverified, signedPartDigest } from '../token/compact-jws.ts';
import type { TrustedIssuer } from '../token/trusted-issuer.ts';

/** What a log line may say of a rejected token: enough to recognise it, and nothing that is of use or identifies a person. */
export interface RejectionEvidence {
  /** The alias of the issuer that the token names; absent when no such issuer is configured. */
  readonly issuer?: string;
  /** Shortened, because it is the client's own text. */
  readonly keyId?: string;
  /** The first 16 hex digits of the SHA-256 of the signed part: the same for every spelling of the token. */
  readonly fingerprint?: string;
}

const MAX_KEY_ID_LENGTH = 64;

/** Characters in a row that a log may share with a token: too few to be a piece of a credential. */
const MAX_QUOTATION = 19;

/** The evidence of a rejected token, unverified. Garbage has none. */
export function evidenceOf(authorizationToken: string, issuers: readonly TrustedIssuer[]): RejectionEvidence {
  try {
    const jws = decomposeUnverified(parseBearerToken(authorizationToken));
    const alias = issuers.find(({ issuer }) => issuer === jws.payload.iss)?.alias;
    const keyId = typeof jws.header.kid === 'string' ? jws.header.kid.slice(0, MAX_KEY_ID_LENGTH) : undefined;
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

/**
 * Whether a log of the key id could repeat a piece of the token: a client may write anything into it. A piece of 20
 * characters contains one of these ten-character blocks wherever it begins, and six searches cost little.
 */
function quotes(keyId: string, authorizationToken: string): boolean {
  if (keyId.length <= MAX_QUOTATION) return false;
  const blocks = keyId.match(/.{10}/gs) ?? [];
  return blocks.some((block) => authorizationToken.includes(block));
}

/** Maximum number of offenders told apart; past it counting starts again, which costs log lines and bounds memory. */
const MAX_OFFENDERS = 1_000;

/** Maximum number of rejections of a reason that wait for a line: so many are lost when the environment ends. */
const MAX_UNLOGGED = 100;

/**
 * Samples repeated rejections of the same token. Rejections number 1 and 10 of a reason and fingerprint are logged, and
 * whenever a hundred of a reason wait. Each logged one stands for all of its reason that were not, so that metrics count them.
 */
export class RejectionSampling {
  readonly #seenBy = new Map<string, number>();
  readonly #unlogged = new Map<RejectionReason, number>();

  /** How many rejections a line for this one stands for; undefined: not to be logged. */
  sample(reason: RejectionReason, { fingerprint = '' }: RejectionEvidence): number | undefined {
    const offender = `${reason} ${fingerprint}`;
    if (!this.#seenBy.has(offender) && this.#seenBy.size >= MAX_OFFENDERS) this.#seenBy.clear();
    const seen = (this.#seenBy.get(offender) ?? 0) + 1;
    this.#seenBy.set(offender, seen);
    const waiting = (this.#unlogged.get(reason) ?? 0) + 1;
    const isLogged = [1, 10].includes(seen) || waiting === MAX_UNLOGGED;
    this.#unlogged.set(reason, isLogged ? 0 : waiting);
    return isLogged ? waiting : undefined;
  }
}
