import { hash } from 'node:crypto';
import { isJsonObject, type JsonObject, parsedJson } from '../token/json-object.ts';
import { isNumericDate } from '../token/numeric-date.ts';
import type { Signal } from './signal.ts';
import { InvalidSignalError } from './signal-rejection.ts';
import { MAX_MESSAGE_LENGTH, type VerifiedMessage } from './signal-verifier.ts';
import { isReadFormat, revokeUsers, subjectIn } from './subject-identifier.ts';

/**
 * The signal of a request for global token revocation (draft-parecki-oauth-global-token-revocation-05), whose verified JWT only
 * says who asks; `body` names the user. `now`: seconds since the epoch.
 *
 * The JWT may be used for several users, so its digest alone does not tell one signal from another.
 * @throws InvalidSignalError
 */
export function signalOfGlobalRevocation(message: VerifiedMessage, body: string, now: number): Signal {
  const { sender, profile, claims, digest } = message;
  // Logout tokens, security event tokens and ID tokens ask for nothing here, whatever their `typ` and their audience.
  if (claims.events !== undefined || Object.hasOwn(claims, 'nonce')) {
    throw new InvalidSignalError('not-a-signal', sender.name);
  }
  const { iat, exp } = claims;
  if (!isNumericDate(iat) || !isNumericDate(exp)) throw new InvalidSignalError('claim', sender.name);
  if (exp - iat > profile.maxAge) throw new InvalidSignalError('expires', sender.name);
  const subject = subjectIn(identifierIn(body, sender.name), message);
  // Not before the request by the sender's clock, which may be ahead and dates the tokens.
  const eventAt = Math.floor(Math.max(now, iat));
  return {
    source: sender,
    type: 'global-token-revocation',
    id: hash('sha256', `${digest} ${JSON.stringify(subject.users.toSorted())}`, 'hex'),
    eventAt,
    acceptedUntil: Math.ceil(exp) + sender.clockTolerance,
    ...revokeUsers(subject, eventAt),
  };
}

/**
 * The subject identifier in a body. Okta's first version wrote `subject`.
 * @throws InvalidSignalError `request`: there is none; `subject`: no entry can name anybody in its format
 */
function identifierIn(body: string, sender: string): JsonObject {
  const request = body.length > MAX_MESSAGE_LENGTH ? undefined : parsedJson(body);
  if (!isJsonObject(request)) throw new InvalidSignalError('request', sender);
  const identifier = request.sub_id ?? request.subject;
  if (!isJsonObject(identifier)) throw new InvalidSignalError('request', sender);
  if (!isReadFormat(identifier)) throw new InvalidSignalError('subject', sender);
  return identifier;
}
