import { randomUUID } from 'node:crypto';
import { BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoDbCall } from '../../../lambda/network/dynamodb-call.ts';
import { createEntryReader } from '../../../lambda/revocation/revocation-table.ts';
import { localClientOptions } from '../../../local/dynamodb/dynamodb-endpoint.ts';
import { ourAuthorizer } from '../our-authorizer.ts';
import { type PaceSummary, paceOf, paceSummary } from '../pace.ts';
import type { Progress } from '../progress.ts';
import { interleave } from '../samples.ts';
import { AWS_VARIABLES, type Surroundings } from '../surroundings.ts';
import { eventFor, goodToken, signingKeys } from '../tokens.ts';

/** Time of a whole decision, including DynamoDB Local, by the number of entries in the table. */
export type EntryScale = readonly { readonly entries: number; readonly decision: PaceSummary }[];

const DECISIONS = 20;

export async function measureEntryScale(
  surroundings: Surroundings,
  { rounds, entries, progress }: { readonly rounds: number; readonly entries: number; readonly progress: Progress },
): Promise<EntryScale> {
  const sizes = [0, Math.min(10_000, entries), entries];
  const deciders = new Map<string, (token: string) => Promise<unknown>>();
  for (const size of sizes) {
    const table = await surroundings.createTable();
    await fill(surroundings.dynamoDbEndpoint, table, size, progress);
    deciders.set(String(size), deciderOn(surroundings, table));
  }
  const names = sizes.map(String);
  const measure = (name: string, round: number) => {
    progress(`scale: tables of ${names.join(', ')} entries, round ${round + 1}`);
    const tokens = Array.from({ length: DECISIONS }, () => goodToken(signingKeys.ES256, randomUUID()));
    return paceOf(tokens, deciders.get(name) ?? Promise.reject);
  };
  await interleave(names, 3, measure);
  const paces = await interleave(names, rounds, measure);
  return sizes.map((size) => ({ entries: size, decision: paceSummary(paces.get(String(size)) ?? []) }));
}

function deciderOn({ keySetServer, dynamoDbEndpoint }: Surroundings, table: string) {
  const callDynamoDb = createDynamoDbCall({
    endpoint: new URL(dynamoDbEndpoint),
    region: AWS_VARIABLES.AWS_REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const readEntries = createEntryReader((input, attempts) => callDynamoDb('BatchGetItem', input, attempts), table);
  const authorize = ourAuthorizer({ jwksUri: `${keySetServer.address}/jwks`, readEntries });
  return (token: string) => authorize(eventFor(token));
}

/** Maximum number of items in a BatchWriteItem call. */
const BATCH = 25;
/** Number of concurrent calls beyond which DynamoDB Local gets no faster. */
const CALLS_AT_ONCE = 8;

async function fill(endpoint: string, table: string, count: number, progress: Progress): Promise<void> {
  const client = new DynamoDBClient(localClientOptions(endpoint));
  let begun = 0;
  const write = async (): Promise<void> => {
    while (begun < count) {
      const size = Math.min(BATCH, count - begun);
      begun += size;
      if (begun % 10_000 < BATCH) progress(`scale: writing ${count} entries, ${Math.round((begun / count) * 100)} %`);
      const RequestItems = { [table]: Array.from({ length: size }, putRequest) };
      const { UnprocessedItems = {} } = await client.send(new BatchWriteItemCommand({ RequestItems }));
      if (Object.keys(UnprocessedItems).length > 0) throw new Error('DynamoDB Local left entries unwritten.');
    }
  };
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, write)).finally(() => client.destroy());
}

function putRequest() {
  const purgeAt = { N: String(Math.floor(Date.now() / 1000) + 90_000) };
  return { PutRequest: { Item: { target: { S: `jti#main#${randomUUID()}` }, purgeAt, reason: { S: 'bench' } } } };
}
