import type { FindingKind } from '../lambda/entry-finding.ts';
import { ENTRY_ATTRIBUTES, readBefore } from '../lambda/revocation-entry.ts';
import { parseTarget, type RevocationTarget, TARGET_PREFIXES } from '../lambda/revocation-target.ts';
import { commandFor, commandLine, textOf } from './entry-text.ts';
import { printable, shellWord, withholdToken } from './printable.ts';
import { type EntryItem, hasBefore } from './revocation.ts';
import type { RegionalStack } from './revocation-stack.ts';
import { problemWithValue } from './selector-value.ts';

/** Findings that say that no token can match the entry. */
const USELESS: readonly FindingKind[] = ['malformed-target', 'unknown-prefix', 'unknown-alias', 'level-not-read'];

/** Findings after which `before` is now: what it says was not meant. */
const BEFORE_NOT_MEANT: readonly FindingKind[] = ['before-in-future', 'before-too-old'];

/** Findings that only a replacement puts right: the later `before`, and no `purgeAt`, are the stronger ones. */
const TOO_STRONG: readonly FindingKind[] = ['before-in-future', 'missing-purge-at', 'malformed-purge-at'];

/** The command that puts right all that was found of an entry, without a moment in which what is revoked is not. */
export function fixFor(kinds: readonly FindingKind[], item: EntryItem, region: RegionalStack): string {
  const text = textOf(item, ENTRY_ATTRIBUTES.target) ?? '';
  if (!isShowable(text)) {
    return 'delete the entry in the DynamoDB console, and revoke what was meant with `revoke token -`';
  }
  const target = parseTarget(text);
  if (target === undefined || hasOneOf(kinds, USELESS)) return fixForUseless(text, item, region);
  if (target.prefix === 'th') return fixForDigest(kinds);
  const before = hasOneOf(kinds, BEFORE_NOT_MEANT) ? '--before now' : beforeWords(target, item);
  const replace = hasOneOf(kinds, TOO_STRONG) ? words('--replace', reasonWords(item)) : '';
  return commandFor('revoke', target, words(before, replace, flushWords(item), region.flags));
}

function hasOneOf(kinds: readonly FindingKind[], wanted: readonly FindingKind[]): boolean {
  return kinds.some((kind) => wanted.includes(kind));
}

function isShowable(text: string): boolean {
  return withholdToken(text) === text && printable(text) === text;
}

/** Deletes an entry that matches nothing, after writing what it seems to have meant. */
function fixForUseless(text: string, item: EntryItem, region: RegionalStack): string {
  const remove = commandLine('restore target', text, region.flags);
  const meant = meantBy(text, region);
  if (meant === undefined) return remove;
  const options = words(beforeWords(meant, item), reasonWords(item), flushWords(item), region.flags);
  return `${commandFor('revoke', meant, options)} && ${remove}`;
}

/** A target with its slips of the hand undone; undefined when even that matches nothing here. */
function meantBy(text: string, { authorizer }: RegionalStack): RevocationTarget | undefined {
  const [prefix = '', alias = '', ...rest] = text.split('#');
  const value = rest.length === 0 ? [] : [rest.join('#').trim()];
  const meant = parseTarget([prefix.trim().toLowerCase(), alias.trim().toLowerCase(), ...value].join('#'));
  if (meant === undefined || meant.prefix === 'th') return undefined;
  const { issuers, revocationLevels } = authorizer.configuration;
  const isRead = revocationLevels.includes(TARGET_PREFIXES[meant.prefix]);
  const isSound = meant.value === undefined || problemWithValue(meant.value) === undefined;
  return isRead && isSound && issuers.some((issuer) => issuer.alias === meant.issuerAlias) ? meant : undefined;
}

/** No command writes a digest but `revoke token`, which needs the token itself. */
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
  if (!hasBefore(target)) return '';
  const before = readBefore(item[ENTRY_ATTRIBUTES.before]);
  return typeof before === 'number' ? `--before ${Math.ceil(before)} --force` : '--block';
}

/** A new entry does not inherit it. */
function reasonWords(item: EntryItem): string {
  const reason = textOf(item, ENTRY_ATTRIBUTES.reason) ?? '';
  return reason !== '' && isShowable(reason) ? `--reason ${shellWord(reason)}` : '';
}

function flushWords(item: EntryItem): string {
  return item[ENTRY_ATTRIBUTES.flush]?.BOOL === false ? '--no-flush' : '';
}
