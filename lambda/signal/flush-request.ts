import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { type AwsCredentials, createSigner } from '../network/aws-signature.ts';
import { exchange, type HttpResponse, withRetries } from '../network/http-exchange.ts';
import type { SharedFlush } from './signal-source.ts';

/** Milliseconds: three attempts and their pauses end within two seconds. */
const LIMITS = { connect: 200, total: 500, bytes: 64 * 1024 };
const RETRIES = { attempts: 3, pauseAfter: () => 100 };

/** The queue did not take a message: nobody knows whether a flush will come. `detail` is AWS's error code, or how the connection failed. */
export class FlushRequestError extends Error {
  readonly failureCause = 'flush-queue';
  readonly detail: string;

  constructor(detail: string) {
    super(`No flush was requested (${detail})`);
    this.name = 'FlushRequestError';
    this.detail = detail;
  }
}

export interface FlushQueue extends SharedFlush {
  /** The address of SQS. @default the host of `queueUrl` */
  readonly endpoint?: URL;
  readonly region: string;
  readonly credentials: AwsCredentials;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Returns what asks for the flush that entries of the pace `shared` have in common. Call it after the table has acknowledged them.
 *
 * The queue is a FIFO queue, and takes one message for each period of `every` seconds (Amazon SQS developer guide, "Exactly-once
 * processing in Amazon SQS"). Its delay is longer than a period and the settle time, so that the message arrives when all entries of its
 * period have settled.
 *
 * @throws FlushRequestError
 */
export function createFlushRequest({ queueUrl, every, now, ...connection }: FlushQueue): () => Promise<void> {
  const send = createSender(connection.endpoint ?? new URL('/', queueUrl), connection);
  return async () => {
    const message = { QueueUrl: queueUrl, MessageBody: 'flush', MessageGroupId: 'flush' };
    await withRetries(
      () => send({ ...message, MessageDeduplicationId: String(flushPeriod(now() / 1000, every)) }),
      RETRIES,
    );
  };
}

/**
 * The period of shared flushes that an instant belongs to. The host's clock must be read after the table has acknowledged the write: an
 * earlier instant may name a period whose flush comes too early for the entry.
 *
 * @param now in seconds since the epoch
 */
export function flushPeriod(now: number, every: number): number {
  return Math.floor(now / every);
}

/** Returns what sends one request of SQS's JSON protocol (Amazon SQS API reference, SendMessage). @throws FlushRequestError */
function createSender(endpoint: URL, { region, credentials }: Pick<FlushQueue, 'region' | 'credentials'>) {
  const sign = createSigner({ service: 'sqs', region, credentials });
  const agent = new (endpoint.protocol === 'https:' ? HttpsAgent : HttpAgent)({ keepAlive: true });
  return async (input: object): Promise<void> => {
    const body = JSON.stringify(input);
    // Signed for each attempt: a signature is bound to its timestamp.
    const headers = sign(headersFor(endpoint), body, Date.now());
    const request = { method: 'POST', headers, body, agent } as const;
    requireAccepted(
      await exchange(endpoint, request, LIMITS).catch(({ message }: Error) => {
        throw new FlushRequestError(message);
      }),
    );
  };
}

function headersFor({ host }: URL): Readonly<Record<string, string>> {
  return { host, 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.SendMessage' };
}

/** Not by AWS's message, which repeats the request. */
function requireAccepted({ status, text }: HttpResponse): void {
  if (status === 200) return;
  const [, code = `status ${status}`] = /"__type"\s*:\s*"(?:[^"#]*#)?(\w+)"/.exec(text) ?? [];
  throw new FlushRequestError(code);
}
