import { isJsonObject, parsedJson } from '../token/json-object.ts';
import { createAwsJsonSender } from './aws-json-request.ts';
import {
  ATTEMPTS,
  type CallDynamoDb,
  CONNECTION_TIMEOUT,
  connectionError,
  contentOf,
  type DynamoDbConnection,
  DynamoDbError,
  MAX_BYTES,
  pauseAfter,
  REQUEST_TIMEOUT,
} from './dynamodb-call.ts';
import { type HttpResponse, withRetries } from './http-exchange.ts';

/** DynamoDB cancelled a transaction. */
export class DynamoDbTransactionError extends DynamoDbError {
  /** Why, as DynamoDB says it for each of its items. They hold items of tables: never log them. */
  readonly reasons: unknown;

  constructor(name: string, reasons: unknown) {
    super(name, false);
    this.reasons = reasons;
  }
}

/**
 * Calls DynamoDB as `createDynamoDbCall` does, and says why a transaction was cancelled.
 *
 * Not a part of that call, because the authorizer has it in its bundle, and makes no transaction.
 */
export function createTransactingCall(connection: DynamoDbConnection): CallDynamoDb {
  const { requestTimeout = REQUEST_TIMEOUT } = connection;
  const limits = { connect: CONNECTION_TIMEOUT, total: requestTimeout, bytes: MAX_BYTES };
  const send = createAwsJsonSender({ ...connection, service: 'dynamodb', target: 'DynamoDB_20120810' }, limits);
  return (operation, input, attempts = ATTEMPTS) => {
    const body = JSON.stringify(input);
    const attempt = async () => contentOrReasons(await send(operation, body).catch(connectionError));
    return withRetries(attempt, { attempts, pauseAfter });
  };
}

/** @throws DynamoDbTransactionError for a transaction that was cancelled with reasons, or DynamoDbError */
function contentOrReasons(response: HttpResponse): ReturnType<typeof contentOf> {
  try {
    return contentOf(response);
  } catch (error) {
    const content = parsedJson(response.text);
    const reasons = isJsonObject(content) ? content.CancellationReasons : undefined;
    if (reasons === undefined || !(error instanceof DynamoDbError)) throw error;
    throw new DynamoDbTransactionError(error.name, reasons);
  }
}
