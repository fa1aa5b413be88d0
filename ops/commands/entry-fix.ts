import type { FindingKind } from '../../lambda/revocation/entry-finding.ts';
import type { EntryItem } from '../../lambda/revocation/revocation.ts';
import { parseNamedValue } from '../../lambda/revocation/revocation-claim.ts';
import { ENTRY_ATTRIBUTES, readBefore } from '../../lambda/revocation/revocation-entry.ts';
import { TARGET_PREFIXES, takesBefore } from '../../lambda/revocation/revocation-level.ts';
import { formatTarget, parseTarget, type RevocationTarget } from '../../lambda/revocation/revocation-target.ts';
import { innerTarget } from '../../lambda/revocation/target-inspection.ts';
import { mailForm } from '../../lambda/token/subject-alias.ts';
import { aliasesOf, isKnownAs } from '../../lambda/token/trusted-issuer.ts';
import { isShowable, shellWord } from '../cli/terminal-text.ts';
import { commandFor, commandLine, textOf } from '../entry/entry-text.ts';
import { problemWithValue } from '../entry/pasted-value.ts';
import type { RegionalStack } from '../stack/revocation-stack.ts';

/** Findings after which no token can match the entry. */
const USELESS: readonly FindingKind[] = [
  'malformed-target',
  'unknown-prefix',
  'unknown-alias',
  'level-not-read',
  'unknown-claim',
];

/** Findings that only a replacement mends, because a later `before` and a missing `purgeAt` are stronger. */
const TOO_STRONG: readonly FindingKind[] = ['before-in-future', 'missing-purge-at', 'malformed-purge-at'];

/** The fix of an entry: a command to copy, or instructions where no command can help. */
export interface EntryFix {
  readonly fix: string;
  /** The assumption of the fix about what was meant; undefined: none. */
  readonly guess: string | undefined;
  /** The fix where the guess is wrong; undefined: none. */
  readonly otherwise: string | undefined;
}

/** The fix for all findings about an entry, without a window in which revoked tokens work again. */
export function fixFor(kinds: readonly FindingKind[], item: EntryItem, region: RegionalStack): EntryFix {
  const text = textOf(item, ENTRY_ATTRIBUTES.target) ?? '';
  if (!isShowable(text)) {
    return certain('delete the entry in the DynamoDB console, and revoke what was meant with `revoke token -`');
  }
  const target = parseTarget(text);
  if (target === undefined || hasOneOf(kinds, USELESS)) return fixForUseless(kinds, text, item, region);
  if (kinds.includes('repeated-alias')) return fixForRepeatedAlias(target, item, region);
  if (kinds.includes('capitals-in-email')) return fixForCapitals(target, item, region);
  if (target.prefix === 'th') return certain(fixForDigest(kinds));
  const issuerAlias = presentAlias(target.issuerAlias, region);
  if (issuerAlias === undefined || issuerAlias === target.issuerAlias) {
    return fixForTimes(kinds, target, item, region);
  }
  return thenRemoved(fixForTimes(kinds, { ...target, issuerAlias }, item, region), text, region);
}

/** The present alias of the issuer that has or had this one; undefined: no issuer did. Commands write the present alias. */
function presentAlias(alias: string, { authorizer }: RegionalStack): string | undefined {
  return authorizer.configuration.issuers.find((issuer) => isKnownAs(issuer, alias))?.alias;
}

/** The command that deletes an entry by its key. */
function removal(text: string, { flags, caller }: RegionalStack): string {
  return commandLine(caller, 'restore target', text, flags);
}

/** The fix, and then the removal of the entry under the former alias. */
function thenRemoved({ fix, guess, otherwise }: EntryFix, text: string, region: RegionalStack): EntryFix {
  const remove = removal(text, region);
  return { fix: `${fix} && ${remove}`, guess, otherwise: otherwise && `${otherwise} && ${remove}` };
}

function fixForTimes(
  kinds: readonly FindingKind[],
  target: RevocationTarget,
  item: EntryItem,
  { flags, caller }: RegionalStack,
): EntryFix {
  const write = (findings: readonly FindingKind[], before: string) => {
    const replace = hasOneOf(findings, TOO_STRONG) ? words('--replace', reasonWords(item)) : '';
    return commandFor(caller, 'revoke', target, words(before, replace, flushWords(item), flags));
  };
  if (kinds.includes('before-too-old')) {
    const guess = 'if tokens issued until now are meant';
    return { fix: write(kinds, '--before now'), guess, otherwise: commandFor(caller, 'restore', target, flags) };
  }
  const kept = beforeWords(target, item);
  if (kinds.includes('purge-in-past') && !kinds.includes('before-in-future')) {
    return { fix: write(kinds, kept), guess: 'if it is still to be revoked', otherwise: undefined };
  }
  if (!kinds.includes('before-in-future')) return certain(write(kinds, kept));
  const others = kinds.filter((kind) => kind !== 'before-in-future');
  const otherwise = others.length === 0 ? undefined : write(others, kept);
  return { fix: write(kinds, '--before now'), guess: 'unless the future `before` is meant', otherwise };
}

function certain(fix: string): EntryFix {
  return { fix, guess: undefined, otherwise: undefined };
}

function hasOneOf(kinds: readonly FindingKind[], wanted: readonly FindingKind[]): boolean {
  return kinds.some((kind) => wanted.includes(kind));
}

/**
 * The fix for an entry that matches nothing: write what it seems to mean, if it is still to be revoked, and delete it. For an
 * entry that a deployment stopped reading, there is also a change of the deployment that makes it count again.
 */
function fixForUseless(kinds: readonly FindingKind[], text: string, item: EntryItem, region: RegionalStack): EntryFix {
  const remove = removal(text, region);
  const meant = meantBy(text, region);
  if (meant === undefined) return fixInDeployment(kinds, parseTarget(text), remove);
  const fix = `${revokeAgain(meant, item, region)} && ${remove}`;
  return { fix, guess: 'if it is still to be revoked', otherwise: remove };
}

function fixInDeployment(
  kinds: readonly FindingKind[],
  target: RevocationTarget | undefined,
  remove: string,
): EntryFix {
  if (target === undefined) return certain(remove);
  if (kinds.includes('unknown-alias')) {
    const guess = `if no issuer ever had the alias ${target.issuerAlias}`;
    return { fix: remove, guess, otherwise: `add it to the formerAliases of the issuer that had it, and deploy` };
  }
  if (kinds.includes('unknown-claim')) {
    const name = parseNamedValue(target.value ?? '')?.name;
    const guess = `if entries for the claim ${name} are not to count`;
    return { fix: remove, guess, otherwise: `add it to revocationClaims, and deploy` };
  }
  if (!kinds.includes('level-not-read')) return certain(remove);
  const level = TARGET_PREFIXES[target.prefix];
  return {
    fix: remove,
    guess: `if entries of the level ${level} are not to count`,
    otherwise: `add it to revocationLevels${level === 'claim' ? ', and its claims to revocationClaims' : ''}, and deploy`,
  };
}

/** The fix for a value that was copied with its alias. A value that really begins with an alias is right. */
function fixForRepeatedAlias(target: RevocationTarget, item: EntryItem, region: RegionalStack): EntryFix {
  const remove = removal(formatTarget(target), region);
  const aliases = region.authorizer.configuration.issuers.flatMap(aliasesOf);
  const inner = innerTarget(target, aliases);
  const meant = inner === undefined ? undefined : meantBy(formatTarget(inner), region);
  const fix = meant === undefined ? remove : `${revokeAgain(meant, item, region)} && ${remove}`;
  return { fix, guess: 'unless the value itself begins with an alias', otherwise: undefined };
}

/** The fix for an e-mail address with capitals: an entry in lower case, as `revoke` writes it. */
function fixForCapitals(target: RevocationTarget, item: EntryItem, region: RegionalStack): EntryFix {
  const meant = meantBy(formatTarget({ ...target, value: mailForm(target.value ?? '') }), region);
  const remove = removal(formatTarget(target), region);
  const fix = meant === undefined ? remove : `${revokeAgain(meant, item, region)} && ${remove}`;
  return { fix, guess: 'unless tokens have it exactly so', otherwise: undefined };
}

function revokeAgain(meant: RevocationTarget, item: EntryItem, { flags, caller }: RegionalStack): string {
  const options = words(beforeWords(meant, item), reasonWords(item), flushWords(item), flags);
  return commandFor(caller, 'revoke', meant, options);
}

/** The target that a mistyped one means; undefined: none that this deployment reads. */
function meantBy(text: string, region: RegionalStack): RevocationTarget | undefined {
  const [prefix = '', alias = '', ...rest] = text.split('#');
  const value = rest.length === 0 ? [] : [rest.join('#').trim()];
  const meant = parseTarget([prefix.trim().toLowerCase(), alias.trim().toLowerCase(), ...value].join('#'));
  if (meant === undefined || meant.prefix === 'th') return undefined;
  const { revocationLevels, revocationClaims = {} } = region.authorizer.configuration;
  const level = TARGET_PREFIXES[meant.prefix];
  const isKnown = level !== 'claim' || Object.hasOwn(revocationClaims, parseNamedValue(meant.value ?? '')?.name ?? '');
  const isRead = isKnown && revocationLevels.includes(level);
  const isSound = meant.value === undefined || problemWithValue(meant.value) === undefined;
  const issuerAlias = presentAlias(meant.issuerAlias, region);
  return isRead && isSound && issuerAlias !== undefined ? { ...meant, issuerAlias } : undefined;
}

/** The fix for a digest: only `revoke token` writes one, and it needs the token itself. */
function fixForDigest(kinds: readonly FindingKind[]): string {
  const steps = [
    ...(kinds.includes('malformed-before') ? ['delete `before`'] : []),
    ...(kinds.some((kind) => kind !== 'malformed-before') ? ['set `purgeAt` (a number of seconds since 1970)'] : []),
  ];
  return `in the DynamoDB console, ${steps.join(', and ')}`;
}

function words(...all: readonly string[]): string {
  return all.filter((word) => word !== '').join(' ');
}

function beforeWords(target: RevocationTarget, item: EntryItem): string {
  if (!takesBefore(TARGET_PREFIXES[target.prefix])) return '';
  const before = readBefore(item[ENTRY_ATTRIBUTES.before]);
  return typeof before === 'number' ? `--before ${Math.ceil(before)} --force` : '--block';
}

/** The option that repeats the entry's reason: a replacement does not inherit it. */
function reasonWords(item: EntryItem): string {
  const reason = textOf(item, ENTRY_ATTRIBUTES.reason) ?? '';
  return reason !== '' && isShowable(reason) ? `--reason ${shellWord(reason)}` : '';
}

function flushWords(item: EntryItem): string {
  return item[ENTRY_ATTRIBUTES.flush]?.BOOL === false ? '--no-flush' : '';
}
