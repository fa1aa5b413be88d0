import { expect } from 'vitest';
import { KeySet } from '../../../lambda/key-set/key-set.ts';
import { signalOfGlobalRevocation } from '../../../lambda/signal/global-revocation.ts';
import { signalOfLogoutToken } from '../../../lambda/signal/logout-token.ts';
import { signalOfSecurityEvent } from '../../../lambda/signal/security-event.ts';
import type { Signal } from '../../../lambda/signal/signal.ts';
import { InvalidSignalError, type SignalRejection } from '../../../lambda/signal/signal-rejection.ts';
import type { MessageKind, SignalSender } from '../../../lambda/signal/signal-source.ts';
import {
  createSignalVerifier,
  type MessageRequest,
  type SignalVerifierParts,
  type VerifiedMessage,
  type VerifySignal,
} from '../../../lambda/signal/signal-verifier.ts';
import { type ServedKeys, servedKeys } from '../network/served-keys.ts';
import { createClock } from '../tokens/authorizer-under-test.ts';
import { NOW, trustedIssuer } from '../tokens/sample-issuer.ts';
import { signedToken } from '../tokens/signed-token.ts';
import { createSigningKey, type SigningKey } from '../tokens/signing-keys.ts';
import { REVOCATION_ADDRESS, revocationBody } from './sample-messages.ts';
import { signalSender } from './sample-signals.ts';

type Members = Readonly<Record<string, unknown>>;

/** The `typ` of a good message of each kind. */
export const TYPE_OF: Readonly<Record<MessageKind, string>> = {
  'backchannel-logout': 'logout+jwt',
  'security-event': 'secevent+jwt',
  'global-token-revocation': 'global-token-revocation+jwt',
};

/** What a test changes about the receiver and the request. */
export interface Reception extends Partial<Pick<SignalVerifierParts, 'senders' | 'issuers' | 'now'>> {
  readonly settings?: Partial<SignalSender>;
  readonly request?: MessageRequest;
  readonly body?: string;
}

/** A sender whose key set is served over real HTTP from the first test of a file to the last. */
export interface LoopbackSender extends ServedKeys {
  readonly key: SigningKey;
  /** The sender as a receiver knows it. */
  known(settings?: Partial<SignalSender>): SignalSender;
  /** A message of a kind, signed by the sender. `undefined` removes a header parameter. */
  signed(kind: MessageKind, claims: Members, header?: Members): string;
  /** A new verifier, which has no keys yet. */
  verifier(reception?: Reception): VerifySignal;
  /** What a new receiver makes of a message at the endpoint of a kind. */
  receive(kind: MessageKind, message: string, reception?: Reception): Promise<Signal>;
}

export function loopbackSender(
  key: SigningKey = createSigningKey('ES256', 'ec-1'),
  ...others: readonly SigningKey[]
): LoopbackSender {
  const served = servedKeys(key, ...others);
  const known = (settings: Partial<SignalSender> = {}) =>
    signalSender({ jwksUri: `${served.address}/keys`, algorithms: ['ES256', 'RS256', 'EdDSA'], ...settings });
  const verifier = ({ settings, senders = [known(settings)], issuers = [trustedIssuer()], now }: Reception = {}) =>
    createSignalVerifier({ senders, issuers, keySetOf, now: now ?? createClock().now });
  return {
    get address() {
      return served.address;
    },
    get requests() {
      return served.requests;
    },
    key,
    answerWith: served.answerWith,
    known,
    signed: (kind, claims, header = {}) =>
      signedToken(key, { typ: TYPE_OF[kind], alg: key.algorithm, kid: key.keyId, ...header }, claims),
    verifier,
    receive: async (kind, message, reception = {}) => {
      const { request = { address: REVOCATION_ADDRESS }, body = revocationBody() } = reception;
      return decide(kind, await verifier(reception)(kind, message, request), body);
    },
  };
}

function keySetOf(sender: SignalSender): Pick<KeySet, 'keyFor'> {
  return new KeySet({ ...sender, alias: sender.name }, { now: createClock().now, report: () => {}, random: () => 1 });
}

/** What the receiver makes of a verified message. */
export function decide(kind: MessageKind, message: VerifiedMessage, body: string, now = NOW): Signal {
  if (kind === 'backchannel-logout') return signalOfLogoutToken(message);
  if (kind === 'security-event') return signalOfSecurityEvent(message);
  return signalOfGlobalRevocation(message, body, now);
}

/** Expects that a message is rejected for the reason, and that the error names the sender, or nobody. */
export async function expectRejection(
  signal: Promise<unknown>,
  reason: SignalRejection,
  sender: string | undefined,
): Promise<void> {
  const error = await signal.then(
    (value) => expect.fail(`was not rejected, but is ${JSON.stringify(value)}`),
    (rejection: unknown) => rejection,
  );
  expect(error).toBeInstanceOf(InvalidSignalError);
  expect(error).toMatchObject({ reason, sender });
}
