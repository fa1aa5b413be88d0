import { isDeepStrictEqual } from 'node:util';
import { purgeFloor } from '../../../../lambda/revocation/purge-floor.ts';
import { readPurgeAt } from '../../../../lambda/revocation/revocation.ts';
import { BEFORE_SKEW, entryRevokes, readBefore } from '../../../../lambda/revocation/revocation-entry.ts';
import { NOW, trustedIssuer } from '../../../support/tokens/sample-issuer.ts';
import type { Attributes } from './condition-expression.ts';
import type { Interleaving, Wish, Writer } from './writers.ts';
import type { Change } from './writers-table.ts';

/** Properties of concurrent writers. Each is true of an interleaving, or broken. */
export const WRITER_PROPERTIES = {
  'no entry ever becomes weaker, unless a command restored or replaced it': ({ table, writers }) =>
    table.changes.every((change) => !isWeaker(change.to, change.from) || isDeliberate(change, writers)),

  'restore and --replace undo only what they have seen': ({ table, writers }) =>
    table.changes.every(
      (change, index) =>
        !isWeaker(change.to, change.from) ||
        !isDeliberate(change, writers) ||
        table.readings.some(
          ({ writer, target, found, after }) =>
            writer === change.writer &&
            target === change.target &&
            after <= index &&
            isDeepStrictEqual(found, change.from),
        ),
    ),

  'a replacement weakens nothing after its own first write': ({ table, writers }) =>
    table.changes.every(
      (change, index) =>
        !isWeaker(change.to, change.from) ||
        kindOf(change, writers) !== 'replace' ||
        table.changes
          .slice(0, index)
          .every(({ writer, target }) => writer !== change.writer || target !== change.target),
    ),

  'a confirmed entry is at least as strong as requested when the confirming read takes place': (run) =>
    run.writers
      .filter(({ kind, report }) => kind !== 'restore' && report?.exitCode === 0)
      .every((writer) => writer.wishes.every((wish) => stands(wish, writer, run))),

  'a requested flush is in an entry that was written, or in the one that was there': (run) =>
    run.writers
      .filter(({ kind, report }) => kind !== 'restore' && report?.exitCode === 0)
      .every((writer) => writer.wishes.every((wish) => !wish.flush || isFlushed(wish, writer, run))),

  'an entry reported as unwritten or not restored was not changed': ({ writers, table }) =>
    writers.every((writer) => changesOf(writer, table.changes) <= maxReportedChanges(writer)),

  'without faults, restores and replacements every command is confirmed': ({ isFaulty, writers }) =>
    isFaulty ||
    writers.some(({ kind }) => kind === 'restore' || kind === 'replace') ||
    writers.every(({ report }) => report?.exitCode === 0),
} as const satisfies Readonly<Record<string, (run: Interleaving) => boolean>>;

export type WriterProperty = keyof typeof WRITER_PROPERTIES;

const ISSUER = trustedIssuer();
/** Times of issue on both sides of every `before`, in seconds since the epoch. */
const ISSUED = [
  NOW - 2000,
  NOW - 900,
  NOW - 31,
  ...Array.from({ length: 21 }, (_, index) => NOW - 10 + index),
  NOW + 1e6,
];

/** Compares by what the authorizer rejects and when DynamoDB deletes, not by the code under test. */
export function isWeaker(to: Attributes | undefined, from: Attributes | undefined): boolean {
  if (from === undefined) return false;
  if (to === undefined) return true;
  const befores = [from.before?.N, to.before?.N].flatMap((text) => (text === undefined ? [] : [Number(text)]));
  const times = [...ISSUED, ...befores.map((before) => before + BEFORE_SKEW)];
  return (
    times.some((issuedAt) => revokes(from, issuedAt) && !revokes(to, issuedAt)) ||
    endOf(to) < endOf(from) ||
    (flushes(from) && !flushes(to))
  );
}

export function revokes(item: Attributes, issuedAt: number): boolean {
  return entryRevokes('sub', readBefore(item.before), issuedAt);
}

function endOf(item: Attributes): number {
  return readPurgeAt(item, NOW) ?? Number.POSITIVE_INFINITY;
}

function flushes(item: Attributes): boolean {
  return item.flush?.BOOL !== false;
}

function kindOf({ writer }: Change, writers: readonly Writer[]): Writer['kind'] | undefined {
  return writers.find(({ name }) => name === writer)?.kind;
}

function isDeliberate(change: Change, writers: readonly Writer[]): boolean {
  const kind = kindOf(change, writers);
  return kind === 'restore' || kind === 'replace';
}

/** The last strong read of the entry by a command; undefined: there is none. */
function confirmedBy(writer: Writer, target: string, { table }: Interleaving) {
  return table.readings.findLast(
    (reading) => reading.writer === writer.name && reading.target === target && !reading.isRejection,
  );
}

function stands(wish: Wish, writer: Writer, run: Interleaving): boolean {
  const found = confirmedBy(writer, wish.target, run)?.found;
  return found !== undefined && isEnough(found, wish, writer);
}

function isEnough(item: Attributes, { before }: Wish, { now }: Writer): boolean {
  const until = before === 'now' ? now : before === 'block' ? undefined : before;
  const least = until ?? NOW + 1e6;
  const end = purgeFloor({ prefix: 'sub' }, ISSUER, { now, before: until, endsAt: undefined });
  return ISSUED.every((issuedAt) => issuedAt > least || revokes(item, issuedAt)) && endOf(item) >= (end ?? Infinity);
}

function isFlushed(wish: Wish, writer: Writer, run: Interleaving): boolean {
  const { after = 0 } = confirmedBy(writer, wish.target, run) ?? {};
  const written = run.table.changes.slice(0, after).filter(({ target }) => target === wish.target);
  const states = [run.initial.find(({ target }) => target?.S === wish.target), ...written.map(({ to }) => to)];
  return states.some((item) => item !== undefined && flushes(item) && isEnough(item, wish, writer));
}

function changesOf({ name }: Writer, changes: readonly Change[]): number {
  return new Set(changes.filter(({ writer }) => writer === name).map(({ target }) => target)).size;
}

interface RegionDocument {
  readonly outcome?: string;
  readonly entries?: number;
  readonly written?: number;
  readonly unchanged?: number;
  readonly unconfirmed?: number;
}

/** Maximum number of targets that a command may have changed according to its report. */
function maxReportedChanges({ kind, report, wishes }: Writer): number {
  const { regions: [region] = [] } = (report?.document ?? {}) as { readonly regions?: readonly RegionDocument[] };
  if (region === undefined) return 0;
  if (kind === 'import') return (region.written ?? 0) + (region.unconfirmed ?? 0) + (region.unchanged ?? 0);
  return region.outcome === 'failed' ? 0 : wishes.length;
}

/** The properties that an interleaving breaks. */
export function brokenBy(run: Interleaving): readonly WriterProperty[] {
  const all = Object.keys(WRITER_PROPERTIES) as readonly WriterProperty[];
  return all.filter((property) => !WRITER_PROPERTIES[property](run));
}

/** A text that explains an interleaving: the report of each command, and every step. */
export function textOfInterleaving(run: Interleaving): string {
  const { seed, initial, writers, table, network } = run;
  return [
    `The interleaving of seed ${seed} breaks: ${brokenBy(run).join('; ')}.`,
    ...initial.map((item) => `at first: ${JSON.stringify(item)}`),
    ...writers.map(
      (writer) => `${writer.name}, ${writer.kind} ${JSON.stringify(writer.wishes)}: ${writer.report?.text}`,
    ),
    ...network.steps,
    ...table.changes.map((change) => JSON.stringify(change)),
  ].join('\n');
}
