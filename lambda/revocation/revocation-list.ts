import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { InvalidTokenError } from '../errors.ts';
import type { AccessToken } from '../token/access-token.ts';
import { type Before, entryRevokes, readBefore } from './revocation-entry.ts';
import { type RevocationLevel, TARGET_PREFIXES } from './revocation-level.ts';
import { formatTarget, type RevocationTarget, targetsOf } from './revocation-target.ts';

/** Milliseconds for which "revoked" is remembered: short, because a restored token should soon be admitted again. */
export const REVOKED_ANSWER_LIFETIME = 2_000;

/** Maximum number of remembered entries. The memory is cleared when full, which costs reads and never a wrong answer. */
const MAX_REMEMBERED = 10_000;

/** One entry as the table holds it. */
export interface StoredEntry {
  readonly target: string;
  readonly before: AttributeValue | undefined;
}

/**
 * Reads the entries that exist among `targets`, strongly consistent: an entry acknowledged before the call is seen.
 * @throws CannotDecideError when the table cannot answer for every target
 */
export type ReadEntries = (targets: readonly string[]) => Promise<readonly StoredEntry[]>;

export type RevocationListEvent =
  | { readonly event: 'revoked'; readonly level: RevocationLevel; readonly issuer: string }
  | { readonly event: 'entry-malformed'; readonly level: RevocationLevel; readonly issuer: string };

export interface RevocationListParts {
  readonly readEntries: ReadEntries;
  readonly levels: readonly RevocationLevel[];
  readonly report: (event: RevocationListEvent) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Rejects a token that any entry revokes. Levels are independent: one that revokes is enough, whatever the others say.
 *
 * "Not revoked" is never remembered. "Revoked" is, so that a client that repeats a revoked token does not cost a read each
 * time.
 * @throws InvalidTokenError `revoked`
 */
export type RejectIfRevoked = (token: AccessToken) => Promise<void>;

export function createRevocationList({ readEntries, levels, report, now }: RevocationListParts): RejectIfRevoked {
  const enabled = new Set(levels);
  const remembered = rememberedEntries(now);

  const entriesFor = async (targets: readonly RevocationTarget[], issuer: string): Promise<readonly Entry[]> => {
    const stored = await readEntries(targets.map(formatTarget));
    const entries = stored.flatMap(({ target: text, before }) =>
      targets
        .filter((target) => formatTarget(target) === text)
        .map((target) => ({ target, before: readBefore(before) })),
    );
    reportMalformed(entries, issuer, report);
    return entries;
  };

  return async (token) => {
    const targets = targetsOf(token, enabled);
    const known = revoking(remembered.among(targets), token);
    if (known !== undefined) throw new InvalidTokenError('revoked');
    const entries = await entriesFor(targets, token.issuerAlias);
    const found = revoking(entries, token);
    if (found === undefined) return;
    remembered.add(entries);
    // Once a read. Repeats within `REVOKED_ANSWER_LIFETIME` appear only as sampled rejections.
    report({ event: 'revoked', level: TARGET_PREFIXES[found.target.prefix], issuer: token.issuerAlias });
    throw new InvalidTokenError('revoked');
  };
}

interface Entry {
  readonly target: RevocationTarget;
  readonly before: Before;
}

/** The first entry that revokes the token; undefined: none does. */
function revoking(entries: readonly Entry[], { issuedAt }: AccessToken): Entry | undefined {
  return entries.find(({ target, before }) => entryRevokes(target.prefix, before, issuedAt));
}

/** Reports malformed entries under the issuer's present alias, because metrics and alarms know no former one. */
function reportMalformed(entries: readonly Entry[], issuer: string, report: RevocationListParts['report']): void {
  for (const { target, before } of entries) {
    if (before !== 'malformed') continue;
    report({ event: 'entry-malformed', level: TARGET_PREFIXES[target.prefix], issuer });
  }
}

function rememberedEntries(now: () => number) {
  const remembered = new Map<string, { readonly entry: Entry; readonly readAt: number }>();
  /** The highest time seen so far. */
  let latest = -Infinity;
  /** A clock that was set back no longer tells how old an answer is. */
  const forgetIfSetBack = (): number => {
    const time = now();
    if (time < latest) remembered.clear();
    latest = time;
    return time;
  };
  return {
    add(entries: readonly Entry[]): void {
      if (remembered.size + entries.length > MAX_REMEMBERED) remembered.clear();
      const readAt = forgetIfSetBack();
      for (const entry of entries) remembered.set(formatTarget(entry.target), { entry, readAt });
    },
    among(targets: readonly RevocationTarget[]): readonly Entry[] {
      const time = forgetIfSetBack();
      // The usual case: only revoking entries are remembered.
      if (remembered.size === 0) return [];
      return targets.flatMap((target) => {
        const found = remembered.get(formatTarget(target));
        return found !== undefined && time - found.readAt < REVOKED_ANSWER_LIFETIME ? [found.entry] : [];
      });
    },
  };
}
