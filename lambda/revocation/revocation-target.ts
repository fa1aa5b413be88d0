import type { AccessToken } from '../token/access-token.ts';

/** What one entry takes back, from a single token to everything an issuer signed. */
export const REVOCATION_LEVELS = ['token', 'session', 'subject', 'client', 'key', 'issuer'] as const;

export type RevocationLevel = (typeof REVOCATION_LEVELS)[number];

/** The first part of a `target`. `th` is the token level too, for tokens without an id. */
export const TARGET_PREFIXES = {
  jti: 'token',
  th: 'token',
  sid: 'session',
  sub: 'subject',
  cid: 'client',
  kid: 'key',
  iss: 'issuer',
} as const satisfies Record<string, RevocationLevel>;

export type TargetPrefix = keyof typeof TARGET_PREFIXES;

/** Levels at which one entry shuts out everybody: another right to write, and an alarm. */
export const BREAK_GLASS_LEVELS = ['key', 'issuer'] as const satisfies readonly RevocationLevel[];

export type BreakGlassLevel = (typeof BREAK_GLASS_LEVELS)[number];

/** The partition key of an entry: `jti#<alias>#<value>`, or `iss#<alias>` for a whole issuer. */
export interface RevocationTarget {
  readonly prefix: TargetPrefix;
  readonly issuerAlias: string;
  /** Verbatim, `#` included; undefined for `iss`. */
  readonly value: string | undefined;
}

export function formatTarget({ prefix, issuerAlias, value }: RevocationTarget): string {
  return value === undefined ? `${prefix}#${issuerAlias}` : `${prefix}#${issuerAlias}#${value}`;
}

/** The parts of a written target, or undefined when no token can ever match it. The alias is not looked up here. */
export function parseTarget(target: string): RevocationTarget | undefined {
  const [prefix = '', issuerAlias = '', ...rest] = target.split('#');
  if (!isTargetPrefix(prefix) || issuerAlias === '') return undefined;
  const value = rest.length === 0 ? undefined : rest.join('#');
  if ((prefix === 'iss') !== (value === undefined) || value === '') return undefined;
  return { prefix, issuerAlias, value };
}

function isTargetPrefix(prefix: string): prefix is TargetPrefix {
  return Object.hasOwn(TARGET_PREFIXES, prefix);
}

/**
 * Every target that would revoke this token, at the given levels and under every alias that its issuer has had; what one
 * read of the table asks for. Aliases hold no `#`, so no two targets are equal.
 */
export function targetsOf(token: AccessToken, levels: ReadonlySet<RevocationLevel>): readonly RevocationTarget[] {
  return [token.issuerAlias, ...token.formerAliases].flatMap((issuerAlias) =>
    targetsUnder(issuerAlias, token).filter(
      ({ prefix, value }) => levels.has(TARGET_PREFIXES[prefix]) && (value !== undefined || prefix === 'iss'),
    ),
  );
}

function targetsUnder(issuerAlias: string, token: AccessToken): readonly RevocationTarget[] {
  return [
    { prefix: 'jti', issuerAlias, value: token.jwtId },
    { prefix: 'th', issuerAlias, value: token.signedPartDigest },
    { prefix: 'sid', issuerAlias, value: token.sessionId },
    { prefix: 'sub', issuerAlias, value: token.subject },
    { prefix: 'cid', issuerAlias, value: token.clientId },
    { prefix: 'kid', issuerAlias, value: token.keyId },
    { prefix: 'iss', issuerAlias, value: undefined },
  ];
}
