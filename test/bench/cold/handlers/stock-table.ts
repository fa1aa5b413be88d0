import { BatchGetItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';

const table = String(process.env.REVOCATION_TABLE);
const client = new DynamoDBClient({});

/** Reads the same entries as our authorizer, by the SDK's client with its default settings. */
export async function isRevoked(targets: readonly string[]): Promise<boolean> {
  const { Responses } = await client.send(
    new BatchGetItemCommand({
      RequestItems: { [table]: { Keys: targets.map((target) => ({ target: { S: target } })), ConsistentRead: true } },
    }),
  );
  return (Responses?.[table] ?? []).length > 0;
}
