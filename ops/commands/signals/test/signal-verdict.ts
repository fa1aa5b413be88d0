import { CannotDecideError } from '../../../../lambda/errors.ts';
import type { KeysByHeader } from '../../../../lambda/key-set/published-keys.ts';
import { signalsOfCognitoEvent } from '../../../../lambda/signal/cognito-event.ts';
import { signalOfGlobalRevocation } from '../../../../lambda/signal/global-revocation.ts';
import { signalOfLogoutToken } from '../../../../lambda/signal/logout-token.ts';
import { signalOfSecurityEvent } from '../../../../lambda/signal/security-event.ts';
import type { Signal } from '../../../../lambda/signal/signal.ts';
import { InvalidSignalError, type SignalRejection } from '../../../../lambda/signal/signal-rejection.ts';
import type { MessageKind, MessageProfile, SignalSender } from '../../../../lambda/signal/signal-source.ts';
import { createSignalVerifier, namesMailOf, type VerifiedMessage } from '../../../../lambda/signal/signal-verifier.ts';
import { signedPartDigest } from '../../../../lambda/token/compact-jws.ts';
import { endpointAddress, type SignalsStack } from '../../../stack/signals-stack.ts';
import { type ObservedKeys, observedKeySet } from '../../check/observed-key-set.ts';
import type { PastedMessage, SignedMessage } from './pasted-message.ts';

/** What the receiver's code decides about a message. */
export interface SignalVerdict {
  /** The signals of an accepted message, or those that a rejected one would be. Empty: none. */
  readonly signals: readonly Signal[];
  /** undefined: accepted. */
  readonly rejection: SignalRejection | undefined;
  /** Why the receiver could not decide, which makes it answer 503; undefined: it decides. */
  readonly obstacle: string | undefined;
  /** undefined: the sender's keys were not asked for, or there was no answer. */
  readonly publishedKeys: KeysByHeader | undefined;
}

/** Reads the signal in a verified message of each kind. `body`: of the request; `now`: seconds since the epoch. */
const SIGNAL_OF: Readonly<Record<MessageKind, (message: VerifiedMessage, body: string, now: number) => Signal>> = {
  'backchannel-logout': (message) => signalOfLogoutToken(message),
  'security-event': (message) => signalOfSecurityEvent(message),
  'global-token-revocation': signalOfGlobalRevocation,
};

/** Verifies a pasted message by the receiver's own code and the sender's own keys. @param now - seconds since the epoch */
export async function verdictOn(pasted: PastedMessage, stack: SignalsStack, now: number): Promise<SignalVerdict> {
  if (pasted.kind === 'cognito') return verdictOnEvent(pasted.event, stack, now);
  const observed: ObservedKeys = { publishedKeys: undefined, failure: undefined };
  const decided = { rejection: undefined, obstacle: undefined };
  try {
    const signals = [await verifiedSignal(pasted, stack, now, observed)];
    return { ...decided, signals, publishedKeys: observed.publishedKeys };
  } catch (error) {
    const { publishedKeys } = observed;
    const signals = supposedSignals(pasted, stack, now);
    if (error instanceof InvalidSignalError) return { ...decided, signals, rejection: error.reason, publishedKeys };
    if (!(error instanceof CannotDecideError)) throw error;
    const why = observed.failure === undefined ? '' : `, because of ${observed.failure}`;
    return { ...decided, signals, obstacle: `${error.failureCause}: ${error.detail}${why}`, publishedKeys };
  }
}

async function verifiedSignal(
  { kind, token, body }: SignedMessage,
  stack: SignalsStack,
  now: number,
  observed: ObservedKeys,
): Promise<Signal> {
  const { senders, issuers } = stack.signals.configuration;
  const verify = createSignalVerifier({
    senders: senders.map(withoutAuthorization),
    issuers,
    keySetOf: (sender) => observedKeySet({ ...sender, alias: sender.name }, observed),
    now: () => now * 1000,
  });
  const address = endpointAddress(stack, 'global-token-revocation');
  const message = await verify(kind, token, address === undefined ? {} : { address });
  return SIGNAL_OF[kind](message, body, now);
}

/** The header `Authorization` of a push is not pasted, so it is not compared. */
function withoutAuthorization(sender: SignalSender): SignalSender {
  const messages = Object.entries(sender.messages).map(([kind, { authorizationDigest: _, ...profile }]) => [
    kind,
    profile,
  ]);
  return { ...sender, messages: Object.fromEntries(messages) };
}

function verdictOnEvent(event: object, { signals }: SignalsStack, now: number): SignalVerdict {
  const decided = { obstacle: undefined, publishedKeys: undefined };
  try {
    const found = signalsOfCognitoEvent(event, signals.configuration.cognito, now);
    return { ...decided, signals: found, rejection: undefined };
  } catch (error) {
    if (error instanceof InvalidSignalError) return { ...decided, signals: [], rejection: error.reason };
    throw error;
  }
}

/** The signals that a message would be if it were accepted, by its unverified claims. Empty: they do not say. */
function supposedSignals(pasted: SignedMessage, { signals }: SignalsStack, now: number): readonly Signal[] {
  const { senders, issuers } = signals.configuration;
  const { sender, profile } = senderMeant(pasted, senders) ?? {};
  if (pasted.parts === undefined || sender === undefined || profile === undefined) return [];
  const namesMail = namesMailOf(sender, issuers);
  const digest = signedPartDigest(pasted.parts);
  try {
    return [
      SIGNAL_OF[pasted.kind]({ sender, profile, claims: pasted.parts.payload, digest, namesMail }, pasted.body, now),
    ];
  } catch (error) {
    if (error instanceof InvalidSignalError) return [];
    throw error;
  }
}

/** The sender that a message names, or the only one that sends such messages. undefined: it could be any. */
export function senderMeant(
  { kind, parts }: SignedMessage,
  senders: readonly SignalSender[],
): { readonly sender: SignalSender; readonly profile: MessageProfile | undefined } | undefined {
  const fitting = senders.filter(({ messages }) => messages[kind] !== undefined);
  const [only] = fitting.length === 1 ? fitting : [];
  const sender = senders.find(({ issuer }) => issuer === parts?.payload.iss) ?? only;
  return sender && { sender, profile: sender.messages[kind] };
}
