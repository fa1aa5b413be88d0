import { beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../support/network/free-port.ts';
import { type ReceiverOptions, receiverUnderTest } from '../support/signals/receiver-under-test.ts';
import { cognitoEvent } from '../support/signals/sample-messages.ts';
import { createSignalTables, type TestSignalTables } from '../support/table/signal-tables.ts';

let tables: TestSignalTables;

beforeAll(async () => {
  tables = await createSignalTables();
});

const POOL = { name: 'pool', issuerAlias: 'main', pace: 'at-once', userPoolId: 'eu-west-1_Pool1' } as const;

const receiver = (options: Partial<ReceiverOptions> = {}) => receiverUnderTest({ tables, cognito: [POOL], ...options });

/** The event of a call about the user number `user` of the test. */
function called(eventName: string, user: number, changes: Readonly<Record<string, unknown>> = {}) {
  const event = { eventID: `${eventName}-${user}`, additionalEventData: { sub: sub(user) } };
  return cognitoEvent(eventName, { ...event, ...changes });
}

const sub = (user: number) => `00000000-0000-4000-8000-${String(user).padStart(12, '0')}`;
const entryOf = (user: number) => tables.entry(`sub#main#${sub(user)}`);

describe('a batch of the queue of Cognito', () => {
  it('writes the entry of each event', async () => {
    const { deliver, log } = receiver();
    expect(await deliver(called('AdminUserGlobalSignOut', 1), called('AdminDisableUser', 2))).toEqual({
      batchItemFailures: [],
    });
    expect(await entryOf(1)).toMatchObject({ revokedBy: { S: 'signal:pool' }, before: { N: expect.any(String) } });
    expect(await entryOf(2)).not.toHaveProperty('before');
    expect(log()).toMatchObject([
      { event: 'signal', source: 'pool', type: 'cognito-sign-out', outcome: 'applied' },
      { event: 'signal', source: 'pool', type: 'cognito-disable', outcome: 'applied' },
    ]);
  });

  it('lets messages go that nobody can read, and those of other user pools: they would come again for days', async () => {
    const { deliver, log } = receiver();
    const other = called('AdminDisableUser', 3, { requestParameters: { userPoolId: 'eu-west-1_Other' } });
    const broken = called('AdminDisableUser', 3, { eventTime: 'yesterday' });
    expect(await deliver('{"detail":', 'null', '[]', other, broken, called('AdminDeleteUser', 4))).toEqual({
      batchItemFailures: [],
    });
    expect(await entryOf(3)).toBeUndefined();
    expect(await entryOf(4)).toBeDefined();
    const rejected = log().filter(({ event }) => event === 'signal-rejected');
    expect(rejected).toMatchObject([
      { endpoint: 'cognito', reason: 'not-a-signal' },
      { endpoint: 'cognito', reason: 'event', source: 'pool' },
    ]);
  });

  it('keeps the messages from an outage on, at which the rest is not even tried, and applies them when they come again', async () => {
    const events = [called('AdminDeleteUser', 5), called('GlobalSignOut', 6)];
    const stopped = receiver({ dynamoDb: `http://127.0.0.1:${await freePort()}` });
    expect(await stopped.deliver('{"detail":', ...events)).toEqual({
      batchItemFailures: [{ itemIdentifier: '1' }, { itemIdentifier: '2' }],
    });
    expect(stopped.log()).toMatchObject([
      { event: 'signal-rejected' },
      { event: 'signal-failed', failureCause: 'revocation-table' },
    ]);
    expect(await receiver().deliver(...events)).toEqual({ batchItemFailures: [] });
    expect(await entryOf(5)).toBeDefined();
    expect(await entryOf(6)).toBeDefined();
  });

  it('keeps a message that meets a fault of our own, and applies those behind it', async () => {
    const orphan = { ...POOL, name: 'orphan', issuerAlias: 'nobody', userPoolId: 'eu-west-1_Orphan' };
    const { deliver, log } = receiver({ cognito: [orphan, POOL] });
    const unlucky = called('AdminDeleteUser', 9, { requestParameters: { userPoolId: orphan.userPoolId } });
    expect(await deliver(unlucky, called('AdminDeleteUser', 10))).toEqual({
      batchItemFailures: [{ itemIdentifier: '0' }],
    });
    expect(log()[0]).toMatchObject({ event: 'signal-failed', failureCause: 'internal', detail: 'Error' });
    expect(await entryOf(10)).toBeDefined();
  });

  it('keeps a message whose flush could not be requested', async () => {
    const { deliver } = receiver({ cognito: [{ ...POOL, pace: 'shared' }] });
    expect(await deliver(called('GlobalSignOut', 7))).toEqual({ batchItemFailures: [{ itemIdentifier: '0' }] });
    expect(await entryOf(7)).toBeDefined();
  });

  it('that repeats an event changes nothing after a restore', async () => {
    await receiver().deliver(called('AdminUserGlobalSignOut', 8));
    await tables.revocations.remove(`sub#main#${sub(8)}`);
    expect(await receiver().deliver(called('AdminUserGlobalSignOut', 8))).toEqual({ batchItemFailures: [] });
    expect(await entryOf(8)).toBeUndefined();
  });
});
