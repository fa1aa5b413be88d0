import type { AttributeValue, KeysAndAttributes } from '@aws-sdk/client-dynamodb';
import type { BatchGetItem } from '../../../../lambda/revocation/revocation-table.ts';
import { type ItemChange, type KeyedTables, type Transact, transactions } from '../signals/transactions.ts';
import type { Execution } from '../time/execution.ts';
import type { World } from '../time/world.ts';

export type Item = Readonly<Record<string, AttributeValue>> & { readonly target: { readonly S: string } };

export interface WrittenItem {
  readonly item: Item;
  readonly writtenAt: number;
}

export interface SimulatedTable {
  /** Resolves when the write is acknowledged, some time after it took effect. */
  put(item: Item): Promise<void>;
  /** Deletes an entry, as `restore` does. */
  remove(target: string): void;
  /** Carries out a transaction now. `by`: for the record of changes. */
  transact(by: string, input: Parameters<Transact>[0]): ReturnType<Transact>;
  /** The items of both tables at this instant. */
  readonly tables: KeyedTables;
  /** What transactions have changed in both tables. */
  readonly changes: readonly TableChange[];
  /** Reads in an execution environment. `answerBy`: when the running invocation times out. */
  batchGetItemIn(execution: Execution, answerBy: () => number): BatchGetItem;
}

/** One item that a transaction changed. */
export interface TableChange extends ItemChange {
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What an entry became at an instant; undefined: it was deleted. */
interface Version {
  readonly target: string;
  readonly item: Item | undefined;
  readonly writtenAt: number;
}

export const TABLE = 'revocations';
export const SIGNAL_TABLE = 'signals';

/** Maximum milliseconds by which a replica lags behind for reads that are not strongly consistent. */
const MAX_REPLICA_LAG = 5000;
const MAX_WAY_TO_TABLE = 500;
const MAX_ACKNOWLEDGEMENT = 500;

export function simulatedTable(world: World, onWrite: (written: WrittenItem) => void): SimulatedTable {
  const { time, chance, note } = world;
  const history: Version[] = [];
  const entries = new Map<string, Item>();
  const noteVersion = (target: string, item: Item | undefined): void => {
    history.push({ target, item, writtenAt: time.now() });
    if (item !== undefined) onWrite({ item, writtenAt: time.now() });
    note(`${item === undefined ? 'deleted' : 'written'}: ${target}`);
  };
  return {
    ...transactionsOn(entries, world, noteVersion),
    remove(target) {
      entries.delete(target);
      noteVersion(target, undefined);
    },
    async put(item) {
      await time.sleep(chance.delayUpTo(MAX_ACKNOWLEDGEMENT));
      entries.set(item.target.S, item);
      noteVersion(item.target.S, item);
      await time.sleep(chance.delayUpTo(MAX_ACKNOWLEDGEMENT));
      note(`acknowledged: ${item.target.S}`);
    },
    batchGetItemIn: (execution, answerBy) => async (input) => {
      await execution.sleep(chance.delayUpTo(MAX_WAY_TO_TABLE));
      const output = answerTo(input.RequestItems?.[TABLE] ?? { Keys: [] }, history, world);
      await execution.sleep(chance.delayUpTo(answerBy() - time.now() - 1));
      if (output === undefined) throw Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
      return output;
    },
  };
}

function transactionsOn(
  entries: Map<string, Item>,
  { time }: World,
  noteVersion: (target: string, item: Item) => void,
): Pick<SimulatedTable, 'tables' | 'changes' | 'transact'> {
  const changes: TableChange[] = [];
  const tables = { [TABLE]: { key: 'target', items: entries }, [SIGNAL_TABLE]: { key: 'id', items: new Map() } };
  const transact = transactions(tables);
  return {
    tables,
    changes,
    transact(by, input) {
      const outcome = transact(input);
      for (const change of outcome.kind === 'written' ? outcome.changes : []) {
        changes.push({ ...change, by, at: time.now() });
        if (change.table === TABLE) noteVersion(change.id, change.to as Item);
      }
      return outcome;
    },
  };
}

/** DynamoDB's answer to a read at this instant; undefined: it throttles. */
function answerTo(
  { Keys = [], ConsistentRead }: KeysAndAttributes,
  history: readonly Version[],
  { time, chance, strikes, note }: World,
): Awaited<ReturnType<BatchGetItem>> | undefined {
  const targets = Keys.flatMap(({ target }) => target?.S ?? []);
  const lag = ConsistentRead === true ? 0 : chance.delayUpTo(MAX_REPLICA_LAG);
  const seen = history.filter(({ writtenAt }) => writtenAt <= time.now() - lag);
  const found = targets.flatMap((target) => seen.findLast((version) => version.target === target)?.item ?? []);
  note(`table read: ${targets[0]} …, ${found.length} entries`);
  if (strikes('table-throttled')) return undefined;
  if (strikes('table-answers-in-part')) {
    return { Responses: { [TABLE]: [] }, UnprocessedKeys: { [TABLE]: { Keys } } };
  }
  return { Responses: { [TABLE]: [...found] } };
}
