import { TARGET_PREFIXES } from '../../lambda/revocation/revocation-level.ts';
import type { RevocationTarget } from '../../lambda/revocation/revocation-target.ts';
import type { TrustedIssuer } from '../../lambda/token/trusted-issuer.ts';

/**
 * The claims with which the authorizer compares the value of an entry, where they depend on the deployment. Undefined: the level
 * says which claim it is.
 */
export function coveredClaims(
  { prefix }: Pick<RevocationTarget, 'prefix'>,
  { subjectAliases = [] }: TrustedIssuer,
): readonly string[] | undefined {
  if (TARGET_PREFIXES[prefix] !== 'subject' || subjectAliases.length === 0) return undefined;
  return ['sub', ...subjectAliases.map((path) => path.join('.'))];
}

/** `sub or uid`. */
export function claimsInWords(claims: readonly string[]): string {
  return new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(claims);
}
