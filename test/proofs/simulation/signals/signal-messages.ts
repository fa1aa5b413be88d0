import type { SignalEndpoint, SignalProxyEvent } from '../../../../lambda/signal/signal-request.ts';
import type { SignalSender } from '../../../../lambda/signal/signal-source.ts';
import { formEvent, proxyEvent } from '../../../support/signals/proxy-event.ts';
import {
  CAEP,
  logoutClaims,
  REVOCATION_ADDRESS,
  RISC,
  revocationBody,
  revocationClaims,
  securityEventClaims,
} from '../../../support/signals/sample-messages.ts';
import { signalSender } from '../../../support/signals/sample-signals.ts';
import { signedToken } from '../../../support/tokens/signed-token.ts';
import { createSigningKey } from '../../../support/tokens/signing-keys.ts';
import { authorizationTokenOf } from '../parts/simulated-issuer.ts';
import type { PlannedSignal, SignalKind } from './signal-plan.ts';

export const SENDER: SignalSender = signalSender();
export const SENDER_KEY = createSigningKey('ES256', 'sender-key');

/** The header with a signal's name in the plan, by which the record of changes names it. */
export const SIGNAL_HEADER = 'X-Planned-Signal';

/** What a signal asks for: the entry, and whether it blocks its user, or ends a block. */
interface SignalMeaning {
  readonly target: (token: string) => string;
  readonly effect: 'revoke' | 'block' | 'lift';
}

const USER = (token: string) => `sub#main#${token}-sub`;

export const MEANINGS: Readonly<Record<SignalKind, SignalMeaning>> = {
  'logout of a user': { target: USER, effect: 'revoke' },
  'logout of a session': { target: (token) => `sid#main#${token}-sid`, effect: 'revoke' },
  'password changed': { target: USER, effect: 'revoke' },
  'account disabled': { target: USER, effect: 'block' },
  'account enabled': { target: USER, effect: 'lift' },
  'global revocation': { target: USER, effect: 'revoke' },
  'token revocation': { target: (token) => `jti#main#${token}-jti`, effect: 'revoke' },
};

export function targetOf({ kind, token }: PlannedSignal): string {
  return MEANINGS[kind].target(token);
}

/** The request that delivers a signal. @param eventAt - when its event took place, in seconds since the epoch */
export function requestFor(signal: PlannedSignal, eventAt: number): SignalProxyEvent {
  const request = REQUESTS[signal.kind](signal, eventAt);
  return { ...request, headers: { ...request.headers, [SIGNAL_HEADER]: signal.id } };
}

const REQUESTS: Readonly<Record<SignalKind, (signal: PlannedSignal, eventAt: number) => SignalProxyEvent>> = {
  'logout of a user': (signal, at) => logout(signal, at, { sub: `${signal.token}-sub`, sid: undefined }),
  'logout of a session': (signal, at) => logout(signal, at, { sub: `${signal.token}-sub`, sid: `${signal.token}-sid` }),
  'password changed': (signal, at) =>
    securityEvent(signal, at, `${CAEP}/credential-change`, {
      event_timestamp: at,
      credential_type: 'password',
      change_type: 'update',
    }),
  'account disabled': (signal, at) => securityEvent(signal, at, `${RISC}/account-disabled`, { event_timestamp: at }),
  'account enabled': (signal, at) => securityEvent(signal, at, `${RISC}/account-enabled`, { event_timestamp: at }),
  'global revocation': ({ id, token }, at) => {
    const claims = revocationClaims({ jti: id, iat: at, exp: at + 250, aud: REVOCATION_ADDRESS });
    const headers = {
      'Content-Type': 'application/json',
      Authorization: `Bearer ${signed('global-token-revocation+jwt', claims)}`,
    };
    const body = revocationBody({ format: 'opaque', id: `${token}-sub` });
    return proxyEvent('global-token-revocation', { headers, body });
  },
  'token revocation': ({ token }) => form('revoke', 'token', authorizationTokenOf(token).replace(/^Bearer /, '')),
};

function logout({ id }: PlannedSignal, at: number, names: Readonly<Record<string, unknown>>): SignalProxyEvent {
  const claims = logoutClaims({ jti: id, iat: at, exp: at + 250, ...names });
  return form('backchannel-logout', 'logout_token', signed('logout+jwt', claims));
}

function securityEvent({ id, token }: PlannedSignal, at: number, type: string, event: object): SignalProxyEvent {
  const subject = { format: 'iss_sub', iss: SENDER.issuer, sub: `${token}-sub` };
  const claims = securityEventClaims(type, event, { jti: id, iat: at, sub_id: subject });
  const headers = { 'Content-Type': 'application/secevent+jwt' };
  return proxyEvent('events', { headers, body: signed('secevent+jwt', claims) });
}

function form(endpoint: SignalEndpoint, name: string, value: string): SignalProxyEvent {
  return formEvent(endpoint, new URLSearchParams({ [name]: value }).toString());
}

function signed(typ: string, claims: Readonly<Record<string, unknown>>): string {
  return signedToken(SENDER_KEY, { typ, alg: 'ES256', kid: SENDER_KEY.keyId }, claims);
}
