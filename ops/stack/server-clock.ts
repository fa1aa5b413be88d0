import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** The part of an HTTP response that tells the time. */
interface DatedResponse {
  readonly headers?: Readonly<Record<string, string>>;
}

/** The clock of a server, learned from the `Date` of its responses, which has whole seconds (RFC 9110 section 6.6.1). */
export class ServerClock {
  private readonly elapsed: () => number;
  /** Latest server time minus elapsed time, in seconds. */
  private offset: number | undefined;

  /** @param elapsed - seconds on a monotonic clock */
  constructor(elapsed: () => number) {
    this.elapsed = elapsed;
  }

  /** The shortest round trip, in seconds: the time is known to that and the second that `Date` omits; undefined: no answer yet. */
  uncertainty: number | undefined;

  /** Learns from every response that a client gets, errors included. */
  follow(client: DynamoDBClient): void {
    client.middlewareStack.add(
      (next) => async (args) => {
        const sentAt = this.elapsed();
        const result = await next(args);
        this.learn(Date.parse((result.response as DatedResponse).headers?.date ?? '') / 1000, sentAt);
        return result;
      },
      // Closest to the network: the next step out turns responses into errors.
      { step: 'deserialize', priority: 'low', name: 'serverClock' },
    );
  }

  /** The latest time that the server's clock can show now, in seconds since the epoch; undefined: no response had a `Date`. */
  latest(): number | undefined {
    return this.offset === undefined ? undefined : this.offset + this.elapsed();
  }

  /** @param date - seconds since the epoch; NaN: the response has none */
  private learn(date: number, sentAt: number): void {
    if (Number.isNaN(date)) return;
    const receivedAt = this.elapsed();
    const offset = date + 1 - sentAt;
    // A monotonic clock stops while the machine sleeps. An offset learned before that is too early.
    const isOvertaken = this.offset !== undefined && date - receivedAt > this.offset;
    this.offset = isOvertaken ? offset : Math.min(offset, this.offset ?? offset);
    this.uncertainty = Math.min(receivedAt - sentAt, this.uncertainty ?? Infinity);
  }
}
