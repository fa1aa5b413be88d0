import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  type DynamoDBClientConfig,
  DynamoDBServiceException,
} from '@aws-sdk/client-dynamodb';
import { OperatorError, sentenceOf } from '../cli/operator-error.ts';

/** What kept DynamoDB from doing what was asked; `name` is AWS's, or the system's. */
class TableError extends OperatorError {
  constructor(sentence: string, cause: unknown) {
    super(sentence);
    this.name = cause instanceof Error ? cause.name : this.name;
    this.cause = cause;
  }
}

/** DynamoDB's client for one table of one Region: its errors say which, and are fit for people. */
export function tableClient(config: DynamoDBClientConfig & { readonly region: string }, table: string): DynamoDBClient {
  const client = new DynamoDBClient(config);
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        try {
          return await next(args);
        } catch (error) {
          // The answer to a question that the caller asked.
          if (error instanceof ConditionalCheckFailedException) throw error;
          const done = /Put|Delete|Write/.test(commandName) ? 'written' : 'read';
          const sentence = `The table ${table} in ${config.region} cannot be ${done}: ${sentenceOf(error)}`;
          throw new TableError(sentence, error);
        }
      },
    { step: 'initialize', priority: 'high', name: 'errorsNameTheTable' },
  );
  client.middlewareStack.addRelativeTo(repeatNoDenial, {
    relation: 'before',
    toMiddleware: 'httpSigningMiddleware',
    name: 'repeatNoDenial',
  });
  return client;
}

/** AWS's errors for a request that was signed at another time than its own. */
const SKEW_ERRORS: ReadonlySet<string> = new Set([
  'AuthFailure',
  'InvalidSignatureException',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
]);

/**
 * Where this machine's clock is 4 min off, AWS's client repeats whatever DynamoDB denied, since the signature might be the
 * cause. A denial that names another cause is an answer: repeated, it would look like a write whose answer was lost.
 */
function repeatNoDenial<A, R>(next: (args: A) => Promise<R>): (args: A) => Promise<R> {
  return async (args) => {
    try {
      return await next(args);
    } catch (error) {
      if (error instanceof DynamoDBServiceException && !SKEW_ERRORS.has(error.name)) {
        Object.assign(error.$metadata, { clockSkewCorrected: false });
      }
      throw error;
    }
  };
}
