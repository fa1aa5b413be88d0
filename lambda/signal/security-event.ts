import { isIdentifier } from '../token/identifier.ts';
import { isJsonObject, type JsonObject } from '../token/json-object.ts';
import { isNumericDate } from '../token/numeric-date.ts';
import type { Signal, SignalType } from './signal.ts';
import { InvalidSignalError, type SignalRejection } from './signal-rejection.ts';
import type { VerifiedMessage } from './signal-verifier.ts';
import { endSession, liftUsers, revokeUsers, type SignalSubject, subjectIn } from './subject-identifier.ts';

const CAEP = 'https://schemas.openid.net/secevent/caep/event-type/';
const RISC = 'https://schemas.openid.net/secevent/risc/event-type/';
const SSF = 'https://schemas.openid.net/secevent/ssf/event-type/';

/** What we call each event type, by its address. A type that is not listed is `other`. */
export const SECURITY_EVENT_TYPES: ReadonlyMap<string, SignalType> = new Map<string, SignalType>([
  [`${CAEP}session-revoked`, 'session-revoked'],
  [`${CAEP}credential-change`, 'credential-change'],
  [`${RISC}account-disabled`, 'account-disabled'],
  [`${RISC}account-purged`, 'account-purged'],
  [`${RISC}account-enabled`, 'account-enabled'],
  [`${RISC}sessions-revoked`, 'sessions-revoked'],
  [`${SSF}verification`, 'verification'],
  // Google's stream still verifies itself by the event of the first draft of RISC.
  [`${RISC}verification`, 'verification'],
  [`${SSF}stream-updated`, 'stream-updated'],
]);

/** An event of a security event token. */
interface SecurityEvent {
  readonly type: SignalType;
  readonly content: JsonObject;
}

/**
 * The signal of a verified security event token (RFC 8417; Shared Signals Framework 1.0 section 4; CAEP 1.0; RISC 1.0).
 *
 * An event type that writes nothing is a signal without effects, not an error: a transmitter that is told of errors may stop.
 * @throws InvalidSignalError
 */
export function signalOfSecurityEvent(message: VerifiedMessage): Signal {
  const { sender, profile, claims } = message;
  const { iat, jti } = claims;
  const event = eventIn(message);
  if (Object.hasOwn(claims, 'sub')) throw rejected(message, 'subject-claim');
  if (Object.hasOwn(claims, 'exp')) throw rejected(message, 'expires');
  if (!isNumericDate(iat)) throw rejected(message, 'claim');
  if (!isIdentifier(jti)) throw rejected(message, 'no-id');
  const eventAt = Math.floor(instantOf(event, claims, iat));
  return {
    source: sender,
    type: event.type,
    id: jti,
    eventAt,
    acceptedUntil: Math.ceil(iat + profile.maxAge) + sender.clockTolerance,
    ...effectsOf(event, message, eventAt),
  };
}

function rejected({ sender }: VerifiedMessage, reason: SignalRejection): InvalidSignalError {
  return new InvalidSignalError(reason, sender.name);
}

/** Shared Signals Framework 1.0 section 4.1.6: one event in a token. RFC 8417 section 2.2: its value is an object. */
function eventIn(message: VerifiedMessage): SecurityEvent {
  const { events } = message.claims;
  if (events === undefined) throw rejected(message, 'not-a-signal');
  const [event, ...others] = isJsonObject(events) ? Object.entries(events) : [];
  if (event === undefined || others.length > 0) throw rejected(message, 'events');
  const [name, content] = event;
  if (!isJsonObject(content)) throw rejected(message, 'event');
  return { type: SECURITY_EVENT_TYPES.get(name) ?? 'other', content };
}

/**
 * When the event happened, in seconds: `event_timestamp` (CAEP 1.0 section 2), or else `toe` (RFC 8417 section 2.2), or else `iat`.
 * One that is in milliseconds, or after the token was issued, is wrong.
 */
function instantOf({ content }: SecurityEvent, { toe }: JsonObject, issuedAt: number): number {
  return [content.event_timestamp, toe].filter(isNumericDate).find((instant) => instant <= issuedAt) ?? issuedAt;
}

type EffectsOf = (subject: SignalSubject, message: VerifiedMessage, before: number) => ReturnType<typeof revokeUsers>;

const revokeUntil: EffectsOf = (subject, _message, before) => revokeUsers(subject, before);
const block: EffectsOf = (subject) => revokeUsers(subject, undefined);

/** What each type asks for. A type that is not listed is ignored. */
const EFFECTS: ReadonlyMap<SignalType, EffectsOf> = new Map<SignalType, EffectsOf>([
  ['session-revoked', endSession],
  ['sessions-revoked', revokeUntil],
  ['credential-change', revokeUntil],
  ['account-disabled', block],
  ['account-purged', block],
  ['account-enabled', liftUsers],
]);

function effectsOf(
  event: SecurityEvent,
  message: VerifiedMessage,
  before: number,
): Pick<Signal, 'effects' | 'inaction' | 'isWidened' | 'isStreamStopped'> {
  const effects = EFFECTS.get(event.type);
  if (effects === undefined || isHarmless(event)) {
    return { effects: [], inaction: 'ignored', ...(isStop(event) && { isStreamStopped: true }) };
  }
  return effects(subjectIn(identifierOf(event, message), message), message, before);
}

/** Whether a changed credential leaves the user's sessions sound: one was added, or one that is not a password was renewed. */
function isHarmless({ type, content }: SecurityEvent): boolean {
  if (type !== 'credential-change') return false;
  const { change_type: change, credential_type: credential } = content;
  return !(change === 'revoke' || change === 'delete' || (change === 'update' && credential === 'password'));
}

/** Shared Signals Framework 1.0 section 8.1.5. */
function isStop({ type, content }: SecurityEvent): boolean {
  return type === 'stream-updated' && (content.status === 'paused' || content.status === 'disabled');
}

/** `sub_id` of the token, or what drafts had: `subject` in the event (Okta, Google), or as a claim. */
function identifierOf({ content }: SecurityEvent, message: VerifiedMessage): JsonObject {
  const { claims } = message;
  const identifier = claims.sub_id ?? content.subject ?? claims.subject;
  if (!isJsonObject(identifier)) throw rejected(message, 'subject');
  return identifier;
}
