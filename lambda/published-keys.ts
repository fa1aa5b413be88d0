import { isJsonObject, type JsonObject } from './compact-jws.ts';
import type { TrustedIssuer } from './trusted-issuer.ts';
import { materialOf, showsPrivateKey, type VerificationKey, verificationKey } from './verification-key.ts';

/** What a key set document holds: the keys that we take for some, and every id that it names. */
export interface PublishedKeys {
  readonly usable: ReadonlyMap<string, VerificationKey>;
  readonly keyIds: ReadonlySet<unknown>;
  /** Whether it shows the private part of a key, this one's or another's of the same id. */
  readonly isDisclosed: (key: VerificationKey) => boolean;
  /** How many of its keys we do not take. */
  readonly dropped: number;
}

/**
 * The keys among `candidates` that may verify this issuer's tokens, imported.
 *
 * Two keys under one id are both dropped: which of them was meant is not ours to guess. So is a key beside its own private
 * part, under whatever id: whoever publishes both has published the one that must not be.
 */
export function publishedKeys(candidates: readonly unknown[], issuer: TrustedIssuer): PublishedKeys {
  const keys = candidates.flatMap((candidate) => verificationKey(candidate, issuer.algorithms) ?? []);
  const ids = keys.map(({ keyId }) => keyId);
  const isUnique = (id: string) => ids.indexOf(id) === ids.lastIndexOf(id);
  const named = candidates.filter(isJsonObject);
  const isDisclosed = disclosedIn(named);
  const taken = keys.filter((key) => isUnique(key.keyId) && !isDisclosed(key));
  const usable = new Map(taken.map((key) => [key.keyId, key]));
  const dropped = candidates.length - usable.size;
  return { usable, keyIds: new Set(named.map(({ kid }) => kid)), isDisclosed, dropped };
}

function disclosedIn(candidates: readonly JsonObject[]): PublishedKeys['isDisclosed'] {
  const shown = candidates.filter(showsPrivateKey);
  return ({ keyId, material }) => shown.some((jwk) => jwk.kid === keyId || materialOf(jwk) === material);
}
