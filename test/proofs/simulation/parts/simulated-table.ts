import type { AttributeValue, KeysAndAttributes } from '@aws-sdk/client-dynamodb';
import type { BatchGetItem } from '../../../../lambda/revocation/revocation-table.ts';
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
  /** Reads in an execution environment. `answerBy`: when the running invocation times out. */
  batchGetItemIn(execution: Execution, answerBy: () => number): BatchGetItem;
}

export const TABLE = 'revocations';

/** Maximum milliseconds by which a replica lags behind for reads that are not strongly consistent. */
const MAX_REPLICA_LAG = 5000;
const MAX_WAY_TO_TABLE = 500;
const MAX_ACKNOWLEDGEMENT = 500;

export function simulatedTable(world: World, onWrite: (written: WrittenItem) => void): SimulatedTable {
  const { time, chance, note } = world;
  const history: WrittenItem[] = [];
  return {
    async put(item) {
      await time.sleep(chance.delayUpTo(MAX_ACKNOWLEDGEMENT));
      const written = { item, writtenAt: time.now() };
      history.push(written);
      onWrite(written);
      note(`written: ${item.target.S}`);
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

/** DynamoDB's answer to a read at this instant; undefined: it throttles. */
function answerTo(
  { Keys = [], ConsistentRead }: KeysAndAttributes,
  history: readonly WrittenItem[],
  { time, chance, strikes, note }: World,
): Awaited<ReturnType<BatchGetItem>> | undefined {
  const targets = Keys.flatMap(({ target }) => target?.S ?? []);
  const lag = ConsistentRead === true ? 0 : chance.delayUpTo(MAX_REPLICA_LAG);
  const seen = history.filter(({ writtenAt }) => writtenAt <= time.now() - lag).map(({ item }) => item);
  const found = seen.filter(({ target }) => targets.includes(target.S));
  note(`table read: ${targets[0]} …, ${found.length} entries`);
  if (strikes('table-throttled')) return undefined;
  if (strikes('table-answers-in-part')) {
    return { Responses: { [TABLE]: [] }, UnprocessedKeys: { [TABLE]: { Keys } } };
  }
  return { Responses: { [TABLE]: [...found] } };
}
