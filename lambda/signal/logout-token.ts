import { isIdentifier } from '../token/identifier.ts';
import { isJsonObject, type JsonObject } from '../token/json-object.ts';
import { isNumericDate } from '../token/numeric-date.ts';
import type { Signal } from './signal.ts';
import { InvalidSignalError, type SignalRejection } from './signal-rejection.ts';
import type { VerifiedMessage } from './signal-verifier.ts';
import { endSession, namesOf, type SignalSubject } from './subject-identifier.ts';

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** Members of `events` that are not events. Keycloak writes one when the client asks it to end offline sessions too. */
const OPTIONS: readonly string[] = ['revoke_offline_access'];

/**
 * The signal of a verified logout token (OpenID Connect Back-Channel Logout 1.0 sections 2.4 and 2.6).
 * @throws InvalidSignalError
 */
export function signalOfLogoutToken(message: VerifiedMessage): Signal {
  const { sender, profile, claims } = message;
  const reject = (reason: SignalRejection) => new InvalidSignalError(reason, sender.name);
  // An ID token has no `events`. A nonce is there to tell the two apart where anything else fails to.
  if (claims.events === undefined) throw reject('not-a-signal');
  if (Object.hasOwn(claims, 'nonce')) throw reject('nonce');
  const { iat, exp, jti } = claims;
  if (!isNumericDate(iat) || !isNumericDate(exp)) throw reject('claim');
  if (!isIdentifier(jti)) throw reject('no-id');
  if (!isLogout(claims.events)) throw reject('events');
  if (claims.sub === undefined && claims.sid === undefined) throw reject('subject');
  const eventAt = Math.floor(iat);
  return {
    source: sender,
    type: 'backchannel-logout',
    id: jti,
    eventAt,
    acceptedUntil: Math.ceil(Math.min(exp, iat + profile.maxAge)) + sender.clockTolerance,
    ...endSession(subjectOf(message), message, eventAt),
  };
}

/** Exactly one event, the logout, whose value is an empty object. */
function isLogout(events: unknown): boolean {
  if (!isJsonObject(events)) return false;
  const named = Object.keys(events).filter((name) => !OPTIONS.includes(name));
  return named.length === 1 && isEmptyObject(events[LOGOUT_EVENT]);
}

function isEmptyObject(value: unknown): value is JsonObject {
  return isJsonObject(value) && Object.keys(value).length === 0;
}

function subjectOf(message: VerifiedMessage): SignalSubject {
  const { sub, sid } = message.claims;
  return {
    users: namesOf(sub, message),
    session: isIdentifier(sid) ? sid : undefined,
    isNarrowed: sid !== undefined,
  };
}
