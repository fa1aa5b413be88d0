import { isObject, type Json, type JsonObject } from '../cloudformation/template.ts';
import { isOnThisMachine } from '../loopback/this-machine.ts';
import { SUPPORTED_TYPES } from './event-type.ts';

/** Delivery by push (RFC 8935). */
export const PUSH = 'urn:ietf:rfc:8935';

export const STREAM_STATUSES = ['enabled', 'paused', 'disabled'] as const;

/** `paused`: events are held until the stream is enabled. `disabled`: events are dropped (SSF 1.0 section 8.1.2). */
export type StreamStatus = (typeof STREAM_STATUSES)[number];

/** What a receiver supplies (SSF 1.0 section 8.1.1). */
export interface StreamSettings {
  readonly endpoint: string;
  /** The value of the header `Authorization`; undefined: pushes have none. */
  readonly authorization: string | undefined;
  /** undefined: all types. */
  readonly requested: readonly string[] | undefined;
  readonly description: string | undefined;
}

export interface EventStream extends StreamSettings {
  readonly id: string;
  readonly audience: string;
  readonly status: StreamStatus;
}

/**
 * Reads what a receiver supplies, over what the stream has so far.
 * @returns the settings, or the sentence that says what is wrong with them
 */
export function parseStreamSettings(content: JsonObject, earlier?: StreamSettings): StreamSettings | string {
  const { delivery, events_requested: requested = earlier?.requested, description = earlier?.description } = content;
  const known = earlier && { method: PUSH, endpoint_url: earlier.endpoint, ...authorizationMember(earlier) };
  const {
    method,
    endpoint_url: endpoint,
    authorization_header: authorization,
  } = isObject(delivery) ? delivery : (known ?? {});
  if (method !== PUSH) return `The delivery method must be ${PUSH}.`;
  if (typeof endpoint !== 'string' || !isOnThisMachine(endpoint)) {
    return 'The endpoint_url must be an http address on this machine.';
  }
  if (authorization !== undefined && typeof authorization !== 'string') return 'The authorization_header must be text.';
  if (requested !== undefined && !isListOfTexts(requested))
    return 'The events_requested must be a list of event types.';
  if (description !== undefined && typeof description !== 'string') return 'The description must be text.';
  return { endpoint, authorization, requested, description };
}

function authorizationMember({ authorization }: StreamSettings): { readonly authorization_header?: string } {
  return authorization === undefined ? {} : { authorization_header: authorization };
}

function isListOfTexts(value: Json | readonly string[]): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

/** A stream as the configuration endpoint describes it. The value of `Authorization` is not repeated. */
export function describedStream(stream: EventStream, issuer: string): JsonObject {
  const { id, audience, endpoint, requested, description } = stream;
  return {
    stream_id: id,
    iss: issuer,
    aud: audience,
    delivery: { method: PUSH, endpoint_url: endpoint },
    events_supported: SUPPORTED_TYPES,
    ...(requested !== undefined && { events_requested: requested }),
    events_delivered: SUPPORTED_TYPES.filter((type) => delivers(stream, type)),
    ...(description !== undefined && { description }),
  };
}

export function delivers({ requested }: StreamSettings, type: string): boolean {
  return requested === undefined || requested.includes(type);
}
