import { inspectEntry } from '../../lambda/revocation/entry-inspection.ts';
import type { EntryItem } from '../../lambda/revocation/revocation.ts';
import { parseTarget } from '../../lambda/revocation/revocation-target.ts';
import type { Report } from '../cli/program.ts';
import { printable, withholdToken } from '../cli/terminal-text.ts';
import { claimsInWords, coveredClaims } from '../entry/covered-claims.ts';
import { readEntry } from '../entry/entry-table.ts';
import { authorshipOf, entryDocument, instantCell, nameOf, tokensRejectedBy } from '../entry/entry-text.ts';
import { inspectionFacts } from '../entry/revocation.ts';
import { targetTexts, worthTelling } from '../selection/target-selection.ts';
import { withToken } from '../selection/token-input.ts';
import type { OperatorContext } from '../stack/operator-context.ts';
import { answersFrom } from '../stack/regional-answers.ts';
import type { RegionalStack, RevocationStack } from '../stack/revocation-stack.ts';
import type { ShowCommand } from './show-command-line.ts';

/** Shows one entry in every Region, strongly read, with the findings about it. */
export async function show(command: ShowCommand, stack: RevocationStack, context: OperatorContext): Promise<Report> {
  const selector = await withToken(command.selector, context);
  const places = stack.regions.flatMap((region) => targetTexts(selector, region).map((target) => ({ region, target })));
  const now = context.now();
  const found = await entriesAt(places, now);
  const shown = stack.regions.flatMap((region) => {
    const spellings = found.filter((one) => one.region === region);
    return worthTelling(spellings, ({ item, error }) => item === undefined && error === undefined);
  });
  return {
    text: shown.map((entry) => textOfEntry(entry, now)).join('\n'),
    document: { command: 'show', regions: shown.map((entry) => regionDocument(entry, now)) },
    exitCode: shown.every(({ error }) => error === undefined) ? 0 : 1,
  };
}

/** Reads the entries of every Region, under each alias that the issuer has had. */
async function entriesAt(places: readonly Pick<Shown, 'region' | 'target'>[], now: number): Promise<readonly Shown[]> {
  const answers = await answersFrom(places, ({ region, target }) => readEntry(region, target));
  return answers.map(({ place, answer: item, error }) => ({
    ...place,
    item,
    findings: item === undefined ? [] : findingsOf(item, place.region, now),
    error,
  }));
}

function findingsOf(item: EntryItem, { authorizer }: RegionalStack, now: number): readonly string[] {
  return inspectEntry(item, inspectionFacts(item, authorizer, now)).map(({ sentence }) => sentence);
}

interface Shown {
  readonly region: RegionalStack;
  readonly target: string;
  readonly item: EntryItem | undefined;
  readonly findings: readonly string[];
  /** Why the entry could not be read; undefined: it was read, or there is none. */
  readonly error: string | undefined;
}

function regionDocument({ region, target, item, findings, error }: Shown, now: number) {
  return {
    region: region.region,
    target: withholdToken(target),
    entry: item === undefined ? null : entryDocument(item, now),
    findings,
    error: error ?? null,
  };
}

function textOfEntry({ region, target, item, findings, error }: Shown, now: number): string {
  if (error !== undefined) return `${region.region}: NOT READ: ${error}`;
  const parsed = parseTarget(target);
  const name = parsed === undefined ? printable(withholdToken(target)) : nameOf(parsed);
  if (item === undefined) return `${region.region}: there is no entry for ${name}.`;
  const entry = entryDocument(item, now);
  const rejected = parsed && tokensRejectedBy(parsed, item);
  const claims = parsed && coveredClaims(parsed, region.authorizer);
  return [
    `${region.region}: ${name}`,
    `  rejects      ${rejected ?? 'nothing: no token can match this target'}`,
    ...(claims === undefined ? [] : [`  compared     with ${claimsInWords(claims)}`]),
    `  authorship   ${authorshipOf(entry)}`,
    `  deleted from ${instantCell(entry.purgeAt, 'never: kept until restored')}`,
    ...findings.map((sentence) => `  WARNING      ${sentence}`),
  ].join('\n');
}
