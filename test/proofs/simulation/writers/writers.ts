import { npmScripts } from '../../../../ops/cli/caller.ts';
import type { Report } from '../../../../ops/cli/program.ts';
import { importEntries } from '../../../../ops/commands/import/import-entries.ts';
import { restore } from '../../../../ops/commands/restore.ts';
import { revoke } from '../../../../ops/commands/revoke/revoke.ts';
import type { BeforeOption } from '../../../../ops/entry/revocation.ts';
import type { OperatorContext } from '../../../../ops/stack/operator-context.ts';
import type { RegionalStack, RevocationStack } from '../../../../ops/stack/revocation-stack.ts';
import type { Command } from '../../../../ops/verbs.ts';
import { describedAuthorizer } from '../../../support/operator/operator-at-work.ts';
import { NOW, trustedIssuer } from '../../../support/tokens/sample-issuer.ts';
import { type Chance, chanceFrom } from '../time/chance.ts';
import type { Attributes } from './condition-expression.ts';
import { type WritersNetwork, writersNetwork } from './writers-network.ts';
import { TABLE, type TableFlaw, type WritersTable, writersTable } from './writers-table.ts';

/** What one line of a file or one command revokes. */
export interface Wish {
  readonly target: string;
  readonly before: BeforeOption;
  readonly flush: boolean;
}

/** An operator's command and its outcome. */
export interface Writer {
  readonly name: string;
  readonly kind: 'revoke' | 'replace' | 'import' | 'restore';
  readonly wishes: readonly Wish[];
  /** When the command began by its operator's own clock, in seconds since the epoch. */
  readonly now: number;
  readonly report: Report | undefined;
}

export interface Interleaving {
  readonly seed: number;
  readonly isFaulty: boolean;
  readonly initial: readonly Attributes[];
  readonly writers: readonly Writer[];
  readonly table: WritersTable;
  readonly network: WritersNetwork;
}

export const AUTHORIZER = describedAuthorizer([trustedIssuer()]);
const SUBJECTS = ['alice', 'bob'] as const;
const BEFORES: readonly [BeforeOption, ...BeforeOption[]] = ['now', 'now', 'block', 'block', NOW - 900, NOW - 30];

/** Runs two or three commands at once on the same entries. The same seed gives the same steps. */
export async function runInterleaving(seed: number, flaw: TableFlaw = {}): Promise<Interleaving> {
  const chance = chanceFrom(seed);
  const initial = SUBJECTS.flatMap((subject) => (chance.happens(0.5) ? [existingEntry(subject, chance)] : []));
  const isFaulty = chance.happens(0.6);
  const table = writersTable(initial, flaw);
  const network = writersNetwork(table, chance, isFaulty ? 0.15 : 0);
  const names = chance.happens(0.4) ? ['ann', 'ben', 'cas'] : ['ann', 'ben'];
  const ended = names.map((name) => command(name, chance, network));
  await network.run(ended);
  return { seed, isFaulty, initial, writers: await Promise.all(ended), table, network };
}

function existingEntry(subject: string, chance: Chance): Attributes {
  const before = { N: String(NOW - chance.between(10, 2000)) };
  const purgeAt = { N: String(NOW + chance.between(0, 100_000)) };
  const shapes: readonly [Attributes, ...Attributes[]] = [
    {},
    { before },
    { before, purgeAt },
    { before, purgeAt, flush: { BOOL: false } },
    { flush: { BOOL: false }, note: { S: 'by hand' } },
    { purgeAt },
    { before: { S: 'yesterday' }, purgeAt },
    { before, purgeAt: { N: `${NOW}000` } },
  ];
  return { target: { S: `sub#main#${subject}` }, revokedBy: { S: 'before' }, ...chance.oneOf(shapes) };
}

async function command(name: string, chance: Chance, network: WritersNetwork): Promise<Writer> {
  const kind = chance.oneOf([
    'revoke',
    'revoke',
    'revoke',
    'import',
    'import',
    'import',
    'restore',
    'replace',
  ] as const);
  const now = NOW + chance.between(-3, 3);
  const flush = !chance.happens(0.2);
  const subjects = kind === 'import' && chance.happens(0.5) ? SUBJECTS : [chance.oneOf(SUBJECTS)];
  const lines = subjects.map((subject) => ({ subject, before: chance.oneOf(BEFORES) }));
  const run = { revoke, replace: revoke, restore, import: importEntries }[kind] as Run;
  // A slow command's writes take longer than the second to which `before` is rounded up.
  const secondsAStep = chance.happens(0.5) ? 0.3 : 0;
  const elapsed = () => network.steps.length * secondsAStep;
  const context = contextOf(now, elapsed, `level,value,before\n${lines.map(csvLine).join('\n')}`);
  const report = await run(commandOf(kind, name, lines, flush), stackOf(name, network), context).catch(failedReport);
  const wishes = lines.map(({ subject, before }) => ({ target: `sub#main#${subject}`, before, flush }));
  return { name, kind, wishes, now, report };
}

type Run = (command: Command, stack: RevocationStack, context: OperatorContext) => Promise<Report>;

interface Line {
  readonly subject: string;
  readonly before: BeforeOption;
}

function csvLine({ subject, before }: Line): string {
  return `subject,${subject},${before}`;
}

function commandOf(kind: Writer['kind'], by: string, [line]: readonly Line[], flush: boolean): Command {
  const { subject = '', before = 'now' } = line ?? {};
  const common = { where: { kind: 'any' }, json: false, by, dryRun: false, force: false, flush } as const;
  const selector = { by: 'value', level: 'subject', value: subject, issuer: undefined } as const;
  if (kind === 'restore') return { ...common, kind, selector };
  if (kind === 'import') {
    return { ...common, kind, file: '-', issuer: undefined, asOf: undefined, reason: undefined, skipBad: false };
  }
  const rest = { endsAt: undefined, reason: undefined, wait: undefined, yes: false, replace: kind === 'replace' };
  return { ...common, kind: 'revoke', selector, before, ...rest };
}

function stackOf(name: string, network: WritersNetwork): RevocationStack {
  const region: RegionalStack = {
    region: 'eu-west-1',
    table: TABLE,
    client: network.clientOf(name),
    authorizer: AUTHORIZER,
    api: 'http://127.0.0.1:9/v1',
    flags: '',
    caller: npmScripts,
  };
  return { regions: [region], operator: async () => name };
}

function contextOf(startedAt: number, elapsed: () => number, file: string): OperatorContext {
  return {
    now: () => startedAt + elapsed(),
    elapsed,
    readStandardInput: async () => file,
    tell: () => {},
    showProgress: () => {},
  };
}

/** The report of a command that threw, as the program prints it. */
function failedReport(error: unknown): Report {
  return { text: String(error), document: { thrown: true }, exitCode: 1 };
}
