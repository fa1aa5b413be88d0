import { ConditionalCheckFailedException, DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { OperatorError, sentenceOf } from './operator-error.ts';

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
  return client;
}
