import { isDeepStrictEqual } from 'node:util';
import { GetItemCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import { type EntryItem, itemOf, type Revocation } from '../../lambda/revocation/revocation.ts';
import { ENTRY_ATTRIBUTES } from '../../lambda/revocation/revocation-entry.ts';
import { formatTarget } from '../../lambda/revocation/revocation-target.ts';
import { covers, strongerEntry, suffices } from '../../lambda/revocation/stronger-entry.ts';
import { OperatorError, sentenceOf } from '../cli/operator-error.ts';
import type { RegionalStack } from '../stack/revocation-stack.ts';
import { deleteUnlessChanged, putUnlessChanged, type Rejected } from './conditional-put.ts';
import { UncertainWriteError } from './lost-answer.ts';

/** Where entries are kept. */
export type EntryTable = Pick<RegionalStack, 'table' | 'client'>;

/** What writing an entry did, or would do. */
export interface WrittenEntry {
  readonly outcome: 'written' | 'strengthened' | 'unchanged' | 'replaced';
  /** The entry that was there before; undefined: none. */
  readonly previous: EntryItem | undefined;
  /** The entry that is there afterwards. */
  readonly item: EntryItem;
}

/** What is to be written. */
export interface EntryWish {
  readonly revocation: Revocation;
  /** The least that must be in the table so that nothing has to be written; default: `revocation`. */
  readonly least?: Revocation;
  /** Write the entry as it is, even over a stronger one; default: keep the stronger of both. */
  readonly replace?: boolean;
}

/** Attempts before we give up on an entry that others keep changing. */
const MAX_ATTEMPTS = 10;

/** Reads an entry, strongly consistent: it sees every acknowledged write. */
export async function readEntry({ client, table }: EntryTable, target: string): Promise<EntryItem | undefined> {
  const { Item } = await client.send(
    new GetItemCommand({ TableName: table, Key: keyOf(target), ConsistentRead: true }),
  );
  return Item;
}

/**
 * Writes the entry, or the stronger of it and the existing one. The condition makes DynamoDB reject the write when another
 * writer's came in between; both are then compared again. With `replace` only the first entry found is replaced: a later
 * one may be another operator's answer to it.
 *
 * @param seen - the entry as it was read before; undefined: it was not read, or there was none
 * @throws OperatorError when others keep changing the entry
 */
export async function writeEntry(table: EntryTable, wish: EntryWish, seen?: EntryItem): Promise<WrittenEntry> {
  let previous = seen;
  let lost: Rejected | undefined;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const written = entryAfter(previous, wish);
    if (written.outcome === 'unchanged') return written;
    const rejected = await putUnlessChanged(table, written.item, previous).catch((error: unknown) => {
      throw sinceLost(error, lost);
    });
    if (rejected === undefined || isOurs(rejected, written)) return written;
    if (rejected.wasRepeated) lost = rejected;
    if (wish.replace === true && (rejected.wasRepeated || previous !== undefined)) break;
    previous = rejected.found;
  }
  const sentence = 'the entry was changed by somebody else while it was being written: look at it, and try again';
  throw sinceLost(new OperatorError(sentence), lost);
}

/** The error of a later request, which does not say what the one did whose answer was lost. */
function sinceLost(error: unknown, lost: Rejected | undefined): unknown {
  return lost === undefined ? error : new UncertainWriteError(sentenceOf(error), lost.cause);
}

/** Says what writing the entry would do now. Writes nothing. */
export async function foreseenEntry(table: EntryTable, wish: EntryWish): Promise<WrittenEntry> {
  return entryAfter(await readEntry(table, formatTarget(wish.revocation.target)), wish);
}

function entryAfter(previous: EntryItem | undefined, { revocation, least, replace }: EntryWish): WrittenEntry {
  if (previous === undefined) return { outcome: 'written', previous, item: itemOf(revocation) };
  if (replace === true) return { outcome: 'replaced', previous, item: itemOf(revocation) };
  const isThere = suffices(previous, least ?? revocation);
  const stronger = isThere ? undefined : strongerEntry(previous, revocation);
  if (stronger === undefined) return { outcome: 'unchanged', previous, item: previous };
  return { outcome: 'strengthened', previous, item: stronger };
}

/** Whether the first answer was lost, and the repeated request found what the first one wrote. */
function isOurs({ found, wasRepeated: isPossible }: Rejected, { item }: WrittenEntry): boolean {
  return isPossible && isDeepStrictEqual(found, item);
}

/** Reads the entry, or a stronger one, strongly consistent; undefined: there is none. */
export async function confirmedEntry(table: EntryTable, revocation: Revocation): Promise<EntryItem | undefined> {
  const found = await readEntry(table, formatTarget(revocation.target));
  return found !== undefined && covers(found, revocation) ? found : undefined;
}

/** What deleting an entry did. */
export interface DeletedEntry {
  /**
   * `absent`: there was none. `gone`: there is none any more, and a request whose answer was lost may have deleted it.
   * `changed`: another writer's entry stands, and nothing was deleted. `unknown`: that entry stands, and a request whose
   * answer was lost may have deleted the one before it.
   */
  readonly outcome: 'deleted' | 'absent' | 'gone' | 'changed' | 'unknown';
  /** The entry that was deleted, or that stands; undefined: there was none. */
  readonly item: EntryItem | undefined;
}

/** Deletes the entry that it reads. An entry that another writer puts in its place meanwhile stands. */
export async function deleteEntry(table: EntryTable, target: string): Promise<DeletedEntry> {
  const item = await readEntry(table, target);
  if (item === undefined) return { outcome: 'absent', item };
  const rejected = await deleteUnlessChanged(table, target, item);
  if (rejected === undefined) return { outcome: 'deleted', item };
  const { found, wasRepeated } = rejected;
  if (found !== undefined) return { outcome: wasRepeated ? 'unknown' : 'changed', item: found };
  return wasRepeated ? { outcome: 'gone', item } : { outcome: 'absent', item: undefined };
}

/** Yields every entry after a target, page by page, in DynamoDB's order. */
export async function* scanEntries(
  { client, table }: EntryTable,
  after?: string,
): AsyncGenerator<readonly EntryItem[], void> {
  const startingToken = after === undefined ? {} : { startingToken: keyOf(after) };
  for await (const { Items = [] } of paginateScan({ client, ...startingToken }, { TableName: table })) yield Items;
}

function keyOf(target: string) {
  return { [ENTRY_ATTRIBUTES.target]: { S: target } };
}
