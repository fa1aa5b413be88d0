import type { EntryItem } from '../../lambda/revocation/revocation.ts';
import { TARGET_PREFIXES } from '../../lambda/revocation/revocation-level.ts';
import { parseTarget } from '../../lambda/revocation/revocation-target.ts';
import { aliasesOf, isKnownAs } from '../../lambda/token/trusted-issuer.ts';
import { OperatorError } from '../cli/operator-error.ts';
import type { Report } from '../cli/program.ts';
import { isShowable, printable, shellWord, withholdToken } from '../cli/terminal-text.ts';
import { readEntry, scanEntries } from '../entry/entry-table.ts';
import { type EntryDocument, entryDocument, instantCell, textOf } from '../entry/entry-text.ts';
import type { OperatorContext } from '../stack/operator-context.ts';
import { onlyRegion, type RegionalStack, type RevocationStack } from '../stack/revocation-stack.ts';
import { fittedTable, type GivingWay, textTable } from '../text/text-table.ts';
import type { ListCommand } from './list-command-line.ts';

/**
 * Lists a page of one Region's entries, the newest first. DynamoDB keeps them in the order of a hash, so the whole table is read;
 * no more than two pages are held at a time.
 */
export async function list(command: ListCommand, stack: RevocationStack, context: OperatorContext): Promise<Report> {
  const region = onlyRegion(stack);
  tellUnknownAlias(command, region, context);
  const found = await newest(command, region, context);
  const entries = found.slice(0, command.limit).map((item) => entryDocument(item, context.now()));
  const last = found.length > entries.length ? found[entries.length - 1] : undefined;
  const next = last === undefined ? null : targetOf(last);
  const more = nextLine(next, command, region);
  // Not among the values that another program reads.
  if (more !== undefined && context.columns === undefined && !command.json) context.tell(more);
  return {
    text: table(entries, command, context),
    ...(more !== undefined && context.columns !== undefined && { last: `\n${more}` }),
    ...(context.columns === undefined && { hasTabs: true }),
    ...(context.columns !== undefined && entries.length > 0 && { tone: 'heading' }),
    document: { command: 'list', region: region.region, table: region.table, entries, next },
    exitCode: 0,
  };
}

/** The newest entries after the one that `--after` names: a page, and one more where there are more. */
async function newest(
  command: ListCommand,
  region: RegionalStack,
  { showProgress }: OperatorContext,
): Promise<readonly EntryItem[]> {
  const aliases = aliasesWanted(command, region);
  const enough = (command.limit ?? Number.POSITIVE_INFINITY) + 1;
  const after = command.after === undefined ? undefined : await lastOfPageBefore(command.after, region);
  let found: EntryItem[] = [];
  let read = 0;
  for await (const page of scanEntries(region)) {
    read += page.length;
    const wanted = page.filter((item) => matches(item, command.level, aliases));
    found.push(...wanted.filter((item) => after === undefined || byAge(after, item) < 0));
    if (found.length > 2 * enough) found = found.toSorted(byAge).slice(0, enough);
    showProgress('Entries read:', read, undefined);
  }
  return found.toSorted(byAge).slice(0, enough);
}

/** @throws OperatorError when the entry is gone, since its age is what the next page begins after */
async function lastOfPageBefore(target: string, region: RegionalStack): Promise<EntryItem> {
  const item = await readEntry(region, target);
  if (item !== undefined) return item;
  const name = printable(withholdToken(target));
  throw new OperatorError(`There is no entry ${name} any more to go on after: list again without --after.`);
}

/** Orders the newest first. Entries without a date, such as those written by hand, come last. */
function byAge(one: EntryItem, other: EntryItem): number {
  const [first, second] = [dateOf(one), dateOf(other)];
  if (first !== second) return second - first;
  return targetOf(one) < targetOf(other) ? -1 : Number(targetOf(one) !== targetOf(other));
}

/** Milliseconds since the epoch; 0: none. */
function dateOf(item: EntryItem): number {
  return Date.parse(textOf(item, 'revokedAt') ?? '') || 0;
}

function targetOf(item: EntryItem): string {
  return textOf(item, 'target') ?? '';
}

/** Warns of an unknown alias. Not an error: the table may hold entries of an issuer that the deployment no longer has. */
function tellUnknownAlias({ issuer }: ListCommand, { authorizer }: RegionalStack, { tell }: OperatorContext): void {
  const { issuers } = authorizer.configuration;
  if (issuer === undefined || issuers.some((each) => isKnownAs(each, issuer))) return;
  const aliases = issuers.map(({ alias }) => alias).join(', ');
  tell(`This deployment has no issuer with the alias "${printable(issuer)}": it has ${aliases}.`);
}

/** The aliases whose entries are listed: the present alias stands for every alias that the issuer has had. */
function aliasesWanted({ issuer }: ListCommand, { authorizer }: RegionalStack): readonly string[] | undefined {
  if (issuer === undefined) return undefined;
  const present = authorizer.configuration.issuers.find(({ alias }) => alias === issuer);
  return present === undefined ? [issuer] : aliasesOf(present);
}

function matches(item: EntryItem, level: ListCommand['level'], aliases: readonly string[] | undefined): boolean {
  if (level === undefined && aliases === undefined) return true;
  const target = parseTarget(textOf(item, 'target') ?? '');
  if (target === undefined) return false;
  return (
    (level === undefined || TARGET_PREFIXES[target.prefix] === level) &&
    (aliases === undefined || aliases.includes(target.issuerAlias))
  );
}

const HEADER = ['LEVEL', 'ISSUER', 'VALUE', 'ISSUED UNTIL', 'DELETED FROM', 'REVOKED AT', 'BY', 'REASON'];

/** The identifier is what people look for. `show` and --wide have all of an entry. */
const GIVING_WAY: GivingWay = {
  shrinking: [
    ['REASON', 10],
    ['BY', 8],
    ['VALUE', 12],
  ],
  leaving: ['DELETED FROM', 'BY'],
};

/** A table on a terminal; in a pipe one line for each entry with tabs between, whole values and no header, as `gh` prints. */
function table(entries: readonly EntryDocument[], { wide }: ListCommand, { columns }: OperatorContext): string {
  const rows = entries.map((entry) => row(entry).map(printable));
  if (columns === undefined) return rows.map((cells) => cells.join('\t')).join('\n');
  if (entries.length === 0) return 'No entries.';
  if (wide) return textTable(HEADER, rows);
  const inMinutes = rows.map((cells) => cells.map((cell) => cell.replace(INSTANT, '$1 $2Z')));
  return fittedTable(HEADER, inMinutes, GIVING_WAY, columns);
}

/** An instant, whose seconds are left out. */
const INSTANT = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\dZ$/;

function row(entry: EntryDocument): readonly string[] {
  const { level, issuer, value, target, before, purgeAt, revokedAt, revokedBy, reason } = entry;
  const name = level === null ? ['?', '?', target] : [level, issuer ?? '?', value ?? '(all)'];
  const times = [instantCell(before, '(all)'), instantCell(purgeAt, 'never')];
  return [...name, ...times, revokedAt ?? '', revokedBy ?? '', reason ?? ''];
}

function nextLine(
  next: string | null,
  { level, issuer, limit }: ListCommand,
  { flags, caller }: RegionalStack,
): string | undefined {
  if (next === null) return undefined;
  if (!isShowable(next)) return 'There are more: see them with --all.';
  const filters = [level && `--level ${level}`, issuer && `--issuer ${shellWord(issuer)}`, `--limit ${limit}`];
  const options = [...filters.filter(Boolean), `--after ${shellWord(next)}`, flags].join(' ');
  return `There are more: ${caller(`list ${options}`)}`;
}
