import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../cloudformation/template.ts';
import { type EventDelivery, mustComeAgain, type PushAnswer } from './event-delivery.ts';
import { delivers, type EventStream, type StreamSettings, type StreamStatus } from './event-stream.ts';
import { VERIFICATION } from './event-type.ts';
import type { SecurityEvent, SignedEvent } from './security-event-token.ts';

/** One event on one stream, and what the receiver answered to the first attempt. */
export interface Delivery extends SignedEvent, PushAnswer {
  readonly stream: string;
  /** Whether the event will be pushed again. */
  readonly isRetried: boolean;
}

/** An event of a stream. `subject`: undefined, the stream itself. */
export interface StreamEvent extends Omit<SecurityEvent, 'subject'> {
  readonly subject?: JsonObject | undefined;
}

export type SignEvent = (event: SecurityEvent, audience: string) => Promise<SignedEvent>;

/** The streams of the transmitter, and the events that they hold. */
export class EventStreams {
  readonly #sign: SignEvent;
  readonly #delivery: EventDelivery;
  readonly #streams = new Map<string, EventStream>();
  readonly #held = new Map<string, readonly SignedEvent[]>();

  constructor(sign: SignEvent, delivery: EventDelivery) {
    this.#sign = sign;
    this.#delivery = delivery;
  }

  all(): readonly EventStream[] {
    return [...this.#streams.values()];
  }

  get(id: string): EventStream | undefined {
    return this.#streams.get(id);
  }

  /** The audience of a stream's events is its endpoint. undefined: another stream has the endpoint already. */
  create(settings: StreamSettings): EventStream | undefined {
    if (this.all().some(({ endpoint }) => endpoint === settings.endpoint)) return undefined;
    const stream: EventStream = { ...settings, id: randomUUID(), audience: settings.endpoint, status: 'enabled' };
    this.#streams.set(stream.id, stream);
    return stream;
  }

  change(stream: EventStream, settings: StreamSettings): EventStream {
    const changed = { ...stream, ...settings };
    this.#streams.set(stream.id, changed);
    return changed;
  }

  delete(id: string): boolean {
    this.#held.delete(id);
    return this.#streams.delete(id);
  }

  /** Sets the status. A stream that is enabled pushes what it holds, in order. */
  async setStatus(stream: EventStream, status: StreamStatus): Promise<void> {
    const changed = { ...stream, status };
    this.#streams.set(stream.id, changed);
    if (status === 'paused') return;
    const held = this.#held.get(stream.id) ?? [];
    this.#held.delete(stream.id);
    if (status === 'enabled') for (const event of held) await this.#delivery.push(event, changed);
  }

  /** Signs an event for each stream that delivers its type, and pushes it there. */
  async send(event: StreamEvent): Promise<readonly Delivery[]> {
    const streams = this.all().filter((stream) => stream.status !== 'disabled' && delivers(stream, event.type));
    const deliveries = await Promise.all(streams.map((stream) => this.#sendOn(stream, event)));
    return deliveries.filter((delivery) => delivery !== undefined);
  }

  /** Pushes the verification event of a stream (SSF 1.0 section 8.1.4), whatever its status and the types that it delivers. */
  async verify(stream: EventStream, state: string | undefined): Promise<void> {
    const event = { type: VERIFICATION, event: state === undefined ? {} : { state } };
    await this.#delivery.push(await this.#signOn(stream, event), stream);
  }

  /** undefined: the stream holds the event. */
  async #sendOn(stream: EventStream, event: StreamEvent): Promise<Delivery | undefined> {
    const signed = await this.#signOn(stream, event);
    if (stream.status === 'paused') {
      this.#held.set(stream.id, [...(this.#held.get(stream.id) ?? []), signed]);
      return undefined;
    }
    const answer = await this.#delivery.push(signed, stream);
    return { ...signed, ...answer, stream: stream.id, isRetried: mustComeAgain(answer) };
  }

  #signOn(stream: EventStream, event: StreamEvent): Promise<SignedEvent> {
    const subject = event.subject ?? { format: 'opaque', id: stream.id };
    return this.#sign({ ...event, subject }, stream.audience);
  }
}
