import type { KeyObject } from 'node:crypto';
import type { AccessToken } from './token/access-token.ts';

/** Maximum number of tokens remembered, and of characters of them together; past either the oldest are forgotten. */
export const MAX_REMEMBERED_TOKENS = 1_000;
export const MAX_REMEMBERED_CHARACTERS = 2_000_000;

/** A token that has passed every check, and what may still change about it. */
export interface VerifiedToken {
  readonly accessToken: AccessToken;
  /** The key that verified the signature. */
  readonly key: KeyObject;
  /**
   * The key that the issuer publishes now for the token's key id and algorithm. Refreshes the key set and throws as
   * `KeySet.keyFor` does.
   */
  readonly currentKey: () => Promise<KeyObject>;
  /** The instant at which `exp`, `nbf`, `iat` and the token's age were right: milliseconds since the epoch. */
  readonly verifiedAt: number;
}

/**
 * Caches verified tokens so that a repeated one skips signature verification. Revocation is never cached: it is checked on
 * every call.
 *
 * Tokens are looked up by their exact text. A token is verified again, in full, when its issuer's current key is another object
 * (a refresh makes new ones), from `expiresAt` on (clock tolerance not counted), and when the clock shows an instant before
 * its verification. In between, time cannot make it worse: `nbf` and `iat` have passed.
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
    // Before `verify`, which throws for an expired token: each repeat would read the key twice, and report a stale set twice.
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

  add(token: string, verified: VerifiedToken): void {
    this.forget(token);
    this.#tokens.set(token, verified);
    this.#characters += token.length;
    for (const oldest of this.#tokens.keys()) {
      if (this.#tokens.size <= MAX_REMEMBERED_TOKENS && this.#characters <= MAX_REMEMBERED_CHARACTERS) return;
      this.forget(oldest);
    }
  }

  forget(token: string): void {
    if (this.#tokens.delete(token)) this.#characters -= token.length;
  }
}
