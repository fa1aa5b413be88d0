import type { KeyObject } from 'node:crypto';
import { CannotDecideError } from './failure.ts';
import { DownloadError } from './json-download.ts';
import { type DownloadKeySet, downloadKeySet } from './key-set-source.ts';
import { type PublishedKeys, publishedKeys } from './published-keys.ts';
import { InvalidTokenError } from './rejection.ts';
import type { SignatureAlgorithm, TrustedIssuer } from './trusted-issuer.ts';

/** Milliseconds after which a key set is downloaded again, at the next request. A withdrawn key works no longer than this. */
export const REFRESH_AFTER = 10 * 60_000;

/** Milliseconds for which a key set serves while its refresh fails. */
export const STALE_UNTIL = 60 * 60_000;

/** Milliseconds between two attempts, failed ones included: unknown key ids cost the issuer one request in this time. */
export const COOL_DOWN = 30_000;

/** What happened to a key set, for logs and metrics. */
export type KeySetEvent =
  | { readonly event: 'key-set-refreshed'; readonly issuer: string; readonly keys: number; readonly dropped: number }
  | {
      readonly event: 'key-set-refresh-failed';
      readonly issuer: string;
      readonly detail: string;
      /** Keys of the answer, none of which may verify anything; absent when there was no answer. */
      readonly dropped?: number;
    }
  | { readonly event: 'key-set-stale'; readonly issuer: string; readonly ageSeconds: number };

/** The keys of one issuer. One set per issuer: no issuer's key ever verifies another's token. */
export interface KeySet {
  /**
   * The key that this issuer publishes under `keyId` for `algorithm`.
   * @throws InvalidTokenError `unknown-key`: a current set has no such key
   * @throws CannotDecideError the set could not be had, so nobody knows
   */
  keyFor(keyId: string, algorithm: SignatureAlgorithm): Promise<KeyObject>;
}

interface KeySetState {
  keys: PublishedKeys['usable'];
  /**
   * Of the latest attempt's answer, even one without any usable key. A token that names one of these, and no usable key,
   * is certainly no good. Empty when that attempt had no answer: the key may have been mended since.
   */
  publishedKeyIds: PublishedKeys['keyIds'];
  /** Clock time of the last success; -Infinity before the first. */
  loadedAt: number;
  /** Clock time of the last attempt, failed or not. */
  attemptedAt: number;
  lastAttemptFailed: boolean;
  attempt: Promise<void> | undefined;
}

/** `now`: milliseconds since the epoch. Nothing runs between requests: Lambda freezes the environment then. */
export function createKeySet(
  issuer: TrustedIssuer,
  now: () => number,
  report: (event: KeySetEvent) => void,
  download: DownloadKeySet = downloadKeySet,
): KeySet {
  const state: KeySetState = {
    keys: new Map(),
    publishedKeyIds: new Set(),
    loadedAt: -Infinity,
    attemptedAt: -Infinity,
    lastAttemptFailed: false,
    attempt: undefined,
  };
  const age = () => elapsed(state.loadedAt, now());

  const refresh = async (): Promise<void> => {
    if (state.attempt === undefined && elapsed(state.attemptedAt, now()) < COOL_DOWN) return;
    state.attempt ??= attempt(issuer, state, now, report, download).finally(() => {
      state.attempt = undefined;
    });
    await state.attempt;
  };

  return {
    async keyFor(keyId, algorithm) {
      if (age() > REFRESH_AFTER || !state.keys.has(keyId)) await refresh();
      if (!state.keys.has(keyId) && state.publishedKeyIds.has(keyId)) throw new InvalidTokenError('unknown-key');
      if (age() > STALE_UNTIL) throw new CannotDecideError('key-set', 'no current key set');
      if (age() > REFRESH_AFTER) {
        report({ event: 'key-set-stale', issuer: issuer.alias, ageSeconds: Math.round(age() / 1000) });
      }
      const key = state.keys.get(keyId);
      if (key === undefined && state.lastAttemptFailed) {
        throw new CannotDecideError('key-set', 'unknown key id while the key set cannot be refreshed');
      }
      if (!key?.algorithms.includes(algorithm)) throw new InvalidTokenError('unknown-key');
      return key.publicKey;
    },
  };
}

/** A clock that was set back must not keep a set for ever: time that seems to run backwards counts as time passed. */
function elapsed(since: number, now: number): number {
  return Math.abs(now - since);
}

async function attempt(
  issuer: TrustedIssuer,
  state: KeySetState,
  now: () => number,
  report: (event: KeySetEvent) => void,
  download: DownloadKeySet,
): Promise<void> {
  state.attemptedAt = now();
  state.lastAttemptFailed = true;
  state.publishedKeyIds = new Set();
  try {
    take(publishedKeys(await download(issuer), issuer), issuer, state, report);
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    report({ event: 'key-set-refresh-failed', issuer: issuer.alias, detail: error.message });
  }
}

/** An answer without a usable key is no key set; what it shows to be in the wrong hands is trusted no longer all the same. */
function take(
  { usable, keyIds, isDisclosed, dropped }: PublishedKeys,
  { alias: issuer }: TrustedIssuer,
  state: KeySetState,
  report: (event: KeySetEvent) => void,
): void {
  state.publishedKeyIds = keyIds;
  if (usable.size === 0) {
    state.keys = new Map([...state.keys].filter(([, key]) => !isDisclosed(key)));
    report({ event: 'key-set-refresh-failed', issuer, detail: 'key set has no usable key', dropped });
    return;
  }
  state.keys = usable;
  state.loadedAt = state.attemptedAt;
  state.lastAttemptFailed = false;
  report({ event: 'key-set-refreshed', issuer, keys: usable.size, dropped });
}
