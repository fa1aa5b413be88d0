import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  type DynamoDBClientConfig,
  DynamoDBServiceException,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import { OperatorError, sentenceOf } from '../cli/operator-error.ts';

/** DynamoDB did not do what was asked. `name` is the name of AWS's or the system's error. */
class TableError extends OperatorError {
  constructor(sentence: string, cause: unknown) {
    super(sentence);
    this.name = cause instanceof Error ? cause.name : this.name;
    this.cause = cause;
  }
}

/** What to do where the table does not exist. */
const GONE = ': deploy the stack again, or start the run here again';

/**
 * Makes a DynamoDB client. Its errors name the table and the Region in a sentence for people.
 * @param table - the table of requests that name none, or several
 */
export function tableClient(config: DynamoDBClientConfig & { readonly region: string }, table: string): DynamoDBClient {
  const client = new DynamoDBClient(config);
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        try {
          return await next(args);
        } catch (error) {
          // The caller asked with a condition, and this is the answer.
          if (error instanceof ConditionalCheckFailedException) throw error;
          const done = /Put|Delete|Write/.test(commandName) ? 'written' : 'read';
          const why = error instanceof ResourceNotFoundException ? GONE : '';
          const sentence = `The table ${tableIn(args.input) ?? table} in ${config.region} cannot be ${done}: ${sentenceOf(error)}${why}`;
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

/** The table that a request names; undefined: none, or several. */
function tableIn(input: object): string | undefined {
  if ('TableName' in input && typeof input.TableName === 'string') return input.TableName;
  const [only, ...others] = 'RequestItems' in input ? Object.keys(Object(input.RequestItems)) : [];
  return others.length === 0 ? only : undefined;
}

/** AWS's errors for a request whose signature has a wrong time. */
const SKEW_ERRORS: ReadonlySet<string> = new Set([
  'AuthFailure',
  'InvalidSignatureException',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
]);

/**
 * Keeps AWS's client from repeating a denied request. Where this machine's clock is 4 min off, the client repeats every denied
 * request, since the signature might be the cause. Where the denial names another cause, it is an answer, and a repeated
 * write would look like one whose answer was lost.
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
