import type { RejectionReason } from '../../../../lambda/errors.ts';
import type { SignalRejection } from '../../../../lambda/signal/signal-rejection.ts';
import { isNumericDate } from '../../../../lambda/token/numeric-date.ts';
import { formatFromNow } from '../../../cli/instant.ts';
import type { Mismatch } from '../../../text/mismatch-lines.ts';
import { foundText, instantText, oneOf } from '../../check/comparison/found-text.ts';
import { nearMiss } from '../../check/comparison/near-miss.ts';
import type { HEADER_PARTS } from './rejected-header.ts';
import { type ComparedMessage, type PartOf, sourceText } from './rejected-part.ts';

/** The rejections that are about claims, and about the body of a request. */
type ClaimRejection = Exclude<SignalRejection, keyof typeof HEADER_PARTS>;

const IDENTIFIER = 'a text of 1 to 255 characters';

/** Rejections of access tokens only: no signal gets them. */
const other =
  (reason: RejectionReason): PartOf =>
  () => ({ name: 'claims', found: reason, expected: 'a signal', change: undefined });

/** By reason. */
export const CLAIM_PARTS: Readonly<Record<ClaimRejection, PartOf>> = {
  expired: (compared) => ({
    ...instantPart('exp', compared),
    expected: `later than now, ${instantText(compared.now)}`,
    change: AT_ITS_TIME,
  }),
  'not-before': (compared) => ({ ...instantPart('nbf', compared), ...noLater(compared) }),
  'issued-at': (compared) => ({ ...instantPart('iat', compared), ...noLater(compared) }),
  'too-old': (compared) => ({
    ...instantPart('iat', compared),
    expected: `no earlier than ${instantText(compared.now - (compared.profile?.maxAge ?? 0))} (maxAge)`,
    change: AT_ITS_TIME,
  }),
  audience: audiencePart,
  claim: ({ payload: { iat, exp, aud } }) => ({
    name: 'registered claims',
    found: `iat ${foundText(iat)}, exp ${foundText(exp)}, aud ${foundText(aud)}`,
    expected: 'iat, and exp where the kind has it, as numbers of seconds since 1970; aud as one text or several',
    change: 'have the provider write them as its standard says',
  }),
  client: other('client'),
  'no-token-id': other('no-token-id'),
  'bound-token': other('bound-token'),
  revoked: other('revoked'),
  request: ({ message: { body } }) => ({
    name: 'body',
    found: body === '' ? 'none' : 'text that is no JSON object',
    expected: 'a JSON object with sub_id',
    change: 'paste the body of the request below the bearer token',
  }),
  'no-id': ({ payload }) => ({
    name: 'jti',
    found: foundText(payload.jti),
    expected: IDENTIFIER,
    change: 'have the provider write an id; without one a repetition could not be recognized',
  }),
  nonce: ({ payload }) => ({
    name: 'nonce',
    found: foundText(payload.nonce),
    expected: 'absent (Back-Channel Logout 1.0 section 2.4)',
    change: 'this is an ID token: have the provider send the logout token',
  }),
  events: ({ payload }) => ({
    name: 'events',
    found: foundText(payload.events),
    expected: 'an object with exactly one event',
    change: 'have the provider send each event in a message of its own',
  }),
  event: ({ payload }) => ({
    name: 'events',
    found: foundText(payload.events),
    expected: 'an event whose value is an object',
    change: 'have the provider write the event as its standard says',
  }),
  subject: ({ payload, message }) => ({
    name: 'subject',
    found: message.kind === 'backchannel-logout' ? 'neither sub nor sid' : `sub_id ${foundText(payload.sub_id)}`,
    expected: message.kind === 'backchannel-logout' ? 'sub, sid, or both' : 'sub_id, an object (RFC 9493)',
    change: 'have the provider say whom the event is about',
  }),
  'subject-claim': ({ payload }) => ({
    name: 'sub',
    found: foundText(payload.sub),
    expected: 'absent: sub_id names the subject (SSF 1.0 section 4.1.2)',
    change: 'is this an access or ID token? Have the provider send a security event token',
  }),
  expires: ({ payload, profile }) =>
    profile !== undefined && payload.events === undefined
      ? {
          name: 'exp',
          found: `exp ${foundText(payload.exp)}, iat ${foundText(payload.iat)}`,
          expected: `at most ${profile.maxAge} s from iat to exp`,
          change: 'have the provider issue the token for a shorter time',
        }
      : {
          name: 'exp',
          found: foundText(payload.exp),
          expected: 'absent (SSF 1.0 section 4.1.7)',
          change: 'is this an access or ID token? Have the provider send a security event token',
        },
  'not-a-signal': ({ payload }) => ({
    name: 'events',
    found: foundText(payload.events),
    expected: 'an object with one event',
    change: 'this is not a signal, but an access or ID token: have the provider send the message of the standard',
  }),
};

const AT_ITS_TIME =
  'to verify an older message as of the time when it was sent, add --at; at the provider, check its clock and its retries';

function instantPart(name: 'exp' | 'iat' | 'nbf', { payload, now }: ComparedMessage): Pick<Mismatch, 'name' | 'found'> {
  const value = payload[name];
  return { name, found: isNumericDate(value) && value < 8e12 ? formatFromNow(value, now) : foundText(value) };
}

function noLater({ now, sender }: ComparedMessage): Pick<Mismatch, 'expected' | 'change'> {
  const tolerance = sender === undefined ? '' : `, or up to ${sender.clockTolerance} s later`;
  return {
    expected: `no later than now, ${instantText(now)}${tolerance}`,
    change: 'set the clock of the machine that signs at the provider',
  };
}

/** The options of the presets that hold the audiences. */
const AUDIENCE_OPTIONS = {
  'backchannel-logout': '`clientIds`',
  'security-event': '`audience`',
  'global-token-revocation': 'the address',
} as const;

function audiencePart({ payload: { aud }, message: { kind }, profile, address, sender }: ComparedMessage): Mismatch {
  const isRequest = kind === 'global-token-revocation';
  const expected = isRequest ? [address ?? null] : (profile?.audiences ?? []);
  const difference = expected.map((audience) => nearMiss(aud, audience)).find((found) => found !== undefined);
  return {
    name: 'aud',
    found: foundText(aud),
    expected: oneOf(expected),
    change: isRequest
      ? 'enter exactly this address at the provider; behind a domain of your own it is the address of that domain'
      : `${difference === undefined ? '' : `they differ only in ${difference}: `}write the found value in ${AUDIENCE_OPTIONS[kind]} of ${sourceText({ sender })}, and deploy`,
  };
}
