import { createAwsJsonSender } from '../network/aws-json-request.ts';
import type { AwsCredentials } from '../network/aws-signature.ts';
import { type HttpExchangeError, type HttpResponse, withRetries } from '../network/http-exchange.ts';
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
 * Returns what asks for the flush that entries of the pace `shared` have in common, by SQS's JSON protocol (Amazon SQS API reference,
 * SendMessage). Call it after the table has acknowledged them.
 *
 * The queue is a FIFO queue, and takes one message for each period of `every` seconds (Amazon SQS developer guide, "Exactly-once
 * processing in Amazon SQS"). Its delay is longer than a period and the settle time, so that the message arrives when all entries of its
 * period have settled.
 *
 * @throws FlushRequestError
 */
export function createFlushRequest({ queueUrl, every, now, ...connection }: FlushQueue): () => Promise<void> {
  const { endpoint = new URL('/', queueUrl), ...caller } = connection;
  const send = createAwsJsonSender({ ...caller, endpoint, service: 'sqs', target: 'AmazonSQS' }, LIMITS);
  const message = { QueueUrl: queueUrl, MessageBody: 'flush', MessageGroupId: 'flush' };
  const attempt = async (): Promise<void> => {
    const MessageDeduplicationId = String(flushPeriod(now() / 1000, every));
    const body = JSON.stringify({ ...message, MessageDeduplicationId });
    requireAccepted(await send('SendMessage', body).catch(connectionError));
  };
  return () => withRetries(attempt, RETRIES);
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

function connectionError({ message }: HttpExchangeError): never {
  throw new FlushRequestError(message);
}

/** Not by AWS's message, which repeats the request. */
function requireAccepted({ status, text }: HttpResponse): void {
  if (status === 200) return;
  const [, code = `status ${status}`] = /"__type"\s*:\s*"(?:[^"#]*#)?(\w+)"/.exec(text) ?? [];
  throw new FlushRequestError(code);
}
