import type { KeyObject } from 'node:crypto';
import type { AccessToken } from './token/access-token.ts';

/** Most tokens remembered, and most characters of them together; past either the oldest are forgotten. */
export const MAX_REMEMBERED_TOKENS = 1_000;
export const MAX_REMEMBERED_CHARACTERS = 2_000_000;

/** A token that has passed every check, and what may still change about it. */
export interface VerifiedToken {
  readonly accessToken: AccessToken;
  /** The key that verified the signature. */
  readonly key: KeyObject;
  /**
   * The key that the issuer publishes now for what the token's header names. Refreshes the key set as it would for any
   * token, and throws what it would: unknown by now, or nobody knows.
   */
  readonly currentKey: () => Promise<KeyObject>;
  /** The instant at which `exp`, `nbf`, `iat` and the token's age were right: milliseconds since the epoch. */
  readonly verifiedAt: number;
}

/**
 * Spares a token that comes again its signature check. Whether it is revoked, no one remembers here: that is asked after.
 *
 * A token is itself from its first to its last character: no other spelling of it is known here. It is judged anew,
 * and in full, when its key is not the very object that verified it (a refresh makes new ones), from its end on (clock
 * tolerance not counted), and before the instant of its verification, should the clock go backwards. In between, time
 * cannot make it worse: `nbf` and `iat` have passed.
 */
export function createVerifiedTokenCache(
  verify: (token: string) => Promise<VerifiedToken>,
  now: () => number,
): (token: string) => Promise<AccessToken> {
  const remembered = new RememberedTokens();
  return async (token) => {
    const known = remembered.get(token);
    if (known !== undefined && (await known.currentKey()) === known.key && isWithin(known, now())) {
      return known.accessToken;
    }
    remembered.forget(token);
    const verified = await verify(token);
    remembered.add(token, verified);
    return verified.accessToken;
  };
}

function isWithin({ verifiedAt, accessToken }: VerifiedToken, now: number): boolean {
  return verifiedAt <= now && now < accessToken.expiresAt * 1000;
}

class RememberedTokens {
  readonly #tokens = new Map<string, VerifiedToken>();
  #characters = 0;

  get(token: string): VerifiedToken | undefined {
    return this.#tokens.get(token);
  }

  forget(token: string): void {
    if (this.#tokens.delete(token)) this.#characters -= token.length;
  }

  add(token: string, verified: VerifiedToken): void {
    this.forget(token);
    this.#tokens.set(token, verified);
    this.#characters += token.length;
    for (const oldest of this.#tokens.keys()) {
      if (this.#tokens.size <= MAX_REMEMBERED_TOKENS && this.#characters <= MAX_REMEMBERED_CHARACTERS) return;
      this.forget(oldest);
    }
  }
}
