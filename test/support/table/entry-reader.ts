import { createDynamoDbCall } from '../../../lambda/network/dynamodb-call.ts';
import type { ReadEntries } from '../../../lambda/revocation/revocation-list.ts';
import { createEntryReader } from '../../../lambda/revocation/revocation-table.ts';
import { testCredentials } from './test-table.ts';

/** Reads a table at an address as the authorizer's handler does. `requestTimeout` is in milliseconds. */
export function entryReaderAt(endpoint: string, table: string, requestTimeout?: number): ReadEntries {
  const call = createDynamoDbCall({
    endpoint: new URL(endpoint),
    region: 'eu-west-1',
    credentials: testCredentials,
    ...(requestTimeout !== undefined && { requestTimeout }),
  });
  return createEntryReader((input, attempts) => call('BatchGetItem', input, attempts), table);
}
