import type { FindingKind } from '../lambda/entry-finding.ts';
import { ENTRY_ATTRIBUTES, readBefore } from '../lambda/revocation-entry.ts';
import { parseTarget, type RevocationTarget, TARGET_PREFIXES } from '../lambda/revocation-target.ts';
import { commandFor, commandLine, textOf } from './entry-text.ts';
import { printable, withholdToken } from './printable.ts';
import { type EntryItem, hasBefore } from './revocation.ts';
import type { RegionalStack } from './revocation-stack.ts';

/** The command that puts one finding right, without a moment in which what is revoked is not. */
export function fixFor(kind: FindingKind, item: EntryItem, region: RegionalStack): string {
  const text = textOf(item, ENTRY_ATTRIBUTES.target) ?? '';
  if (withholdToken(text) !== text || printable(text) !== text) {
    return 'delete the entry in the DynamoDB console, and revoke what was meant with `revoke token -`';
  }
  const target = parseTarget(text);
  if (!isReadable(target, region) || kind === 'malformed-target') return fixForUseless(text, item, region);
  if (target.prefix === 'th') return `set \`purgeAt\` in the DynamoDB console, to seconds since 1970`;
  return commandFor(
    'revoke',
    target,
    `${kind === 'before-too-old' ? '--before now ' : beforeWords(target, item)}${replaceWords(kind)}${region.flags}`,
  );
}

/** Deletes an entry that matches nothing, after writing what it seems to have meant. */
function fixForUseless(text: string, item: EntryItem, region: RegionalStack): string {
  const remove = commandLine('restore target', text, region.flags);
  const meant = meantBy(text, region);
  if (meant === undefined) return remove;
  return `${commandFor('revoke', meant, `${beforeWords(meant, item)}${region.flags}`)} && ${remove}`;
}

/** A target with its slips of the hand undone; undefined when even that matches nothing here. */
function meantBy(text: string, region: RegionalStack): RevocationTarget | undefined {
  const [prefix = '', alias = '', ...value] = text.split('#').map((part) => part.trim());
  const meant = parseTarget([prefix.toLowerCase(), alias.toLowerCase(), ...value].join('#'));
  return isReadable(meant, region) && meant.prefix !== 'th' ? meant : undefined;
}

function isReadable(target: RevocationTarget | undefined, { authorizer }: RegionalStack): target is RevocationTarget {
  if (target === undefined) return false;
  const { issuers, revocationLevels } = authorizer.configuration;
  return (
    issuers.some(({ alias }) => alias === target.issuerAlias) &&
    revocationLevels.includes(TARGET_PREFIXES[target.prefix])
  );
}

function beforeWords(target: RevocationTarget, item: EntryItem): string {
  if (!hasBefore(target)) return '';
  const before = readBefore(item[ENTRY_ATTRIBUTES.before]);
  return typeof before === 'number' ? `--before ${Math.ceil(before)} --force ` : '--block ';
}

/** Only a replacement can give an entry the purge time that it lacks, since for ever is the stronger one. */
function replaceWords(kind: FindingKind): string {
  return kind === 'missing-purge-at' || kind === 'malformed-purge-at' ? '--replace ' : '';
}
