import type { AuthorizerDescription } from '../../lambda/configuration/authorizer-description.ts';
import { parseNamedValue } from '../../lambda/revocation/revocation-claim.ts';
import { TARGET_PREFIXES } from '../../lambda/revocation/revocation-level.ts';
import type { RevocationTarget } from '../../lambda/revocation/revocation-target.ts';
import { isKnownAs } from '../../lambda/token/trusted-issuer.ts';

/**
 * The claims with which the authorizer compares the value of an entry, where they depend on the deployment. Undefined: the level
 * says which claim it is, or no token can match.
 */
export function coveredClaims(
  { prefix, issuerAlias, value = '' }: RevocationTarget,
  { configuration: { issuers, revocationClaims = {} } }: AuthorizerDescription,
): readonly string[] | undefined {
  const level = TARGET_PREFIXES[prefix];
  if (level === 'claim') {
    const path = new Map(Object.entries(revocationClaims)).get(parseNamedValue(value)?.name ?? '');
    return path && [path.join('.')];
  }
  const aliases = issuers.find((issuer) => isKnownAs(issuer, issuerAlias))?.subjectAliases ?? [];
  if (level !== 'subject' || aliases.length === 0) return undefined;
  return ['sub', ...aliases.map((path) => path.join('.'))];
}

/** `sub or uid`. */
export function claimsInWords(claims: readonly string[]): string {
  return new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(claims);
}
