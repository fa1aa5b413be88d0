import type { SignalSender } from '../../lambda/signal/signal-source.ts';
import { foundText, oneOf } from '../commands/check/comparison/found-text.ts';
import { nearMiss } from '../commands/check/comparison/near-miss.ts';
import type { Mismatch } from '../text/mismatch-lines.ts';
import { OLDER_PUSH, PUSH, type Stream } from './stream.ts';
import type { Transmitter } from './transmitter.ts';

/** What keeps a transmitter's events from being accepted, or from coming by push. */
export function transmitterMismatches(
  asked: string,
  transmitter: Transmitter,
  sender: SignalSender,
): readonly Mismatch[] {
  return [...identityMismatches(asked, transmitter, sender), ...offerMismatches(transmitter)];
}

function identityMismatches(
  asked: string,
  { issuer, jwksUri }: Transmitter,
  sender: SignalSender,
): readonly Mismatch[] {
  const isOtherKeySet = sender.jwksUri !== null && jwksUri !== undefined && jwksUri !== sender.jwksUri;
  return [
    // SSF 1.0 section 7.2.3: the metadata name the issuer whose address they were read from.
    ...when(issuer !== asked, 'issuer', issuer, foundText(asked), issuerChange(issuer, asked)),
    ...when(
      issuer === asked && issuer !== sender.issuer,
      ...(['issuer of the source', sender.issuer, foundText(issuer)] as const),
      `write issuer: '${issuer}' for the source ${sender.name} in the deployment, and deploy`,
    ),
    ...when(
      isOtherKeySet,
      ...(['jwks_uri', jwksUri, foundText(sender.jwksUri)] as const),
      `write jwksUri: '${jwksUri}' for the source ${sender.name} in the deployment, and deploy`,
    ),
  ];
}

function offerMismatches({ deliveryMethods, verificationEndpoint }: Transmitter): readonly Mismatch[] {
  const canPush = deliveryMethods.length === 0 || [PUSH, OLDER_PUSH].some((method) => deliveryMethods.includes(method));
  return [
    ...when(
      !canPush,
      ...(['delivery_methods_supported', deliveryMethods, `an array with ${foundText(PUSH)}`] as const),
      'the transmitter cannot push events: use another kind of signal of this provider',
    ),
    ...when(
      verificationEndpoint === undefined,
      ...(['verification_endpoint', undefined, 'an HTTPS address'] as const),
      'create the stream at the provider by hand, and look at `signals` after the first event',
    ),
  ];
}

function issuerChange(found: string, asked: string): string {
  const difference = nearMiss(found, asked);
  const why = difference === undefined ? '' : `they differ only in ${difference}: `;
  return `${why}give the issuer exactly as the metadata write it`;
}

/** What keeps the events of a stream from being accepted. */
export function streamMismatches(
  stream: Stream,
  sender: SignalSender,
  audiences: readonly string[],
): readonly Mismatch[] {
  const fits = stream.audiences.some((audience) => audiences.includes(audience));
  const isOtherIssuer = stream.issuer !== undefined && stream.issuer !== sender.issuer;
  return [
    ...when(
      isOtherIssuer,
      ...(['iss of the stream', stream.issuer, foundText(sender.issuer)] as const),
      `write issuer: ${foundText(stream.issuer)} for the source ${sender.name} in the deployment, and deploy`,
    ),
    ...when(
      !fits,
      ...(['aud of the stream', stream.audiences, oneOf(audiences)] as const),
      `write audience: '${stream.audiences[0] ?? ''}' for the source ${sender.name} in the deployment, deploy, and run this command again`,
    ),
  ];
}

function when(applies: boolean, name: string, value: unknown, expected: string, change: string): readonly Mismatch[] {
  return applies ? [{ name, found: foundText(value), expected, change }] : [];
}
