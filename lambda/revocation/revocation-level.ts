import type { AccessToken } from '../token/access-token.ts';

/** What one entry takes back, from a single token to everything that an issuer signed. */
export type RevocationLevel = 'token' | 'session' | 'subject' | 'client' | 'claim' | 'key' | 'issuer';

/** A field of a token that holds one name, several, or none (undefined). */
type NameField = {
  [Field in keyof AccessToken]: AccessToken[Field] extends string | readonly string[] | undefined ? Field : never;
}[keyof AccessToken];

/** How the entries of a level are found, kept and guarded. */
export interface LevelRow {
  /** Prefix of the `target` -> where a token has the values under it; null: the alias is the whole target. */
  readonly targets: Readonly<Record<string, NameField | null>>;
  /**
   * What bounds in time the tokens that an entry revokes, so that the entry can be purged (`purge-floor.ts`). Only where this
   * is `before` does the attribute of that name spare tokens that were issued later.
   */
  readonly boundBy: 'token' | 'session' | 'before' | 'nothing';
  /** Whether one entry shuts out everybody: another permission to write it, and an alarm. */
  readonly isBreakGlass: boolean;
}

/**
 * How each level works: the only place that says so. The order of the rows is that of the keys that a decision reads, of
 * commands, and of lists for people.
 */
export const LEVELS = {
  token: {
    // `th` names tokens without an id.
    targets: { jti: 'jwtId', th: 'signedPartDigest' },
    boundBy: 'token',
    isBreakGlass: false,
  },
  session: { targets: { sid: 'sessionId' }, boundBy: 'session', isBreakGlass: false },
  subject: { targets: { sub: 'subjects' }, boundBy: 'before', isBreakGlass: false },
  client: { targets: { cid: 'clientId' }, boundBy: 'before', isBreakGlass: false },
  // Claims that a deployment names; without any, the level is not read.
  claim: { targets: { clm: 'revocationClaims' }, boundBy: 'before', isBreakGlass: false },
  // Not bound by `before`: a thief of the key chooses the `iat` of a token.
  key: { targets: { kid: 'keyId' }, boundBy: 'nothing', isBreakGlass: true },
  issuer: { targets: { iss: null }, boundBy: 'before', isBreakGlass: true },
} as const satisfies Readonly<Record<RevocationLevel, LevelRow>>;

/** The first part of a `target`. */
export type TargetPrefix = { [Level in RevocationLevel]: keyof (typeof LEVELS)[Level]['targets'] }[RevocationLevel];

export type BreakGlassLevel = {
  [Level in RevocationLevel]: (typeof LEVELS)[Level]['isBreakGlass'] extends true ? Level : never;
}[RevocationLevel];

export const REVOCATION_LEVELS = /* @__PURE__ */ Object.keys(LEVELS) as readonly RevocationLevel[];

/** The level of each prefix. */
export const TARGET_PREFIXES = Object.fromEntries(
  Object.entries(LEVELS).flatMap(([level, { targets }]) => Object.keys(targets).map((prefix) => [prefix, level])),
) as Readonly<Record<TargetPrefix, RevocationLevel>>;

/** Whether `before` spares tokens that were issued later; at the other levels it is ignored. */
export function takesBefore(level: RevocationLevel): boolean {
  return LEVELS[level].boundBy === 'before';
}

/** Whether an entry may be deleted earlier, or at all, where the end of what it names is known. */
export function takesEndsAt(level: RevocationLevel): boolean {
  const { boundBy }: LevelRow = LEVELS[level];
  return boundBy === 'token' || boundBy === 'session';
}

/** Whether one entry of the level shuts out everybody. */
export function isBreakGlass(level: RevocationLevel): level is BreakGlassLevel {
  return LEVELS[level].isBreakGlass;
}

/** How entries with a prefix are treated: the row of its level. */
export function levelRow(prefix: TargetPrefix): LevelRow {
  return LEVELS[TARGET_PREFIXES[prefix]];
}
