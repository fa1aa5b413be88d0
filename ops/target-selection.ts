import type { AuthorizerDescription } from '../lambda/authorizer-description.ts';
import {
  formatTarget,
  type RevocationLevel,
  type RevocationTarget,
  TARGET_PREFIXES,
  type TargetPrefix,
} from '../lambda/revocation-target.ts';
import { aliasesOf, type TrustedIssuer } from '../lambda/trusted-issuer.ts';
import type { Selector } from './command.ts';
import { issuerOf } from './revocation.ts';
import { unverifiedTokenTarget } from './unverified-token.ts';

export interface SelectedTarget {
  readonly target: RevocationTarget;
  readonly issuer: TrustedIssuer;
}

/**
 * The partition keys under which an entry for a selector may stand, well-formed or not: under the issuer's present alias,
 * which comes first, and under its former ones. @throws OperatorError
 */
export function targetTexts(selector: Selector, description: AuthorizerDescription): readonly string[] {
  if (selector.by === 'target') return [selector.target];
  const { target, issuer } = selectTarget(selector, description);
  return aliasesOf(issuer).map((issuerAlias) => formatTarget({ ...target, issuerAlias }));
}

/** What there is to tell of one Region's spellings: those with an entry; where none has one, the first says so. */
export function worthTelling<Found>(found: readonly Found[], isAbsent: (one: Found) => boolean): readonly Found[] {
  const present = found.filter((one) => !isAbsent(one));
  return present.length > 0 ? present : found.slice(0, 1);
}

/** The target that a selector means in one deployment. @throws OperatorError */
export function selectTarget(
  selector: Exclude<Selector, { readonly by: 'target' }>,
  description: AuthorizerDescription,
): SelectedTarget {
  if (selector.by === 'jwt') return unverifiedTokenTarget(selector.jwt, description.configuration.issuers);
  const { level, value } = selector;
  const issuer = issuerOf(description, level === 'issuer' ? value : selector.issuer);
  const target = { prefix: prefixOf(level), issuerAlias: issuer.alias, value: level === 'issuer' ? undefined : value };
  return { target, issuer };
}

/** The first prefix of a level: `jti` for tokens, since `th` is only for those without an id. */
function prefixOf(level: RevocationLevel): TargetPrefix {
  const prefixes = Object.keys(TARGET_PREFIXES) as readonly TargetPrefix[];
  return prefixes.find((prefix) => TARGET_PREFIXES[prefix] === level) ?? 'jti';
}
