import { isJsonObject, type JsonObject } from '../token/json-object.ts';
import type { SignatureAlgorithm, TrustedIssuer } from '../token/trusted-issuer.ts';
import { materialOf, showsPrivateKey, type VerificationKey, verificationKey } from './verification-key.ts';

/** Keys by key id and algorithm, which a token's header names (RFC 7517 section 4.5). */
export type KeysByHeader = ReadonlyMap<string, ReadonlyMap<SignatureAlgorithm, VerificationKey>>;

/** The content of a key set document. */
export interface PublishedKeys {
  /** Every key id in it has a key. */
  readonly usable: KeysByHeader;
  /** Every key id that the document names, whether its key is usable or not. */
  readonly keyIds: ReadonlySet<unknown>;
  /** Whether the document reveals the private part of a key, or of another key with the same id. */
  readonly isDisclosed: (key: VerificationKey) => boolean;
  /** How many keys are usable; one that is published twice counts once. */
  readonly count: number;
  /** How many of the document's keys are not usable. */
  readonly dropped: number;
}

/** Maximum number of entries that are imported, which takes OpenSSL about 0.1 ms each. Issuers publish a few dozen at most. */
const MAX_ENTRIES = 500;

/**
 * Imports the keys among `candidates` that may verify this issuer's tokens. Takes time in proportion to the document, and
 * drops all entries after the first MAX_ENTRIES.
 *
 * Two different keys that fit one header are both dropped for it, because choosing one would be a guess. A key whose
 * private part stands in the same document, under any id, is dropped too.
 */
export function publishedKeys(
  candidates: readonly unknown[],
  issuer: Pick<TrustedIssuer, 'algorithms'>,
): PublishedKeys {
  const named = candidates.filter(isJsonObject);
  const isDisclosed = disclosedIn(named);
  const keys = candidates
    .slice(0, MAX_ENTRIES)
    .flatMap((candidate) => verificationKey(candidate, issuer.algorithms) ?? [])
    .filter((key) => !isDisclosed(key));
  const usable = keysByHeader(keys);
  const taken = keys.filter((key) => verifiesAnything(key, usable));
  const distinct = new Set(taken.map(({ keyId, material }) => `${keyId} ${material}`));
  return {
    usable,
    keyIds: new Set(named.map(({ kid }) => kid)),
    isDisclosed,
    count: distinct.size,
    dropped: candidates.length - taken.length,
  };
}

/** `keys` without those whose private part the document reveals. */
export function undisclosed(keys: KeysByHeader, { isDisclosed }: PublishedKeys): KeysByHeader {
  return keysThat((key) => !isDisclosed(key), keys);
}

function keysThat(
  condition: (key: VerificationKey) => boolean,
  keys: ReadonlyMap<string, ReadonlyMap<SignatureAlgorithm, VerificationKey | undefined>>,
): KeysByHeader {
  const kept = new Map<string, ReadonlyMap<SignatureAlgorithm, VerificationKey>>();
  for (const [keyId, byAlgorithm] of keys) {
    const left = new Map<SignatureAlgorithm, VerificationKey>();
    for (const [algorithm, key] of byAlgorithm) if (key !== undefined && condition(key)) left.set(algorithm, key);
    if (left.size > 0) kept.set(keyId, left);
  }
  return kept;
}

function disclosedIn(candidates: readonly JsonObject[]): PublishedKeys['isDisclosed'] {
  const shown = candidates.filter(showsPrivateKey);
  const ids = new Set(shown.map(({ kid }) => kid));
  const materials = new Set(shown.map(materialOf));
  return ({ keyId, material }) => ids.has(keyId) || materials.has(material);
}

function keysByHeader(keys: readonly VerificationKey[]): KeysByHeader {
  // `undefined`: two different keys fit.
  const found = new Map<string, Map<SignatureAlgorithm, VerificationKey | undefined>>();
  for (const key of keys) {
    const byAlgorithm = found.get(key.keyId) ?? new Map<SignatureAlgorithm, VerificationKey | undefined>();
    found.set(key.keyId, byAlgorithm);
    for (const algorithm of key.algorithms) {
      const first = byAlgorithm.get(algorithm);
      if (!byAlgorithm.has(algorithm)) byAlgorithm.set(algorithm, key);
      else if (first !== undefined && !isSameKey(first, key)) byAlgorithm.set(algorithm, undefined);
    }
  }
  return keysThat(() => true, found);
}

function isSameKey(one: VerificationKey, other: VerificationKey): boolean {
  return one === other || one.publicKey.equals(other.publicKey);
}

function verifiesAnything(key: VerificationKey, usable: KeysByHeader): boolean {
  return key.algorithms.some((algorithm) => {
    const found = usable.get(key.keyId)?.get(algorithm);
    return found !== undefined && isSameKey(found, key);
  });
}
