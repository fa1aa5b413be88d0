import { isDeepStrictEqual } from 'node:util';
import { DeleteItemCommand, GetItemCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import { ENTRY_ATTRIBUTES } from '../lambda/revocation-entry.ts';
import { formatTarget } from '../lambda/revocation-target.ts';
import { putUnlessChanged, type Refused } from './conditional-put.ts';
import { wasRepeated } from './lost-answer.ts';
import { OperatorError } from './operator-error.ts';
import { type EntryItem, itemOf, type Revocation } from './revocation.ts';
import type { RegionalStack } from './revocation-stack.ts';
import { covers, strongerEntry } from './stronger-entry.ts';

/** Where entries are kept. */
export type EntryTable = Pick<RegionalStack, 'table' | 'client'>;

/** What writing did, or would do. */
export interface WrittenEntry {
  readonly outcome: 'written' | 'strengthened' | 'unchanged' | 'replaced';
  /** What was there before. */
  readonly previous: EntryItem | undefined;
  /** What stands there afterwards. */
  readonly item: EntryItem;
}

/** Attempts before we give up on an entry that others keep changing. */
const MOST_ATTEMPTS = 10;

/** Strongly consistent: sees every write that was acknowledged. */
export async function readEntry({ client, table }: EntryTable, target: string): Promise<EntryItem | undefined> {
  const { Item } = await client.send(
    new GetItemCommand({ TableName: table, Key: keyOf(target), ConsistentRead: true }),
  );
  return Item;
}

/**
 * Writes the entry, or the stronger of it and the one that is there. The condition makes DynamoDB refuse the write when
 * somebody else's came in between; it is then compared anew.
 * @throws OperatorError when that goes on
 */
export async function writeEntry(table: EntryTable, revocation: Revocation, replace: boolean): Promise<WrittenEntry> {
  let previous: EntryItem | undefined;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const written = entryAfter(previous, revocation, replace);
    if (written.outcome === 'unchanged') return written;
    const refused = await putUnlessChanged(table, written.item, previous);
    if (refused === undefined || isOurs(refused, written)) return written;
    previous = refused.found;
  }
  throw new OperatorError(
    `The entry was changed by others ${MOST_ATTEMPTS} times while it was being written: try again.`,
  );
}

/** What writing the entry would do now. Writes nothing. */
export async function foreseenEntry(
  table: EntryTable,
  revocation: Revocation,
  replace: boolean,
): Promise<WrittenEntry> {
  return entryAfter(await readEntry(table, formatTarget(revocation.target)), revocation, replace);
}

function entryAfter(previous: EntryItem | undefined, revocation: Revocation, replace: boolean): WrittenEntry {
  if (previous === undefined) return { outcome: 'written', previous, item: itemOf(revocation) };
  if (replace) return { outcome: 'replaced', previous, item: itemOf(revocation) };
  const stronger = strongerEntry(previous, revocation);
  if (stronger === undefined) return { outcome: 'unchanged', previous, item: previous };
  return { outcome: 'strengthened', previous, item: stronger };
}

/** The first answer was lost, and the repeated request has found what the first one wrote. */
function isOurs({ found, wasRepeated: isPossible }: Refused, { item }: WrittenEntry): boolean {
  return isPossible && isDeepStrictEqual(found, item);
}

/** The entry, or a stronger one, as a strong read finds it; undefined: it does not. */
export async function confirmedEntry(table: EntryTable, revocation: Revocation): Promise<EntryItem | undefined> {
  const found = await readEntry(table, formatTarget(revocation.target));
  return found !== undefined && covers(found, revocation) ? found : undefined;
}

export interface DeletedEntry {
  /** What it was; undefined: there was none. */
  readonly previous: EntryItem | undefined;
  /** An earlier request, whose answer was lost, may have deleted what this one did not find. */
  readonly wasRepeated: boolean;
}

export async function deleteEntry({ client, table }: EntryTable, target: string): Promise<DeletedEntry> {
  const command = new DeleteItemCommand({ TableName: table, Key: keyOf(target), ReturnValues: 'ALL_OLD' });
  const answer = await client.send(command);
  return { previous: answer.Attributes, wasRepeated: wasRepeated(answer) };
}

/** Every entry after a target, page by page, in the order in which DynamoDB keeps them. */
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
