import type { AuthorizerDescription } from '../lambda/authorizer-description.ts';
import {
  formatTarget,
  type RevocationLevel,
  type RevocationTarget,
  TARGET_PREFIXES,
  type TargetPrefix,
} from '../lambda/revocation-target.ts';
import type { TrustedIssuer } from '../lambda/trusted-issuer.ts';
import type { Selector } from './command.ts';
import { issuerOf } from './revocation.ts';
import { unverifiedTokenTarget } from './unverified-token.ts';

export interface SelectedTarget {
  readonly target: RevocationTarget;
  readonly issuer: TrustedIssuer;
}

/** The partition key that a selector means in one deployment, well-formed or not. @throws OperatorError */
export function targetText(selector: Selector, description: AuthorizerDescription): string {
  return selector.by === 'target' ? selector.target : formatTarget(selectTarget(selector, description).target);
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
