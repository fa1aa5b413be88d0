import { exchange, HttpExchangeError } from '../../../../lambda/network/http-exchange.ts';
import { isJsonObject, type JsonObject } from '../../../../lambda/token/json-object.ts';
import { isPlainLoopback } from '../../../../lambda/token/trusted-issuer.ts';
import { OperatorError } from '../../../cli/operator-error.ts';
import { printable } from '../../../cli/terminal-text.ts';
import type { SendableEvent, SentEvent, SentSubject } from './sent-event.ts';

/** An event that the local transmitter has signed and pushed on a stream. */
export interface Delivery {
  readonly stream: string;
  readonly jti: string;
  readonly token: string;
  /** The status of the receiver's response; undefined: there was none. */
  readonly status: number | undefined;
  /** The response's body. */
  readonly body: string;
  /** Whether the transmitter will push the event again. */
  readonly isRetried: boolean;
}

/** Milliseconds: the receiver may download a key set and wait for the table. */
const LIMITS = { total: 30_000, bytes: 150_000 } as const;

/** Has the local transmitter send an event. @throws OperatorError */
export async function sentEvent(transmitter: string, { type, ...subject }: SentEvent): Promise<readonly Delivery[]> {
  const url = new URL(`${transmitter}/events`);
  if (!isPlainLoopback(url))
    throw new OperatorError(`The transmitter ${transmitter} is not on this machine, so nothing is sent.`);
  const request = {
    ...({ method: 'POST', agent: false } as const),
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ type, ...subjectMembers(subject), event: EVENT_MEMBERS[type] }),
  };
  const { status, text } = await exchange(url, request, LIMITS).catch((error: unknown) => {
    if (!(error instanceof HttpExchangeError)) throw error;
    const obstacle = error.message;
    throw new OperatorError(
      `The transmitter ${transmitter} does not answer (${obstacle}): wait until the run says that it is ready, or start it again.`,
    );
  });
  const content = parsed(text);
  if (status === 200 && Array.isArray(content.deliveries))
    return content.deliveries.filter(isJsonObject).map(deliveryIn);
  const said = typeof content.error === 'string' ? `: ${printable(content.error).replace(/\.$/, '')}` : '';
  throw new OperatorError(`The transmitter ${transmitter} sent nothing (${status})${said}.`);
}

/** Members that an event must have to mean something (CAEP 1.0 section 3.3, SSF 1.0 section 8.1.5); undefined: none. */
const EVENT_MEMBERS: { readonly [Type in SendableEvent]?: object } = {
  'credential-change': { credential_type: 'password', change_type: 'update' },
  'stream-updated': { status: 'enabled' },
};

function subjectMembers({ subject, session, email }: SentSubject): object {
  return {
    ...(subject !== undefined && { subject }),
    ...(email !== undefined && { subject: { format: 'email', email } }),
    ...(session !== undefined && { session }),
  };
}

function parsed(text: string): JsonObject {
  try {
    const content: unknown = JSON.parse(text);
    return isJsonObject(content) ? content : {};
  } catch {
    return {};
  }
}

function deliveryIn({ stream_id: stream, jti, token, status, body, retried }: JsonObject): Delivery {
  return {
    ...{ stream: String(stream), jti: String(jti), token: String(token), isRetried: retried === true },
    status: typeof status === 'number' ? status : undefined,
    body: typeof body === 'string' ? body : '',
  };
}
