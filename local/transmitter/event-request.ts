import { isObject, type Json, type JsonObject } from '../cloudformation/template.ts';
import type { StreamEvent } from './event-streams.ts';
import { eventTypeOf } from './event-type.ts';

/**
 * What `POST /events` takes: an event that the transmitter signs and pushes.
 *
 * `type`: a name such as `session-revoked`, or the URI of an event type. `subject`: the `sub` of a user of the local authorization
 * server, or a subject identifier (RFC 9493); without one the subject is the stream. `session`: the `sid` of a session, which makes a complex subject. `event`: the members
 * of the event; `event_timestamp` is now unless they name another instant.
 */
export interface EventRequest {
  readonly type: string;
  readonly subject?: string | JsonObject;
  readonly session?: string;
  readonly event?: JsonObject;
}

const MEMBERS: readonly string[] = ['type', 'subject', 'session', 'event'];

/** @returns the request, or the sentence that says what is wrong with it */
export function parseEventRequest(content: Json | undefined): EventRequest | string {
  if (!isObject(content)) return 'The body must be a JSON object with the members type and subject.';
  const { type, subject, session, event } = content;
  const unknown = Object.keys(content).find((name) => !MEMBERS.includes(name));
  if (unknown !== undefined) return `An event has the members ${MEMBERS.join(', ')}, and another was given.`;
  if (typeof type !== 'string' || eventTypeOf(type) === undefined) {
    return 'The member type must name an event of CAEP, RISC or SSF, such as session-revoked, or be a URI.';
  }
  if (subject !== undefined && typeof subject !== 'string' && !isObject(subject)) {
    return 'The member subject must be the sub of a user, or a subject identifier (RFC 9493).';
  }
  if (session !== undefined && typeof session !== 'string') return 'The member session must be the sid of a session.';
  if (event !== undefined && !isObject(event)) return 'The member event must be an object.';
  return {
    type,
    ...(subject !== undefined && { subject }),
    ...(session !== undefined && { session }),
    ...(event !== undefined && { event }),
  };
}

/**
 * @param subjectIssuer - the issuer of the users' tokens
 * @param now - seconds since the epoch
 */
export function securityEventOf(request: EventRequest, subjectIssuer: string, now: number): StreamEvent {
  const { type, subject, session, event = {} } = request;
  const user = typeof subject === 'string' ? { format: 'iss_sub', iss: subjectIssuer, sub: subject } : subject;
  const complex = {
    format: 'complex',
    ...(user !== undefined && { user }),
    session: { format: 'opaque', id: session ?? '' },
  };
  return {
    type: eventTypeOf(type) ?? type,
    subject: session === undefined ? user : complex,
    event: { event_timestamp: now, ...event },
  };
}
