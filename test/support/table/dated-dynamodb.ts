import { request as httpRequest } from 'node:http';
import { inject } from 'vitest';
import { startLoopbackServer } from '../network/loopback-server.ts';

/** The test run's DynamoDB Local, with a clock of its own. */
export interface DatedDynamoDb {
  readonly address: string;
  close(): Promise<void>;
}

/**
 * A real HTTP server in front of DynamoDB Local that tells its own time.
 * @param clock - seconds since the epoch
 * @param dateOf - what `Date` says at that instant; undefined: the response has none
 */
export async function startDatedDynamoDb(
  clock: () => number,
  dateOf: (now: number) => string | undefined = dateThatEndsAt,
): Promise<DatedDynamoDb> {
  const endpoint = inject('dynamoDbEndpoint');
  const server = await startLoopbackServer((response, request) => {
    const { method, headers } = request;
    const onward = httpRequest(endpoint, { agent: false, method, headers: { ...headers } }, (answer) => {
      const { date: _date, connection: _connection, ...others } = answer.headers;
      const date = dateOf(clock());
      response.sendDate = false;
      response.writeHead(answer.statusCode ?? 500, { ...others, ...(date !== undefined && { date }) });
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  return {
    address: server.address,
    close: () => server.close(),
  };
}

/** A `Date` for the second that ends at the instant, since `Date` is cut to whole seconds. */
export function dateThatEndsAt(now: number): string {
  return httpDate(Math.ceil(now) - 1);
}

/** @param seconds - since the epoch. A fraction is cut, as servers do. */
export function httpDate(seconds: number): string {
  return new Date(Math.floor(seconds) * 1000).toUTCString();
}
