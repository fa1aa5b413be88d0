import type { AuthorizerDescription } from '../lambda/authorizer-description.ts';
import {
  type RevocationLevel,
  type RevocationTarget,
  TARGET_PREFIXES,
  type TargetPrefix,
} from '../lambda/revocation-target.ts';
import type { TrustedIssuer } from '../lambda/trusted-issuer.ts';
import type { Selector } from './command.ts';
import { issuerOf } from './revocation.ts';
import { unverifiedTokenTarget } from './unverified-token.ts';

/** A selector with its JWT at hand. */
export type ResolvedSelector = Exclude<Selector, { readonly by: 'target' }>;

export interface SelectedTarget {
  readonly target: RevocationTarget;
  readonly issuer: TrustedIssuer;
}

/** The target that a selector means in one deployment. @throws OperatorError */
export function selectTarget(selector: ResolvedSelector, description: AuthorizerDescription): SelectedTarget {
  if (selector.by === 'jwt') return unverifiedTokenTarget(selector.jwt, description.configuration.issuers);
  const { level, value } = selector;
  const issuer = issuerOf(description, level === 'issuer' ? value : selector.issuer);
  const target = { prefix: prefixOf(level), issuerAlias: issuer.alias, value: level === 'issuer' ? undefined : value };
  return { target, issuer };
}

/** The first prefix of a level: `jti` for tokens, since `th` is only for those without an id. */
export function prefixOf(level: RevocationLevel): TargetPrefix {
  const prefixes = Object.keys(TARGET_PREFIXES) as readonly TargetPrefix[];
  return prefixes.find((prefix) => TARGET_PREFIXES[prefix] === level) ?? 'jti';
}
