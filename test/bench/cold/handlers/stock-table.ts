import { BatchGetItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';

const table = String(process.env.REVOCATION_TABLE);
const client = new DynamoDBClient({});

/** Asks the table the question that our authorizer asks, by the SDK's client as it comes. */
export async function isRevoked(targets: readonly string[]): Promise<boolean> {
  const { Responses } = await client.send(
    new BatchGetItemCommand({
      RequestItems: { [table]: { Keys: targets.map((target) => ({ target: { S: target } })), ConsistentRead: true } },
    }),
  );
  return (Responses?.[table] ?? []).length > 0;
}
