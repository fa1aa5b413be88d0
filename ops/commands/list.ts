import { TARGET_PREFIXES } from '../../lambda/revocation/revocation-level.ts';
import { parseTarget } from '../../lambda/revocation/revocation-target.ts';
import { aliasesOf, isKnownAs } from '../../lambda/token/trusted-issuer.ts';
import type { Report } from '../cli/program.ts';
import { isShowable, printable, shellWord, textTable } from '../cli/terminal-text.ts';
import { scanEntries } from '../entry/entry-table.ts';
import { type EntryDocument, entryDocument, instantCell, textOf } from '../entry/entry-text.ts';
import type { EntryItem } from '../entry/revocation.ts';
import type { OperatorContext } from '../stack/operator-context.ts';
import { onlyRegion, type RegionalStack, type RevocationStack } from '../stack/revocation-stack.ts';
import type { ListCommand } from './list-command-line.ts';

/** Lists a page of one Region's entries, in the table's own order. */
export async function list(command: ListCommand, stack: RevocationStack, context: OperatorContext): Promise<Report> {
  const region = onlyRegion(stack);
  tellUnknownAlias(command, region, context);
  const aliases = aliasesWanted(command, region);
  const found: EntryItem[] = [];
  const limit = command.limit ?? Number.POSITIVE_INFINITY;
  let read = 0;
  for await (const page of scanEntries(region, command.after)) {
    read += page.length;
    found.push(...page.filter((item) => matches(item, command.level, aliases)));
    context.showProgress('Entries read:', read, undefined);
    if (found.length > limit) break;
  }
  const entries = found.slice(0, command.limit).map((item) => entryDocument(item, context.now()));
  const last = found.length > limit ? found[limit - 1] : undefined;
  const next = last === undefined ? null : (textOf(last, 'target') ?? null);
  return {
    text: [table(entries), ...nextLines(next, command, region)].join('\n'),
    document: { command: 'list', region: region.region, table: region.table, entries, next },
    exitCode: 0,
  };
}

/** Warns of an unknown alias. Not an error: the table may hold entries of an issuer that the deployment no longer has. */
function tellUnknownAlias({ issuer }: ListCommand, { authorizer }: RegionalStack, { tell }: OperatorContext): void {
  const { issuers } = authorizer.configuration;
  if (issuer === undefined || issuers.some((each) => isKnownAs(each, issuer))) return;
  const aliases = issuers.map(({ alias }) => alias).join(', ');
  tell(`No issuer of this deployment has the alias "${printable(issuer)}": there are ${aliases}.`);
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

const HEADER = ['LEVEL', 'ISSUER', 'VALUE', 'TOKENS ISSUED UNTIL', 'DELETED FROM', 'REVOKED AT', 'BY', 'REASON'];

function table(entries: readonly EntryDocument[]): string {
  return entries.length === 0 ? 'No entries.' : textTable(HEADER, entries.map(row));
}

function row(entry: EntryDocument): readonly string[] {
  const { level, issuer, value, target, before, purgeAt, revokedAt, revokedBy, reason } = entry;
  const name = level === null ? ['?', '?', target] : [level, issuer ?? '?', value ?? '(all)'];
  const times = [instantCell(before, '(all)'), instantCell(purgeAt, 'never')];
  return [...name, ...times, revokedAt ?? '', revokedBy ?? '', reason ?? ''];
}

function nextLines(
  next: string | null,
  { level, issuer, limit }: ListCommand,
  { flags, caller }: RegionalStack,
): readonly string[] {
  if (next === null) return [];
  if (!isShowable(next)) return ['', 'There are more: see them with --all.'];
  const filters = [level && `--level ${level}`, issuer && `--issuer ${shellWord(issuer)}`, `--limit ${limit}`];
  const options = [...filters.filter(Boolean), `--after ${shellWord(next)}`, flags].join(' ');
  return ['', `There are more: ${caller(`list ${options}`)}`];
}
