import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { REGION } from './stack.ts';

/** Any will do: DynamoDB Local does not check them, and our control plane takes them for the person at the keyboard. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' } as const;

/** How clients of a local DynamoDB are made; one attempt, since every caller has its own way to wait. */
export function localClientOptions(endpoint: string) {
  return { endpoint, region: REGION, credentials: LOCAL_CREDENTIALS, maxAttempts: 1 };
}

/** Milliseconds after which a DynamoDB that accepts connections and says nothing counts as gone. */
const PATIENCE = 2000;

/** Whether a DynamoDB answers there now. */
export async function answers(endpoint: string): Promise<boolean> {
  const client = new DynamoDBClient(localClientOptions(endpoint));
  const abortSignal = AbortSignal.timeout(PATIENCE);
  return client
    .send(new ListTablesCommand({ Limit: 1 }), { abortSignal })
    .then(
      () => true,
      () => false,
    )
    .finally(() => client.destroy());
}
