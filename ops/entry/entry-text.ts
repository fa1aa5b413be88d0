import type { EntryItem } from '../../lambda/revocation/revocation.ts';
import { readPurgeAt } from '../../lambda/revocation/revocation.ts';
import { ENTRY_ATTRIBUTES, readBefore } from '../../lambda/revocation/revocation-entry.ts';
import { TARGET_PREFIXES, takesBefore } from '../../lambda/revocation/revocation-level.ts';
import { formatTarget, parseTarget, type RevocationTarget } from '../../lambda/revocation/revocation-target.ts';
import { formatInstant } from '../../lambda/token/numeric-date.ts';
import { mailForm } from '../../lambda/token/subject-alias.ts';
import type { Caller } from '../cli/caller.ts';
import { printable, shellWord, withholdToken } from '../cli/terminal-text.ts';
import { valueInWords } from './claim-words.ts';
import { LEVEL_WORDS } from './level-words.ts';
import { meantBy } from './pasted-value.ts';

/** `subject alice of main`. */
export function nameOf(target: RevocationTarget): string {
  const level = target.prefix === 'th' ? 'token with the digest' : TARGET_PREFIXES[target.prefix];
  const value = valueInWords(target);
  const issuerAlias = printable(target.issuerAlias);
  return value === undefined ? `${level} ${issuerAlias}` : `${level} ${printable(value)} of ${issuerAlias}`;
}

/** Which tokens an entry revokes. @param before - seconds; undefined: all of them */
export function tokensOf(target: RevocationTarget, before: number | undefined): string {
  const level = TARGET_PREFIXES[target.prefix];
  if (before === undefined || !takesBefore(level)) return LEVEL_WORDS[level].tokens;
  return `tokens ${level === 'claim' ? 'with' : 'of'} this ${level} issued until ${formatInstant(before)}; later ones work`;
}

/** Which tokens an entry of the table revokes: all that it names where its `before` is malformed. */
export function tokensRejectedBy(target: RevocationTarget, item: EntryItem): string {
  const before = readBefore(item[ENTRY_ATTRIBUTES.before]);
  return tokensOf(target, typeof before === 'number' ? before : undefined);
}

/** One entry for programs. Times are seconds since the epoch, as in the table and `now`; null: absent. */
export function entryDocument(item: EntryItem, now: number) {
  const target = textOf(item, ENTRY_ATTRIBUTES.target) ?? '';
  const parsed = parseTarget(target);
  const value = parsed && valueInWords(parsed);
  const before = readBefore(item[ENTRY_ATTRIBUTES.before]);
  return {
    target: withholdToken(target),
    level: parsed === undefined ? null : TARGET_PREFIXES[parsed.prefix],
    issuer: parsed?.issuerAlias ?? null,
    value: value === undefined ? null : withholdToken(value),
    before: before === 'absent' ? null : before,
    purgeAt: purgeAtDocument(item, now),
    flush: item[ENTRY_ATTRIBUTES.flush]?.BOOL !== false,
    reason: textOf(item, ENTRY_ATTRIBUTES.reason) ?? null,
    revokedBy: textOf(item, ENTRY_ATTRIBUTES.revokedBy) ?? null,
    revokedAt: textOf(item, ENTRY_ATTRIBUTES.revokedAt) ?? null,
  };
}

export type EntryDocument = ReturnType<typeof entryDocument>;

function purgeAtDocument(item: EntryItem, now: number): number | 'malformed' | null {
  if (item[ENTRY_ATTRIBUTES.purgeAt] === undefined) return null;
  return readPurgeAt(item, now) ?? 'malformed';
}

/** The text of an attribute: people also put numbers where the tool puts text. */
export function textOf(item: EntryItem, name: string): string | undefined {
  return item[name]?.S ?? item[name]?.N;
}

/** `written by ann on 2026-10-01T12:00:00Z: "laptop lost"`. */
export function authorshipOf({ revokedBy, revokedAt, reason }: EntryDocument): string {
  const when = revokedAt === null ? '' : ` on ${printable(revokedAt)}`;
  const why = reason === null ? ', no reason given' : `: "${printable(reason)}"`;
  return `written by ${revokedBy === null ? 'somebody' : printable(revokedBy)}${when}${why}`;
}

/** A cell of a table: an instant, or `malformed`. */
export function instantCell(value: number | 'malformed' | null, absent: string): string {
  if (value === null) return absent;
  return typeof value === 'number' ? formatInstant(value) : value;
}

/** A command to copy that applies a verb to a target: `restore subject alice --issuer main --local`. */
export function commandFor(caller: Caller, verb: string, target: RevocationTarget, options: string): string {
  const { prefix, issuerAlias } = target;
  const value = valueInWords(target);
  if (value === undefined) return commandLine(caller, `${verb} ${TARGET_PREFIXES[prefix]}`, issuerAlias, options);
  if (prefix === 'th') return commandLine(caller, `${verb} target`, formatTarget(target), options);
  // Any text before a `#` may be the alias of another issuer, which only the deployment knows.
  const aliases = [issuerAlias, (value.split(/#|%23/)[0] ?? '').trim().toLowerCase()];
  const isPlain = meantBy(value, TARGET_PREFIXES[prefix], aliases) === undefined && !hasCapitalsInMail(target);
  const exact = isPlain ? '' : '--exact ';
  const withIssuer = `--issuer ${issuerAlias} ${exact}${options}`;
  if (prefix === 'jti') return caller(`${verb} token --jwt-id ${shellWord(value)} ${withIssuer}`.trimEnd());
  return commandLine(caller, `${verb} ${TARGET_PREFIXES[prefix]}`, value, withIssuer);
}

/** Whether a command might write the value in lower case: some deployments compare e-mail addresses so. */
function hasCapitalsInMail({ prefix, value = '' }: RevocationTarget): boolean {
  return prefix === 'sub' && value.includes('@') && value !== mailForm(value);
}

/** A command to copy. A value that begins with a dash comes after `--`, or it would be taken for an option. */
export function commandLine(caller: Caller, words: string, value: string, options: string): string {
  const word = shellWord(value);
  return caller(value.startsWith('-') ? `${words} ${options} -- ${word}` : `${words} ${word} ${options}`.trimEnd());
}
