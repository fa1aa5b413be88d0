import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { blockAttributes } from '../../../../lambda/revocation/liftable-block.ts';
import { unchanged } from '../../../../lambda/revocation/revocation.ts';
import { createSignalTables } from '../../../support/table/signal-tables.ts';
import { type KeyedTables, type TransactionOutcome, transactions } from './transactions.ts';

let client: DynamoDBClient;
let revocations: string;
let signals: string;
beforeAll(async () => {
  const tables = await createSignalTables();
  ({ client, name: revocations } = tables.revocations);
  signals = tables.signals;
});

type Attributes = Readonly<Record<string, AttributeValue>>;

/** What is known of an item: one of a few strengths; undefined: there is none. */
const STATES: readonly (Attributes | undefined)[] = [
  undefined,
  { before: { N: '1800000000' } },
  { before: { N: '1800000000' }, flush: { BOOL: false } },
  { ...blockAttributes({ blocks: new Map([['okta', 1_800_000_000]]), afterLift: undefined }) },
  { before: { N: '1800000001' }, purgeAt: { N: '1800100000' } },
];
const stateOf = fc.integer({ min: 0, max: STATES.length - 1 });

/** A write of a random transaction: the states that it expects and writes, by their numbers. */
const write = fc.record({
  isEntry: fc.boolean(),
  id: fc.constantFrom('a', 'b'),
  expected: stateOf,
  written: fc.option(stateOf, { nil: undefined }),
  isShown: fc.boolean(),
});
const transaction = fc.record({
  // Not two of one item: AWS rejects them (`ValidationException`), and DynamoDB Local carries some of them out.
  writes: fc.uniqueArray(write, { minLength: 1, maxLength: 3, selector: ({ isEntry, id }) => `${isEntry} ${id}` }),
  token: fc.option(fc.constantFrom('one', 'two'), { nil: undefined }),
});

it('transactions have the effects and the reasons of cancellation that DynamoDB gives them', async () => {
  let round = 0;
  let cancelled = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(transaction, { minLength: 1, maxLength: 6 }), async (sequence) => {
      round += 1;
      const tables: KeyedTables = {
        [revocations]: { key: 'target', items: new Map() },
        [signals]: { key: 'id', items: new Map() },
      };
      const transact = transactions(tables);
      for (const { writes, token } of sequence) {
        const TransactItems = writes.map((each) => itemOf(each, round));
        const input = { TransactItems, ...(token !== undefined && { ClientRequestToken: `${token}-${round}` }) };
        const outcome = transact(input);
        if (outcome.kind === 'failed') cancelled += 1;
        expect(comparable(outcome)).toEqual(await outcomeInDynamoDb(new TransactWriteItemsCommand(input)));
      }
      for (const [table, { key, items }] of Object.entries(tables)) {
        for (const id of ['a', 'b'])
          expect(items.get(`${id}-${round}`)).toEqual(await stored(table, key, `${id}-${round}`));
      }
    }),
    { numRuns: 30 },
  );
  expect(cancelled).toBeGreaterThan(5);
});

function itemOf(
  { isEntry, id, expected, written, isShown }: typeof write extends fc.Arbitrary<infer T> ? T : never,
  round: number,
): TransactWriteItem {
  const key = { [isEntry ? 'target' : 'id']: { S: `${id}-${round}` } };
  const item = (state: number): Attributes | undefined => {
    const attributes = STATES[state];
    return attributes && { ...key, ...attributes };
  };
  const { ReturnValuesOnConditionCheckFailure, ConditionExpression, ...condition } = conditionOf(
    item(expected),
    isEntry,
  );
  const common = {
    TableName: isEntry ? revocations : signals,
    ConditionExpression,
    ...condition,
    ...(isShown && { ReturnValuesOnConditionCheckFailure }),
  };
  if (written === undefined) return { ConditionCheck: { ...common, Key: key } };
  return { Put: { ...common, Item: { ...key, ...STATES[written] } } };
}

function conditionOf(expected: Attributes | undefined, isEntry: boolean) {
  if (isEntry) return unchanged(expected);
  const value = expected?.before;
  return {
    ConditionExpression: value === undefined ? 'attribute_not_exists(#id)' : '#before = :before',
    ExpressionAttributeNames: value === undefined ? { '#id': 'id' } : { '#before': 'before' },
    ...(value !== undefined && { ExpressionAttributeValues: { ':before': value } }),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  } as const;
}

function comparable(outcome: TransactionOutcome) {
  return outcome.kind === 'written' ? {} : { name: outcome.name, ...(outcome.reasons && { reasons: outcome.reasons }) };
}

async function outcomeInDynamoDb(command: TransactWriteItemsCommand) {
  try {
    await client.send(command);
    return {};
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (!(error instanceof TransactionCanceledException)) return { name: error.name };
    const reasons = (error.CancellationReasons ?? []).map(({ Code, Item }) => ({ Code, ...(Item && { Item }) }));
    return { name: error.name, reasons };
  }
}

async function stored(TableName: string, key: string, id: string): Promise<Attributes | undefined> {
  const get = new GetItemCommand({ TableName, Key: { [key]: { S: id } }, ConsistentRead: true });
  return (await client.send(get)).Item;
}
