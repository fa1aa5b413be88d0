import { InvalidTokenError } from '../../../../lambda/errors.ts';
import type { MessageKind, SignalSender } from '../../../../lambda/signal/signal-source.ts';
import { decomposeUnverified, type UnverifiedJws } from '../../../../lambda/token/compact-jws.ts';
import { isJsonObject, type JsonObject, parsedJson } from '../../../../lambda/token/json-object.ts';
import { OperatorError } from '../../../cli/operator-error.ts';
import { tokenIn } from '../../../selection/token-input.ts';
import { counted } from '../../../text/counted.ts';

/** A message that a sender signed. */
export interface SignedMessage {
  readonly kind: MessageKind;
  readonly token: string;
  /** Its parts, of which nothing is verified; undefined: it does not have the form of a token. */
  readonly parts: UnverifiedJws | undefined;
  /** The body of a request for global token revocation; empty: there is none. */
  readonly body: string;
}

/** What was pasted: a signed message, or an event that AWS delivers. */
export type PastedMessage = SignedMessage | { readonly kind: 'cognito'; readonly event: JsonObject };

/** Maximum number of characters to read: a message has at most 16,384, and an event of CloudTrail 262,144 bytes. */
const MAX_LENGTH = 300_000;

/** Recognizes a pasted message. @throws OperatorError for a text that is not one */
export function pastedMessage(text: string, senders: readonly SignalSender[]): PastedMessage {
  if (text.trim() === '') throw new OperatorError('Standard input holds no signal: paste one, or pipe one in.');
  if (text.length > MAX_LENGTH)
    throw new OperatorError(`Standard input holds ${counted(text.length, 'character')}, more than any signal has.`);
  const document = parsedJson(text);
  if (isJsonObject(document)) return { kind: 'cognito', event: cognitoEvent(document) };
  // The body of a request stands below its header. Not by `\s`, which would read all empty lines again from each of them.
  const start = text.search(/^[^\S\n]*\{/m);
  const [head, body] = start < 0 ? [text, ''] : [text.slice(0, start), text.slice(start).trim()];
  const token = tokenIn(formField(head) ?? head);
  const parts = decomposed(token);
  return { kind: kindOf(parts, body, senders), token, parts, body };
}

/** The logout token of a form (Back-Channel Logout 1.0 section 2.5). */
function formField(text: string): string | undefined {
  return /(?:^|[&\s'"])logout_token=([\w.-]+)/.exec(text)?.[1];
}

function decomposed(token: string): UnverifiedJws | undefined {
  try {
    return decomposeUnverified(token);
  } catch (error) {
    if (error instanceof InvalidTokenError) return undefined;
    throw error;
  }
}

/** A record of CloudTrail by itself, in an event of EventBridge, or as the only one of a file of a trail. */
function cognitoEvent(document: JsonObject): JsonObject {
  const [only, ...others] = Array.isArray(document.Records) ? document.Records : [document];
  const hasRecord = (value: unknown): value is JsonObject =>
    isJsonObject(value) && ('eventSource' in value || isJsonObject(value.detail));
  if (others.length === 0 && hasRecord(only)) return only;
  throw new OperatorError(
    isJsonObject(document.sub_id)
      ? 'This is the body of a request for global token revocation without its bearer token: paste the token, and the body on the next line.'
      : 'This JSON is not an event of Cognito, which has `detail` (EventBridge) or `eventSource` (CloudTrail): paste one event.',
  );
}

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** The kind by `typ`, by what only one kind has, or else the only kind of the sender that the message names. */
function kindOf(parts: UnverifiedJws | undefined, body: string, senders: readonly SignalSender[]): MessageKind {
  const { header = {}, payload = {} }: Partial<UnverifiedJws> = parts ?? {};
  const typ = String(header.typ)
    .toLowerCase()
    .replace(/^application\//, '');
  const byType = KINDS_BY_TYPE.get(typ);
  if (byType !== undefined) return byType;
  if (body !== '') return 'global-token-revocation';
  if (isJsonObject(payload.events))
    return Object.hasOwn(payload.events, LOGOUT_EVENT) ? 'backchannel-logout' : 'security-event';
  const sender = senders.find(({ issuer }) => issuer === payload.iss);
  const [only, ...others] = Object.keys(sender?.messages ?? {}) as readonly MessageKind[];
  return only !== undefined && others.length === 0 ? only : 'backchannel-logout';
}

const KINDS_BY_TYPE: ReadonlyMap<string, MessageKind> = new Map([
  ['logout+jwt', 'backchannel-logout'],
  ['secevent+jwt', 'security-event'],
  ['global-token-revocation+jwt', 'global-token-revocation'],
]);
