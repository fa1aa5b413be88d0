import type { RejectionReason } from '../../../../lambda/errors.ts';
import type { SignalRejection } from '../../../../lambda/signal/signal-rejection.ts';
import { MAX_MESSAGE_LENGTH } from '../../../../lambda/signal/signal-verifier.ts';
import { counted } from '../../../text/counted.ts';
import type { Mismatch } from '../../../text/mismatch-lines.ts';
import { foundText, oneOf } from '../../check/comparison/found-text.ts';
import { nearMiss } from '../../check/comparison/near-miss.ts';
import { KIND_WORDS } from '../sources/source-words.ts';
import { type ComparedMessage, type PartOf, sourceText } from './rejected-part.ts';

/** The rejections that are about a message's form, its header, its sender and its signature. */
type HeaderRejection =
  | Extract<SignalRejection, 'unknown-sender' | 'kind' | 'authorization'>
  | Extract<
      RejectionReason,
      | ('oversized' | 'not-bearer' | 'malformed' | 'header' | 'header-parameter' | 'algorithm' | 'token-type')
      | ('key-id' | 'unknown-issuer' | 'unknown-key' | 'signature')
    >;

const form: PartOf = ({ message: { token } }) => ({
  name: 'form',
  found: counted(token.split('.').length, 'part'),
  expected: '3 parts of base64url with dots between, of which the second is a JSON object',
  change: 'copy the message again, whole and without anything between its characters',
});

const issuer: PartOf = ({ payload, senders }) => {
  const near = senders.find((sender) => nearMiss(payload.iss, sender.issuer) !== undefined);
  const difference = near && nearMiss(payload.iss, near.issuer);
  return {
    name: 'iss',
    found: foundText(payload.iss),
    expected:
      senders.map((sender) => `${foundText(sender.issuer)} (${sender.name})`).join(' or ') ||
      'a configured sender, and there is none',
    change:
      difference === undefined
        ? 'name the sender as a source in `signals` of the deployment, and deploy'
        : `they differ only in ${difference}: change the issuer of the source ${near?.name} until both are the same, and deploy`,
  };
};

const unreadableHeader: PartOf = ({ message: { parts } }) => ({
  name: 'header',
  found: parts === undefined ? 'not read' : foundText(parts.header),
  expected: 'a JSON object with unique names',
  change: 'copy the message again; if that fails as well, a configured sender did not make it',
});

/** By reason. */
export const HEADER_PARTS: Readonly<Record<HeaderRejection, PartOf>> = {
  oversized: ({ message: { token } }) => ({
    name: 'length',
    found: counted(token.length, 'character'),
    expected: `at most ${MAX_MESSAGE_LENGTH.toLocaleString('en')}`,
    change: 'have the provider leave claims out that the event does not need',
  }),
  'not-bearer': form,
  malformed: form,
  header: unreadableHeader,
  'header-parameter': ({ header: { alg: _alg, typ: _typ, kid: _kid, ...others } }) => ({
    name: 'the header',
    found: `with ${Object.keys(others).map(foundText).join(', ') || 'a parameter of several values'}`,
    expected: 'alg, typ and kid only',
    change: 'have the provider leave the parameter out; it brings a key or changes what is signed',
  }),
  algorithm: (compared) => ({
    name: 'alg',
    found: foundText(compared.header.alg),
    expected: compared.sender === undefined ? 'an algorithm of the source' : oneOf(compared.sender.algorithms),
    change: `have the provider sign with one of these, or add it to \`algorithms\` of ${sourceText(compared)}`,
  }),
  'token-type': (compared) => ({
    name: 'typ',
    found: foundText(compared.header.typ),
    expected: oneOf(compared.profile?.tokenTypes ?? []),
    change: typeChange(compared),
  }),
  'key-id': ({ header }) => ({
    name: 'kid',
    found: foundText(header.kid),
    expected: 'a text of 1 to 255 characters',
    change: 'have the provider name its key',
  }),
  'unknown-issuer': issuer,
  'unknown-sender': issuer,
  'unknown-key': unknownKey,
  signature: (compared) => ({
    name: 'signature',
    found: `not made by the key ${foundText(compared.header.kid)}`,
    expected: `made by the key ${foundText(compared.header.kid)} that ${compared.sender?.name ?? 'the sender'} publishes`,
    change:
      'copy the message again, whole; if that fails as well, another environment of the provider uses the same key id, or the message is forged',
  }),
  kind: ({ message: { kind }, sender }) => ({
    name: 'kind of message',
    found: KIND_WORDS[kind],
    expected: Object.keys(sender?.messages ?? {}).join(', '),
    change: `add the kind to ${sourceText({ sender })}, and deploy; or stop it at the provider`,
  }),
  authorization: ({ sender }) => ({
    name: 'Authorization',
    found: 'another value, or none',
    expected: 'the value whose SHA-256 the source has',
    change: `enter the value at the provider, or change it for ${sourceText({ sender })}`,
  }),
};

/** Senders of security events before SSF 1.0 write no `typ`, or `JWT`. */
function typeChange(compared: ComparedMessage): string {
  const { header, message } = compared;
  const isOlder = header.typ === undefined || String(header.typ).toUpperCase() === 'JWT';
  return isOlder && message.kind === 'security-event'
    ? `if the transmitter is older than SSF 1.0, write acceptUntyped: true for ${sourceText(compared)}, and deploy`
    : 'is this a message of another kind, or an access or ID token? Have the provider send the message of the standard';
}

function unknownKey({ header: { kid, alg }, sender, publishedKeys }: ComparedMessage): Mismatch {
  const ids = [...(publishedKeys ?? [])].flatMap(([id, keys]) =>
    [...keys.keys()].some((known) => known === alg) ? [id] : [],
  );
  const name = sender?.name ?? 'the sender';
  return {
    name: 'kid',
    found: foundText(kid),
    expected:
      ids.length === 0
        ? `a key that ${name} publishes for ${foundText(alg)}, and it publishes none`
        : `${oneOf(ids.slice(0, 10))}, which ${name} publishes for ${foundText(alg)}`,
    change: `check that ${sender?.jwksUri ?? 'the key set that discovery finds'} is the key set of the sender; a withdrawn key is not accepted any more`,
  };
}
