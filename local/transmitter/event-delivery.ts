import { setTimeout as delay } from 'node:timers/promises';
import type { Say } from '../errors.ts';
import type { EventStream } from './event-stream.ts';
import type { SignedEvent } from './security-event-token.ts';

/** What became of a push. */
export interface PushAnswer {
  /** undefined: no answer came. */
  readonly status: number | undefined;
  /** The receiver's text; empty: it accepted the event, or gave none. */
  readonly body: string;
}

/** Seconds between the attempts to push an event: then it is given up, after five minutes. */
export const RETRY_PAUSES: readonly number[] = [1, 2, 4, 8, 15, 30, 60, 60, 60, 60];

/** Milliseconds for one attempt. API Gateway answers within 29 s. */
const PATIENCE = 30_000;

/** Pushes events (RFC 8935), and those again that the receiver could not take. */
export class EventDelivery {
  readonly #say: Say;
  readonly #pauses: readonly number[];
  readonly #stopping = new AbortController();
  readonly #retries = new Set<Promise<void>>();

  constructor(say: Say, pauses: readonly number[] = RETRY_PAUSES) {
    this.#say = say;
    this.#pauses = pauses;
  }

  /** Pushes an event, and returns the answer to the first attempt. Later attempts follow in the background. */
  async push(event: SignedEvent, stream: EventStream): Promise<PushAnswer> {
    const answer = await this.#attempt(event, stream);
    if (!mustComeAgain(answer)) return answer;
    const retry = this.#pushAgain(event, stream).catch((error: unknown) => {
      if (!this.#stopping.signal.aborted) throw error;
    });
    this.#retries.add(retry);
    void retry.finally(() => this.#retries.delete(retry));
    return answer;
  }

  /** Ends pushes and their retries. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.allSettled(this.#retries);
  }

  async #pushAgain(event: SignedEvent, stream: EventStream): Promise<void> {
    for (const pause of this.#pauses) {
      await delay(pause * 1000, undefined, { signal: this.#stopping.signal });
      if (!mustComeAgain(await this.#attempt(event, stream))) return;
    }
    this.#say(`The transmitter gave up the event ${event.jti}: ${stream.endpoint} did not take it.`);
  }

  async #attempt({ token }: SignedEvent, { endpoint, authorization }: EventStream): Promise<PushAnswer> {
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(PATIENCE)]);
    const headers = {
      'Content-Type': 'application/secevent+jwt',
      Accept: 'application/json',
      ...(authorization !== undefined && { Authorization: authorization }),
    };
    try {
      const response = await fetch(endpoint, { method: 'POST', headers, body: token, redirect: 'manual', signal });
      return { status: response.status, body: await response.text() };
    } catch {
      return { status: undefined, body: '' };
    }
  }
}

/** A rejected event is not sent again: the receiver has said that it is bad. */
export function mustComeAgain({ status }: PushAnswer): boolean {
  return status === undefined || status === 429 || status >= 500;
}
