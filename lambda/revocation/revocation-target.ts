import type { AccessToken } from '../token/access-token.ts';
import { parseNamedValue } from './revocation-claim.ts';
import {
  LEVELS,
  type LevelRow,
  levelRow,
  type RevocationLevel,
  TARGET_PREFIXES,
  type TargetPrefix,
} from './revocation-level.ts';

/** The partition key of an entry: `jti#<alias>#<value>`, `clm#<alias>#<claim>#<value>`, or `iss#<alias>` for a whole issuer. */
export interface RevocationTarget {
  readonly prefix: TargetPrefix;
  readonly issuerAlias: string;
  /** Verbatim, `#` included; `tenant#acme` for `clm`; undefined for `iss`. */
  readonly value: string | undefined;
}

export function formatTarget({ prefix, issuerAlias, value }: RevocationTarget): string {
  return value === undefined ? `${prefix}#${issuerAlias}` : `${prefix}#${issuerAlias}#${value}`;
}

/** Parses a written target; undefined: no token can ever match it. The alias is not looked up here. */
export function parseTarget(target: string): RevocationTarget | undefined {
  const [prefix = '', issuerAlias = '', ...rest] = target.split('#');
  if (!isTargetPrefix(prefix) || issuerAlias === '') return undefined;
  const value = rest.length === 0 ? undefined : rest.join('#');
  if ((levelRow(prefix).targets[prefix] === null) !== (value === undefined) || value === '') return undefined;
  if (prefix === 'clm' && parseNamedValue(value ?? '') === undefined) return undefined;
  return { prefix, issuerAlias, value };
}

export function isTargetPrefix(prefix: string): prefix is TargetPrefix {
  return Object.hasOwn(TARGET_PREFIXES, prefix);
}

/** Where the value under each prefix is found. The flusher, which reads no tokens, is bundled without it. */
const READS = /* @__PURE__ */ Object.entries<LevelRow>(LEVELS).flatMap(([level, { targets }]) =>
  Object.entries(targets).map(([prefix, field]) => {
    return { prefix: prefix as TargetPrefix, level: level as RevocationLevel, field };
  }),
);

/**
 * Every target that would revoke this token at the given levels, under each alias that its issuer has had: the keys of one
 * read of the table. No two are equal: aliases hold no `#`, and a field has no name twice.
 */
export function targetsOf(token: AccessToken, levels: ReadonlySet<RevocationLevel>): readonly RevocationTarget[] {
  const targets: RevocationTarget[] = [];
  for (const issuerAlias of [token.issuerAlias, ...token.formerAliases]) {
    for (const { prefix, level, field } of READS) {
      if (!levels.has(level)) continue;
      const named = field === null ? undefined : token[field];
      if (typeof named === 'object') for (const value of named) targets.push({ prefix, issuerAlias, value });
      else if (named !== undefined || field === null) targets.push({ prefix, issuerAlias, value: named });
    }
  }
  return targets;
}
