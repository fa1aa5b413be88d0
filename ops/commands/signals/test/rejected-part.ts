import type { KeysByHeader } from '../../../../lambda/key-set/published-keys.ts';
import type { SignalRejection } from '../../../../lambda/signal/signal-rejection.ts';
import type { MessageProfile, SignalSender } from '../../../../lambda/signal/signal-source.ts';
import type { JsonObject } from '../../../../lambda/token/json-object.ts';
import type { Mismatch } from '../../../text/mismatch-lines.ts';
import type { SignedMessage } from './pasted-message.ts';
import { CLAIM_PARTS } from './rejected-claims.ts';
import { HEADER_PARTS } from './rejected-header.ts';

/** A rejected message, and what it is compared with. **Nothing of the message is verified.** */
export interface ComparedMessage {
  readonly message: SignedMessage;
  readonly header: JsonObject;
  readonly payload: JsonObject;
  /** The sender that the message names, or must have meant; undefined: it could be any. */
  readonly sender: SignalSender | undefined;
  /** undefined: the sender does not send such messages. */
  readonly profile: MessageProfile | undefined;
  readonly senders: readonly SignalSender[];
  /** undefined: the sender's keys were not asked for. */
  readonly publishedKeys: KeysByHeader | undefined;
  /** The address of Global Token Revocation; undefined: the API does not have the endpoint. */
  readonly address: string | undefined;
  /** Seconds since the epoch. */
  readonly now: number;
}

export type PartOf = (compared: ComparedMessage) => Mismatch;

/** Whose settings to change: `the source okta in the deployment`. */
export function sourceText({ sender }: Pick<ComparedMessage, 'sender'>): string {
  return sender === undefined ? 'the source in the deployment' : `the source ${sender.name} in the deployment`;
}

const PARTS: Readonly<Record<SignalRejection, PartOf>> = { ...HEADER_PARTS, ...CLAIM_PARTS };

/** The part of a message because of which it was rejected: found, expected, and what to change. */
export function rejectedPart(reason: SignalRejection, compared: ComparedMessage): Mismatch {
  return PARTS[reason](compared);
}
