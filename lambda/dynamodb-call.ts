import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { HttpRequest } from '@smithy/core/protocols';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentity } from '@smithy/types';
import { isJsonObject, type JsonObject } from './compact-jws.ts';
import { Sha256 } from './sha256.ts';

/**
 * Milliseconds. Three attempts of half a second with their pauses end well inside the authorizer's 5 s, key set included.
 */
const CONNECTION_TIMEOUT = 200;
const REQUEST_TIMEOUT = 500;
const ATTEMPTS = 3;
const FIRST_PAUSE = 50;

/** Errors that another attempt may cure, beside 5xx and broken connections (DynamoDB developer guide, "Error handling"). */
const RETRYABLE_ERRORS: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
]);

/** DynamoDB did not answer the question. `name` is AWS's error code, or what became of the connection. */
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
  readonly credentials: AwsCredentialIdentity;
  /** Milliseconds for one attempt, once connected. @default 500 */
  readonly requestTimeout?: number;
}

/** One operation of DynamoDB's JSON protocol. @throws DynamoDbError after the last attempt */
export type CallDynamoDb = (operation: string, input: object) => Promise<JsonObject>;

/**
 * Calls DynamoDB with AWS's own request signer and HTTP handler, without the client around them: the credential chain,
 * endpoint rules and protocols that the client brings are most of a cold start, and a Lambda function needs none of them.
 */
export function createDynamoDbCall(connection: DynamoDbConnection): CallDynamoDb {
  const { endpoint, region, credentials, requestTimeout = REQUEST_TIMEOUT } = connection;
  const signer = new SignatureV4({ service: 'dynamodb', region, credentials, sha256: Sha256 });
  const http = new NodeHttpHandler({
    connectionTimeout: CONNECTION_TIMEOUT,
    requestTimeout,
    throwOnRequestTimeout: true,
    // Bounds an answer whose body stops half-way; the request timeout ends with the headers.
    socketTimeout: requestTimeout,
    httpAgent: new HttpAgent({ keepAlive: true }),
    httpsAgent: new HttpsAgent({ keepAlive: true }),
  });
  const attempt = async (operation: string, input: object): Promise<JsonObject> => {
    // Signed anew each time: a signature names its second.
    const signed = await signer.sign(requestFor(endpoint, operation, input));
    const { response } = await http.handle(new HttpRequest(signed)).catch(connectionError);
    return answerIn(response.statusCode, await textOf(response.body as AsyncIterable<Uint8Array>));
  };
  return (operation, input) => withRetries(() => attempt(operation, input));
}

async function withRetries(
  attempt: () => Promise<JsonObject>,
  left = ATTEMPTS - 1,
  pause = FIRST_PAUSE,
): Promise<JsonObject> {
  try {
    return await attempt();
  } catch (error) {
    if (left === 0 || !(error instanceof DynamoDbError) || !error.isRetryable) throw error;
    // Full jitter: environments that were throttled together must not come back together.
    await delay(Math.random() * pause);
    return withRetries(attempt, left - 1, pause * 2);
  }
}

function requestFor(endpoint: URL, operation: string, input: object): HttpRequest {
  return new HttpRequest({
    method: 'POST',
    protocol: endpoint.protocol,
    hostname: endpoint.hostname,
    ...(endpoint.port !== '' && { port: Number(endpoint.port) }),
    path: '/',
    headers: {
      host: endpoint.host,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
    },
    body: JSON.stringify(input),
  });
}

function connectionError(error: unknown): never {
  const { code, name } = error as NodeJS.ErrnoException;
  throw new DynamoDbError(name === 'TimeoutError' ? name : (code ?? 'NetworkError'), true);
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  try {
    return Buffer.concat(await Array.fromAsync(body)).toString('utf8');
  } catch (error) {
    return connectionError(error);
  }
}

function answerIn(status: number, text: string): JsonObject {
  const answer = parsed(text);
  if (status === 200 && answer !== undefined) return answer;
  const code = typeof answer?.__type === 'string' ? answer.__type.replace(/^.*#/, '') : `status ${status}`;
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
