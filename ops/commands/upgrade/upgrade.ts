import type { AuthorizerDescription } from '../../../lambda/configuration/authorizer-description.ts';
import type { EntryItem } from '../../../lambda/revocation/revocation.ts';
import { parseNamedValue } from '../../../lambda/revocation/revocation-claim.ts';
import { TARGET_PREFIXES } from '../../../lambda/revocation/revocation-level.ts';
import { parseTarget } from '../../../lambda/revocation/revocation-target.ts';
import { inspectTarget } from '../../../lambda/revocation/target-inspection.ts';
import { isKnownAs } from '../../../lambda/token/trusted-issuer.ts';
import type { Report } from '../../cli/program.ts';
import { printable } from '../../cli/terminal-text.ts';
import { scanEntries } from '../../entry/entry-table.ts';
import { textOf } from '../../entry/entry-text.ts';
import { inspectionFacts } from '../../entry/revocation.ts';
import { apiKindsOf, apisInWords } from '../../routes/route-tables.ts';
import { isKnown, type NextDeployment, readNextDeployment } from '../../stack/next-deployment.ts';
import type { OperatorContext } from '../../stack/operator-context.ts';
import { answersFrom, type RegionalAnswer } from '../../stack/regional-answers.ts';
import type { RegionalStack, RevocationStack } from '../../stack/revocation-stack.ts';
import { counted } from '../../text/counted.ts';
import { type Change, claimChanges, issuerChanges, tableChange } from './upgrade-changes.ts';
import type { UpgradeCommand } from './upgrade-command-line.ts';

interface Comparison {
  readonly inspected: number;
  readonly changes: readonly Change[];
}

type RegionalComparison = RegionalAnswer<RegionalStack, Comparison>;

/** Reports which entries of the present table would no longer revoke after a template is deployed. It writes nothing. */
export async function upgrade(
  { template }: UpgradeCommand,
  stack: RevocationStack,
  context: OperatorContext,
): Promise<Report> {
  const next = await readNextDeployment(template);
  if (next.table === undefined) {
    const tables = stack.regions.map(({ table }) => table).join(', ');
    context.tell(`${printable(template)} does not hold the name of its table: make sure that it is ${tables}.`);
  }
  tellOtherKinds(stack, next, context);
  return upgradeReport(await answersFrom(stack.regions, (region) => compare(region, next, context)));
}

/** Says that APIs of another kind take the place of the present ones. That spares no token, so it is no change of the report. */
function tellOtherKinds({ regions }: RevocationStack, { authorizer }: NextDeployment, { tell }: OperatorContext): void {
  const next = apiKindsOf(authorizer);
  const gone = apiKindsOf(regions[0].authorizer).filter((kind) => !next.includes(kind));
  if (gone.length === 0) return;
  tell(
    `The deployment has ${apisInWords(next)}, and no ${apisInWords(gone)} any more: clients need the new address. The entries revoke there as well.`,
  );
}

function upgradeReport(answers: readonly RegionalComparison[]): Report {
  const inspected = answers.reduce((sum, { answer }) => sum + (answer?.inspected ?? 0), 0);
  const changes = answers.flatMap(({ place, answer }) =>
    (answer?.changes ?? []).map((change) => ({ region: place.region, ...change })),
  );
  const uninspected = answers.flatMap(({ place, error }) => (error ? [{ region: place.region, error }] : []));
  const isSafe = changes.length === 0 && uninspected.length === 0;
  const summary = isSafe ? 'all that revoke now go on revoking' : 'NOT ALL of them would go on revoking';
  return {
    text: [
      ...changes.map(textOfChange),
      ...uninspected.map(({ region, error }) => `${region}: NOT INSPECTED: ${error}`),
      `${counted(inspected, 'entry', 'entries')} inspected: ${summary}.`,
    ].join('\n'),
    document: { command: 'upgrade', inspected, changes, uninspected },
    exitCode: isSafe ? 0 : 1,
  };
}

function textOfChange({ region, kind, entries, sentence }: Change & { readonly region: string }): string {
  return `${region}: ${kind}${entries === undefined ? '' : ` (${entries})`}: ${sentence}`;
}

async function compare(
  region: RegionalStack,
  next: NextDeployment,
  { now, showProgress }: OperatorContext,
): Promise<Comparison> {
  const lost = new Map<string, { readonly change: Change; readonly entries: number }>();
  let inspected = 0;
  for await (const page of scanEntries(region)) {
    inspected += page.length;
    showProgress('Entries inspected:', inspected, undefined);
    for (const change of page.flatMap((item) => entryChange(item, region.authorizer, next.authorizer, now()) ?? [])) {
      lost.set(change.sentence, { change, entries: (lost.get(change.sentence)?.entries ?? 0) + 1 });
    }
  }
  const ofEntries = [...lost.values()].map(({ change, entries }) => ({ ...change, entries }));
  const ofTable = inspected === 0 ? [] : tableChange(region, next);
  return {
    inspected,
    changes: [
      ...ofTable,
      ...issuerChanges(region.authorizer, next.authorizer),
      ...claimChanges(region.authorizer, next.authorizer),
      ...ofEntries,
    ],
  };
}

/** The change for one entry; undefined: it goes on revoking, or it revokes nothing now. */
function entryChange(
  item: EntryItem,
  present: AuthorizerDescription,
  next: AuthorizerDescription,
  now: number,
): Change | undefined {
  const text = textOf(item, 'target');
  const target = parseTarget(text ?? '');
  const isUseless = inspectTarget(text, inspectionFacts(item, present, now)) !== undefined;
  const finding = inspectTarget(text, inspectionFacts(item, next, now));
  if (target === undefined || isUseless || finding === undefined) return undefined;
  const { issuerAlias, prefix } = target;
  if (finding.kind === 'unknown-alias') return aliasChange(issuerAlias, present, next);
  const level = prefix === 'th' ? 'digest' : TARGET_PREFIXES[prefix];
  const claim = parseNamedValue(target.value ?? '');
  const kind = level === 'claim' && claim ? `claim ${claim.name}` : `${level} level`;
  const sentence = `Entries of the ${kind} of ${issuerAlias} would revoke nothing, because the deployment does not read them.`;
  return { kind: 'not-read', sentence };
}

/** The change for an unknown alias; undefined: the deployment no longer trusts the issuer, and so rejects all its tokens. */
function aliasChange(alias: string, present: AuthorizerDescription, next: AuthorizerDescription): Change | undefined {
  const address = present.configuration.issuers.find((issuer) => isKnownAs(issuer, alias))?.issuer;
  const { issuers } = next.configuration;
  const successor = issuers.find(({ issuer }) => issuer === address) ?? issuers.find(({ issuer }) => !isKnown(issuer));
  if (successor === undefined) return undefined;
  const sentence =
    `Entries of the alias ${alias} would revoke nothing, because the deployment has no issuer of that alias: ` +
    `add formerAliases: ['${alias}'] to issuers.${successor.alias}${successor.issuer === address ? '' : ', if it is the same issuer'}.`;
  return { kind: 'unknown-alias', sentence };
}
