import type { KeyObject } from 'node:crypto';
import { CannotDecideError, InvalidTokenError } from '../errors.ts';
import type { SignatureAlgorithm, TrustedIssuer } from '../token/trusted-issuer.ts';
import { createKeySetDownload, DownloadError, type DownloadKeySet, type DownloadObstacle } from './key-set-download.ts';
import { type KeysByHeader, type PublishedKeys, publishedKeys, undisclosed } from './published-keys.ts';

/** Milliseconds after which a key set is downloaded again, at the next request. A withdrawn key works no longer than this. */
export const REFRESH_AFTER = 10 * 60_000;

/** Milliseconds for which a key set serves while its refresh fails. */
export const STALE_UNTIL = 60 * 60_000;

/** Milliseconds between two attempts while keys are held: unknown key ids cost the issuer one request in this time. */
export const COOL_DOWN = 30_000;

/** Milliseconds until the next attempt after a failed one while no keys are held; doubled by each failure in a row. */
const FIRST_PAUSE = 1_000;

/** Milliseconds that the attempts of one decision may take in all, discovery included. */
const DECISION_BUDGET = 1_500;

/** Milliseconds that must be left for another attempt within the same decision. */
const WORTH_AN_ATTEMPT = 1_000;

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
  keys: KeysByHeader;
  /**
   * Of the latest attempt's answer, even one without any usable key. A token that names one of these, and no usable key,
   * is certainly no good. Empty when that attempt had no answer: the key may have been mended since.
   */
  publishedKeyIds: PublishedKeys['keyIds'];
  /** Clock time of the last success; -Infinity before the first. */
  loadedAt: number;
  /** Clock time at which the latest attempt began, failed or not. */
  attemptedAt: number;
  /** Clock time at which the latest attempt ended, failed or not. */
  endedAt: number;
  /** How many decisions in a row have asked and got no keys. */
  failures: number;
  /** Milliseconds from `endedAt` on in which nobody is asked, unless keys are held. */
  pause: number;
  attempt: Promise<void> | undefined;
}

/**
 * `now`: milliseconds since the epoch. `random`: from 0 to 1, so that environments that started together do not ask
 * together. Nothing runs between requests: Lambda freezes the environment then.
 *
 * While keys are held, the issuer is asked at most once in 30 s. While none are, it is asked a second time at once when
 * the answer was lost, and again after a pause of 1, 2, 4, 8, 16 and then 30 s, each shortened by up to a half.
 */
export function createKeySet(
  issuer: TrustedIssuer,
  now: () => number,
  report: (event: KeySetEvent) => void,
  download: DownloadKeySet = createKeySetDownload(now),
  random: () => number = Math.random,
): KeySet {
  const state: KeySetState = {
    keys: new Map(),
    publishedKeyIds: new Set(),
    loadedAt: -Infinity,
    attemptedAt: -Infinity,
    endedAt: -Infinity,
    failures: 0,
    pause: 0,
    attempt: undefined,
  };
  const age = () => elapsed(state.loadedAt, now());
  const areKeysHeld = () => state.keys.size > 0 && age() <= STALE_UNTIL;
  const isTooSoon = () =>
    areKeysHeld() ? elapsed(state.attemptedAt, now()) < COOL_DOWN : elapsed(state.endedAt, now()) < state.pause;

  const load = async (): Promise<void> => {
    const beganAt = now();
    state.failures += 1;
    try {
      const obstacle = await attempt(issuer, state, now, report, download, DECISION_BUDGET);
      const left = DECISION_BUDGET - elapsed(beganAt, now());
      if (obstacle !== 'lost' || areKeysHeld() || left < WORTH_AN_ATTEMPT) return;
      await attempt(issuer, state, now, report, download, left);
    } finally {
      state.endedAt = now();
      state.pause = pauseAfter(state.failures, random());
      state.attempt = undefined;
    }
  };

  const refresh = async (): Promise<void> => {
    if (state.attempt === undefined && isTooSoon()) return;
    state.attempt ??= load();
    await state.attempt;
  };

  return {
    async keyFor(keyId, algorithm) {
      // Keys may share an id: a header of another algorithm may be about one that is new.
      const isKnown = () => state.keys.get(keyId)?.has(algorithm) === true;
      if (age() > REFRESH_AFTER || !isKnown()) await refresh();
      if (!state.keys.has(keyId) && state.publishedKeyIds.has(keyId)) throw new InvalidTokenError('unknown-key');
      if (age() > STALE_UNTIL) throw new CannotDecideError('key-set', 'no current key set');
      if (age() > REFRESH_AFTER) {
        report({ event: 'key-set-stale', issuer: issuer.alias, ageSeconds: Math.round(age() / 1000) });
      }
      if (!isKnown() && state.failures > 0) {
        throw new CannotDecideError('key-set', 'unknown key id while the key set cannot be refreshed');
      }
      const key = state.keys.get(keyId)?.get(algorithm);
      if (key === undefined) throw new InvalidTokenError('unknown-key');
      return key.publicKey;
    },
  };
}

/** A clock that was set back must not keep a set for longer: time that seems to run backwards counts as time passed. */
function elapsed(since: number, now: number): number {
  return Math.abs(now - since);
}

/** Milliseconds. `chance`: from 0 to 1. */
function pauseAfter(failures: number, chance: number): number {
  if (failures === 0) return 0;
  return Math.min(FIRST_PAUSE * 2 ** (failures - 1), COOL_DOWN) * (0.5 + chance / 2);
}

/** One download. @returns what kept it from an answer, if anything did */
async function attempt(
  issuer: TrustedIssuer,
  state: KeySetState,
  now: () => number,
  report: (event: KeySetEvent) => void,
  download: DownloadKeySet,
  milliseconds: number,
): Promise<DownloadObstacle | undefined> {
  state.attemptedAt = now();
  state.publishedKeyIds = new Set();
  try {
    take(publishedKeys(await download(issuer, milliseconds), issuer), issuer, state, report);
    return undefined;
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    report({ event: 'key-set-refresh-failed', issuer: issuer.alias, detail: error.message });
    return error.obstacle;
  }
}

/**
 * A response without usable keys never replaces the current set, but keys whose private part it reveals are dropped at
 * once.
 */
function take(
  published: PublishedKeys,
  { alias: issuer }: TrustedIssuer,
  state: KeySetState,
  report: (event: KeySetEvent) => void,
): void {
  const { usable, keyIds, count, dropped } = published;
  state.publishedKeyIds = keyIds;
  if (usable.size === 0) {
    state.keys = undisclosed(state.keys, published);
    report({ event: 'key-set-refresh-failed', issuer, detail: 'key set has no usable key', dropped });
    return;
  }
  state.keys = usable;
  state.loadedAt = state.attemptedAt;
  state.failures = 0;
  report({ event: 'key-set-refreshed', issuer, keys: count, dropped });
}
