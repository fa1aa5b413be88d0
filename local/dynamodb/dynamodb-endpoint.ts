import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { LOCAL_CREDENTIALS } from '../../ops/stack/running-stack.ts';
import { REGION } from '../cloudformation/place.ts';
import { LocalRunError } from '../errors.ts';

/** The options of a client of a local DynamoDB. One attempt, because every caller retries in its own way. */
export function localClientOptions(endpoint: string) {
  return { endpoint, region: REGION, credentials: LOCAL_CREDENTIALS, maxAttempts: 1 };
}

/** Milliseconds after which a DynamoDB that accepts connections but does not respond counts as down. */
const PATIENCE = 2000;

/** Whether a DynamoDB answers at the endpoint now. */
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

/** @throws LocalRunError when no DynamoDB answers at the address in DYNAMODB_ENDPOINT */
export async function requireDynamoDb(endpoint: string): Promise<void> {
  if (!/^https?:$/.test(URL.canParse(endpoint) ? new URL(endpoint).protocol : '')) {
    throw new LocalRunError(
      `DYNAMODB_ENDPOINT is ${endpoint}, which is not an http or https URL: correct it, or unset the variable.`,
    );
  }
  if (await answers(endpoint)) return;
  throw new LocalRunError(
    `DYNAMODB_ENDPOINT is ${endpoint}, and no DynamoDB answers there: start it, or unset the variable.`,
  );
}
