import type { KeyObject } from 'node:crypto';
import { CannotDecideError, InvalidTokenError } from '../errors.ts';
import type { SignatureAlgorithm, TrustedIssuer } from '../token/trusted-issuer.ts';
import {
  createKeySetDownload,
  DownloadError,
  type DownloadKeySet,
  type DownloadObstacle,
  type KeySetIssuer,
} from './key-set-download.ts';
import { type KeysByHeader, type PublishedKeys, publishedKeys, undisclosed } from './published-keys.ts';

/**
 * Milliseconds after which a key set is downloaded again, at the next request. A withdrawn key works no longer than this, or than
 * `STALE_UNTIL` while the download fails.
 */
export const REFRESH_AFTER = 10 * 60_000;

/** Milliseconds for which a key set serves while its refresh fails. */
const STALE_UNTIL = 60 * 60_000;

/** Milliseconds between two attempts while keys are held: unknown key ids cost the issuer one request in this time. */
export const COOL_DOWN = 30_000;

/** Milliseconds until the next attempt after a failed one while no keys are held; doubled by each failure in a row. */
const FIRST_PAUSE = 1_000;

/** Milliseconds that the attempts of one decision may take in all, discovery included. */
const DECISION_BUDGET = 1_500;

/** Milliseconds that must be left for another attempt within the same decision. */
const WORTH_AN_ATTEMPT = 1_000;

/** The clock time of what has not happened yet. */
const NEVER = Number.NEGATIVE_INFINITY;

/** What happened to a key set, for logs and metrics. */
export type KeySetEvent =
  | { readonly event: 'key-set-refreshed'; readonly issuer: string; readonly keys: number; readonly dropped: number }
  | {
      readonly event: 'key-set-refresh-failed';
      readonly issuer: string;
      readonly detail: string;
      /** Number of keys in the response, none of which may verify anything; absent when there was no response. */
      readonly dropped?: number;
    }
  | { readonly event: 'key-set-stale'; readonly issuer: string; readonly ageSeconds: number };

export interface KeySetParts<Issuer extends KeySetIssuer = TrustedIssuer> {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly report: (event: KeySetEvent) => void;
  readonly download?: DownloadKeySet<Issuer>;
  /** From 0 to 1, so that environments that started together do not ask together. */
  readonly random?: () => number;
}

/**
 * The keys of one issuer. One set per issuer: no issuer's key ever verifies another's token.
 *
 * While keys are held, the issuer is asked at most once in 30 s. While none are, it is asked a second time at once when
 * the first response was lost, and again after a pause of 1, 2, 4, 8, 16 and then 30 s, each shortened by up to a half.
 * Nothing runs between requests: Lambda freezes the environment then.
 */
export class KeySet<Issuer extends KeySetIssuer = TrustedIssuer> {
  readonly #issuer: Issuer;
  readonly #parts: Required<KeySetParts<Issuer>>;

  #keys: KeysByHeader = new Map();
  /**
   * The key ids of the latest attempt's response, even of one without any usable key. A token that names one of these, and no
   * usable key, is certainly bad. Empty when that attempt had no response: the key may have been mended since.
   */
  #publishedKeyIds: PublishedKeys['keyIds'] = new Set();
  /** Clock time of the last success. */
  #loadedAt = NEVER;
  /** Clock time at which the latest attempt began, failed or not. */
  #attemptedAt = NEVER;
  /** Clock time at which the latest load ended, failed or not. */
  #endedAt = NEVER;
  /** How many loads in a row have got no keys. */
  #failures = 0;
  /** Milliseconds from `#endedAt` on in which the issuer is not asked, unless keys are held. */
  #pause = 0;
  #loading: Promise<void> | undefined;

  constructor(issuer: Issuer, parts: KeySetParts<Issuer>) {
    this.#issuer = issuer;
    this.#parts = { download: createKeySetDownload(parts.now), random: Math.random, ...parts };
  }

  /**
   * The key that this issuer publishes under `keyId` for `algorithm`.
   * @throws InvalidTokenError `unknown-key`: a current set has no such key
   * @throws CannotDecideError there is no current set
   */
  async keyFor(keyId: string, algorithm: SignatureAlgorithm): Promise<KeyObject> {
    // Keys may share an id: a header of another algorithm may be about one that is new.
    const isKnown = this.#keys.get(keyId)?.has(algorithm) === true;
    if (!isKnown || this.#age() > REFRESH_AFTER) await this.#refresh();
    if (!this.#keys.has(keyId) && this.#publishedKeyIds.has(keyId)) throw new InvalidTokenError('unknown-key');
    this.#requireCurrent();
    const key = this.#keys.get(keyId)?.get(algorithm);
    if (key !== undefined) return key.publicKey;
    if (this.#failures === 0) throw new InvalidTokenError('unknown-key');
    throw new CannotDecideError('key-set', 'unknown key id while the key set cannot be refreshed');
  }

  #requireCurrent(): void {
    const age = this.#age();
    if (age > STALE_UNTIL) throw new CannotDecideError('key-set', 'no current key set');
    if (age <= REFRESH_AFTER) return;
    this.#parts.report({ event: 'key-set-stale', issuer: this.#issuer.alias, ageSeconds: Math.round(age / 1000) });
  }

  async #refresh(): Promise<void> {
    if (this.#loading === undefined && this.#isTooSoon()) return;
    this.#loading ??= this.#load();
    await this.#loading;
  }

  #isTooSoon(): boolean {
    return this.#areKeysHeld() ? this.#since(this.#attemptedAt) < COOL_DOWN : this.#since(this.#endedAt) < this.#pause;
  }

  #areKeysHeld(): boolean {
    return this.#keys.size > 0 && this.#age() <= STALE_UNTIL;
  }

  #age(): number {
    return this.#since(this.#loadedAt);
  }

  /** Milliseconds. A clock that was set back must not keep a set for longer: going backwards counts as time passed. */
  #since(instant: number): number {
    return Math.abs(this.#parts.now() - instant);
  }

  /** One attempt, and a second one if the first response was lost while no keys are held. */
  async #load(): Promise<void> {
    const beganAt = this.#parts.now();
    this.#failures += 1;
    try {
      const obstacle = await this.#attempt(DECISION_BUDGET);
      const left = DECISION_BUDGET - this.#since(beganAt);
      if (obstacle === 'lost' && !this.#areKeysHeld() && left >= WORTH_AN_ATTEMPT) await this.#attempt(left);
    } finally {
      this.#endedAt = this.#parts.now();
      this.#pause = pauseAfter(this.#failures, this.#parts.random());
      this.#loading = undefined;
    }
  }

  /** Downloads the key set once. @returns why there was no response; undefined: there was one */
  async #attempt(milliseconds: number): Promise<DownloadObstacle | undefined> {
    this.#attemptedAt = this.#parts.now();
    this.#publishedKeyIds = new Set();
    try {
      this.#take(publishedKeys(await this.#parts.download(this.#issuer, milliseconds), this.#issuer));
      return undefined;
    } catch (error) {
      if (!(error instanceof DownloadError)) throw error;
      this.#parts.report({ event: 'key-set-refresh-failed', issuer: this.#issuer.alias, detail: error.message });
      return error.obstacle;
    }
  }

  /** A response without usable keys never replaces the current set, but drops keys whose private part it reveals. */
  #take(published: PublishedKeys): void {
    const { usable, keyIds, count, dropped } = published;
    const { alias: issuer } = this.#issuer;
    this.#publishedKeyIds = keyIds;
    if (usable.size === 0) {
      this.#keys = undisclosed(this.#keys, published);
      this.#parts.report({ event: 'key-set-refresh-failed', issuer, detail: 'key set has no usable key', dropped });
      return;
    }
    this.#keys = usable;
    this.#loadedAt = this.#attemptedAt;
    this.#failures = 0;
    this.#parts.report({ event: 'key-set-refreshed', issuer, keys: count, dropped });
  }
}

/** Milliseconds. `chance`: from 0 to 1. */
function pauseAfter(failures: number, chance: number): number {
  return Math.min(FIRST_PAUSE * 2 ** (failures - 1), COOL_DOWN) * (0.5 + chance / 2);
}
