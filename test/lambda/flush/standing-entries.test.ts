import type { AttributeValue } from '@aws-sdk/client-dynamodb';

import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import type { FlushEvent } from '../../../lambda/flush/flush-log.ts';
import { inspectStandingEntries } from '../../../lambda/flush/standing-entries.ts';
import { createDynamoDbCall } from '../../../lambda/network/dynamodb-call.ts';
import type { RevocationLevel } from '../../../lambda/revocation/revocation-level.ts';
import { createRevocationTable, type TestRevocationTable, testCredentials } from '../../support/table/test-table.ts';

const issuer = { maxTokenAge: 86_400, clockTolerance: 5, tokensWithoutId: 'reject' as const };
const STANDING = ['jti#old#1', 'sub#old#alice', 'iss#old', 'sub#main#bob', 'cid#main#spa'];
const levels: readonly RevocationLevel[] = ['token', 'subject', 'client', 'claim', 'issuer'];
const revocationClaims = ['tenant'];

let table: TestRevocationTable;
let events: FlushEvent[];

beforeAll(async () => {
  table = await createRevocationTable();
  for (const target of STANDING) await table.put({ target: { S: target }, reason: { S: 'lost' } });
});
afterAll(() => table.client.destroy());
beforeEach(() => {
  events = [];
});

/** Inspects the table in DynamoDB Local, through the call that the function makes. */
async function inspect(alias: string, revocationLevels = levels): Promise<readonly FlushEvent[]> {
  const call = createDynamoDbCall({
    endpoint: new URL(inject('dynamoDbEndpoint')),
    region: 'eu-west-1',
    credentials: testCredentials,
  });
  await inspectStandingEntries({
    configuration: { issuers: [{ alias, ...issuer }], revocationLevels, revocationClaims, revocationTable: table.name },
    scan: (input) => call('Scan', input),
    report: (event) => events.push(event),
  });
  return events;
}

it('entries of an alias that the deployment no longer knows are reported', async () => {
  expect(await inspect('main')).toEqual([{ event: 'entries-unread', entries: 3, inspected: 5, all: true }]);
});

it('entries of a level that the deployment no longer reads are reported', async () => {
  const withoutClients = levels.filter((level) => level !== 'client');
  expect(await inspect('main', withoutClients)).toMatchObject([{ event: 'entries-unread', entries: 4 }]);
});

it('entries of a claim that the deployment no longer names are reported', async () => {
  const targets = ['clm#main#tenant#acme', 'clm#main#agent#bot'];
  for (const target of targets) await table.put({ target: { S: target } });
  // Three of the alias `old`, and the agent.
  expect(await inspect('main')).toMatchObject([{ event: 'entries-unread', entries: 4, inspected: 7 }]);
  for (const target of targets) await table.remove(target);
});

it('entries that are read, and mistakes that were reported on arrival, are not reported', async () => {
  const issuers = ['main', 'old'].map((alias) => ({ alias, ...issuer }));
  const items = [...STANDING, 'SUB#main#x', ' jti#main#1', 'nonsense'].map((target) => ({ target: { S: target } }));
  await inspectStandingEntries({
    configuration: { issuers, revocationLevels: levels, revocationClaims, revocationTable: 'revocations' },
    scan: async () => ({ Items: [...items, { target: { N: '1' } }, {}] }),
    report: (event) => events.push(event),
  });
  expect(events).toEqual([]);
});

it('a table of many pages is inspected up to the tenth, and the report says so', async () => {
  const starts: (Record<string, AttributeValue> | undefined)[] = [];
  const inspectPages = async (pages: number) => {
    let page = 0;
    await inspectStandingEntries({
      configuration: {
        issuers: [{ alias: 'main', ...issuer }],
        revocationLevels: levels,
        revocationClaims,
        revocationTable: 'revocations',
      },
      scan: async ({ ExclusiveStartKey }) => {
        starts.push(ExclusiveStartKey);
        page += 1;
        const target = { S: `sub#old#${page}` };
        return { Items: [{ target }], LastEvaluatedKey: page === pages ? undefined : { target } };
      },
      report: (event) => events.push(event),
    });
  };
  await inspectPages(10);
  await inspectPages(11);
  expect(events).toMatchObject([
    { entries: 10, inspected: 10, all: true },
    { entries: 10, inspected: 10, all: false },
  ]);
  expect(starts[0]).toBeUndefined();
  expect(starts[1]).toEqual({ target: { S: 'sub#old#1' } });
});

it('an empty table is not reported', async () => {
  await inspectStandingEntries({
    configuration: { issuers: [], revocationLevels: levels, revocationClaims, revocationTable: 'revocations' },
    scan: async () => ({}),
    report: (event) => events.push(event),
  });
  expect(events).toEqual([]);
});
