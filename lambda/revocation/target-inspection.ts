import { isIdentifier } from '../token/identifier.ts';
import { hasMailAlias, mailForm } from '../token/subject-alias.ts';
import { aliasesOf, isKnownAs } from '../token/trusted-issuer.ts';
import type { Finding, FindingKind, InspectedIssuer, InspectionFacts } from './entry-finding.ts';
import { parseNamedValue } from './revocation-claim.ts';
import { TARGET_PREFIXES } from './revocation-level.ts';
import { isTargetPrefix, parseTarget, type RevocationTarget } from './revocation-target.ts';

/** Finds out why no token of this deployment can match a written target; undefined: one can. */
export function inspectTarget(text: string | undefined, facts: InspectionFacts): Finding | undefined {
  if (text === undefined) return nothingMatches('The entry has no `target` of type string');
  const slip = slipOf(text, facts);
  if (slip !== undefined) return nothingMatches(slip);
  const target = parseTarget(text);
  if (target === undefined) return unreadable(text);
  const issuer = facts.issuers.find((each) => isKnownAs(each, target.issuerAlias));
  const known = facts.issuers.map(({ alias }) => alias).join(', ');
  if (issuer === undefined)
    return nothingMatches(`The target names none of this deployment's issuers (${known})`, 'unknown-alias');
  const level = TARGET_PREFIXES[target.prefix];
  if (facts.revocationLevels !== undefined && !facts.revocationLevels.includes(level))
    return nothingMatches(`This deployment does not read entries of the ${level} level`, 'level-not-read');
  if (target.prefix === 'th' && issuer.tokensWithoutId === 'reject')
    return nothingMatches('Tokens of this issuer have an id, and are revoked by `jti#`', 'level-not-read');
  if (isUnknownClaim(target, facts)) {
    const names = facts.revocationClaims?.join(', ');
    return nothingMatches(`The target names none of the claims of this deployment (${names})`, 'unknown-claim');
  }
  const flaw = flawOfValue(target);
  return flaw === undefined ? undefined : nothingMatches(flaw);
}

function isUnknownClaim({ prefix, value = '' }: RevocationTarget, { revocationClaims }: InspectionFacts): boolean {
  if (prefix !== 'clm' || revocationClaims === undefined) return false;
  return !revocationClaims.includes(parseNamedValue(value)?.name ?? '');
}

/** A typing slip: a stray space, or capitals in the first two parts. */
function slipOf(text: string, { issuers }: InspectionFacts): string | undefined {
  const parts = text.split('#');
  const [prefix = '', alias = ''] = parts;
  const padded = [prefix, alias, text, parts.slice(2).join('#')];
  if (padded.some((part) => part !== part.trim())) return 'The target has a stray space';
  if (prefix !== prefix.toLowerCase() && isTargetPrefix(prefix.toLowerCase()))
    return 'The prefix of the target is not in lower case';
  const isMiscased = issuers.every((issuer) => !isKnownAs(issuer, alias));
  return isMiscased && issuers.some((issuer) => isKnownAs(issuer, alias.toLowerCase()))
    ? 'The alias of the target is not in lower case'
    : undefined;
}

function unreadable(text: string): Finding {
  const [prefix = ''] = text.split('#');
  if (!isTargetPrefix(prefix))
    return nothingMatches(
      `The target starts with none of ${Object.keys(TARGET_PREFIXES).join(', ')}`,
      'unknown-prefix',
    );
  const form = prefix === 'clm' ? '`clm#<alias>#<claim>#<value>`' : '`jti#<alias>#<value>` or `iss#<alias>`';
  return nothingMatches(`The target is not of the form ${form}`);
}

/** What keeps a token from holding the value: the authorizer rejects tokens whose names are not identifiers. */
function flawOfValue({ prefix, value }: RevocationTarget): string | undefined {
  if (value === undefined) return undefined;
  const own = prefix === 'clm' ? parseNamedValue(value)?.value : value;
  if (!isIdentifier(own)) return 'The value of the target is too long, or holds a control character';
  return prefix === 'th' && !/^[0-9a-f]{64}$/.test(value)
    ? 'The value of the target is not a SHA-256 in lower-case hex'
    : undefined;
}

/**
 * Finds a value that begins with an alias: a pasted `principalId` (`<alias>#<subject>`), which backends log, or a whole
 * pasted target. A claim may begin like that by itself, so only people can tell.
 */
export function inspectRepeatedAlias(target: RevocationTarget, facts: InspectionFacts): readonly Finding[] {
  const aliases = facts.issuers.flatMap(aliasesOf);
  // The value of a claim stands behind the claim's name, which may be an alias as well.
  if (target.prefix === 'clm' || innerTarget(target, aliases) === undefined) return [];
  const sentence =
    'The value of the target begins with an alias, as `principalId` does: the entry revokes nothing unless the claim itself begins so.';
  return [{ kind: 'repeated-alias', sentence }];
}

/** The target that was meant where a value was pasted with an alias, or with prefix and alias; undefined: it was not. */
export function innerTarget(
  { prefix, value = '' }: RevocationTarget,
  aliases: readonly string[],
): RevocationTarget | undefined {
  const inner = [parseTarget(value), parseTarget(`${prefix}#${value}`)];
  return inner.find((target) => target?.value !== undefined && aliases.includes(target.issuerAlias));
}

/**
 * Finds an e-mail address with capitals where e-mail addresses are compared in lower case. Tokens may have it exactly so, and only
 * people can tell.
 */
export function inspectCapitals({ prefix, value = '' }: RevocationTarget, issuer: InspectedIssuer): readonly Finding[] {
  const isMail = TARGET_PREFIXES[prefix] === 'subject' && value.includes('@') && hasMailAlias(issuer);
  if (!isMail || value === mailForm(value)) return [];
  const sentence =
    'The value of the target is an e-mail address with capitals, and those are compared in lower case: the entry revokes only tokens that have it exactly so.';
  return [{ kind: 'capitals-in-email', sentence }];
}

function nothingMatches(cause: string, kind: FindingKind = 'malformed-target'): Finding {
  return { kind, sentence: `${cause}, so the entry revokes nothing.` };
}
