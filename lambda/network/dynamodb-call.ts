import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isJsonObject, type JsonObject } from '../token/json-object.ts';
import { type AwsCredentials, createSigner } from './aws-signature.ts';
import { exchange, type HttpExchangeError, type HttpResponse, withRetries } from './http-exchange.ts';

/**
 * Milliseconds. Three attempts of half a second with their pauses, and one more for keys left unprocessed, end well inside
 * the authorizer's 5 s, key set included.
 */
export const CONNECTION_TIMEOUT = 200;
export const REQUEST_TIMEOUT = 500;
export const ATTEMPTS = 3;
const FIRST_PAUSE = 50;

/** Maximum size of a response of DynamoDB (Amazon DynamoDB API reference, BatchGetItem). */
export const MAX_BYTES = 16 * 1024 * 1024;

/** Errors that another attempt may cure, besides 5xx and broken connections (DynamoDB developer guide, "Error handling"). */
const RETRYABLE_ERRORS: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
]);

/** DynamoDB did not carry out the request. `name` is AWS's error code, or how the connection failed. */
export class DynamoDbError extends Error {
  readonly isRetryable: boolean;

  constructor(name: string, isRetryable: boolean) {
    super(name);
    this.name = name;
    this.isRetryable = isRetryable;
  }
}

export interface DynamoDbConnection {
  readonly endpoint: URL;
  readonly region: string;
  readonly credentials: AwsCredentials;
  /** Milliseconds for one attempt. @default 500 */
  readonly requestTimeout?: number;
}

/** Runs one operation of DynamoDB's JSON protocol. `attempts`: 3 by default. @throws DynamoDbError after the last one */
export type CallDynamoDb = (operation: string, input: object, attempts?: number) => Promise<JsonObject>;

/**
 * Calls DynamoDB without AWS's client: the credential chain, endpoint rules and protocols that it brings are most of a
 * cold start, and a Lambda function needs none of them.
 */
export function createDynamoDbCall(connection: DynamoDbConnection): CallDynamoDb {
  const { endpoint, region, credentials, requestTimeout = REQUEST_TIMEOUT } = connection;
  const sign = createSigner({ service: 'dynamodb', region, credentials });
  const agent = new (endpoint.protocol === 'https:' ? HttpsAgent : HttpAgent)({ keepAlive: true });
  const limits = { connect: CONNECTION_TIMEOUT, total: requestTimeout, bytes: MAX_BYTES };
  const attempt = async (operation: string, body: string): Promise<JsonObject> => {
    // Signed for each attempt: a signature is bound to its timestamp.
    const headers = sign(headersFor(endpoint, operation), body, Date.now());
    return contentOf(await exchange(endpoint, { method: 'POST', headers, body, agent }, limits).catch(connectionError));
  };
  return (operation, input, attempts = ATTEMPTS) => {
    const body = JSON.stringify(input);
    return withRetries(() => attempt(operation, body), { attempts, pauseAfter });
  };
}

/** Milliseconds before another attempt after an error; undefined: it would not help. */
export function pauseAfter(error: unknown): number | undefined {
  return error instanceof DynamoDbError && error.isRetryable ? FIRST_PAUSE : undefined;
}

function headersFor(endpoint: URL, operation: string): Readonly<Record<string, string>> {
  return {
    host: endpoint.host,
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': `DynamoDB_20120810.${operation}`,
  };
}

/** @throws DynamoDbError */
export function connectionError({ message }: HttpExchangeError): never {
  throw new DynamoDbError(message, true);
}

/** What DynamoDB answered. @throws DynamoDbError for anything but a success */
export function contentOf({ status, text }: HttpResponse): JsonObject {
  const content = parsed(text);
  if (status === 200 && content !== undefined) return content;
  const code = typeof content?.__type === 'string' ? content.__type.replace(/^.*#/, '') : `status ${status}`;
  throw new DynamoDbError(code, status >= 500 || RETRYABLE_ERRORS.has(code));
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
