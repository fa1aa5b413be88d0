import { guaranteedLag, settledLag, sharedLag } from '../../../../lambda/flush/flush-timing.ts';
import { ENDPOINT_OF } from '../../../../lambda/signal/signal-request.ts';
import {
  type FlushPace,
  MESSAGE_KINDS,
  type MessageKind,
  type SignalSender,
  type SourceEntries,
} from '../../../../lambda/signal/signal-source.ts';
import { endpointAddress, type SignalsStack } from '../../../stack/signals-stack.ts';

/** What a source sends: one of the kinds of signed messages, API calls of Cognito, or tokens of our own issuers (RFC 7009). */
export type SourceKind = MessageKind | 'cognito' | 'token-revocation';

/** One kind of message of a source. */
export interface DescribedMessages {
  readonly kind: SourceKind;
  /** The endpoint's address. undefined: the API does not have the endpoint, or the messages come by a queue. */
  readonly address: string | undefined;
  /** Empty: the audience is the address, or there is none. */
  readonly audiences: readonly string[];
}

/** A configured source, for people. */
export interface DescribedSource {
  readonly name: string;
  readonly messages: readonly DescribedMessages[];
  /** The sender's `iss`, or the user pool's id; undefined: any client may send. */
  readonly issuer: string | undefined;
  /** The alias of the issuer whose tokens are revoked; undefined: of any issuer. */
  readonly tokensOf: string | undefined;
  readonly pace: FlushPace;
  /** Seconds from the acknowledged entry to the last request that it may miss: while flushes work, and whatever fails. */
  readonly bound: { readonly whileFlushesWork: number; readonly guaranteed: number };
  /** Seconds of silence after which an alarm rings; undefined: silence is not watched. */
  readonly silentAfter: number | undefined;
}

/** The sources that a deployment is configured for: senders, then Cognito's pools, then clients. */
export function describedSources(stack: SignalsStack): readonly DescribedSource[] {
  const { senders, cognito, tokenRevocation } = stack.signals.configuration;
  return [
    ...senders.map((sender) => describedSource(stack, sender, sender.issuer, senderMessages(stack, sender))),
    ...cognito.map((source) =>
      describedSource(stack, source, source.userPoolId, [{ kind: 'cognito', ...NO_ENDPOINT }]),
    ),
    ...(tokenRevocation === undefined
      ? []
      : [describedSource(stack, tokenRevocation, undefined, clientMessages(stack))]),
  ];
}

/** Cognito's API calls come by CloudTrail, EventBridge and a queue. */
const NO_ENDPOINT = { address: undefined, audiences: [] };

type AnySource = Omit<SourceEntries, 'issuerAlias'> & Partial<Pick<SourceEntries, 'issuerAlias'>>;

function describedSource(
  stack: SignalsStack,
  { name, issuerAlias: tokensOf, pace }: AnySource,
  issuer: string | undefined,
  messages: readonly DescribedMessages[],
): DescribedSource {
  const silentAfter = stack.signals.silentAfter[name];
  return { name, messages, issuer, tokensOf, pace, bound: boundOf(stack, pace), silentAfter };
}

function senderMessages(stack: SignalsStack, { messages }: SignalSender): readonly DescribedMessages[] {
  return MESSAGE_KINDS.flatMap((kind) => {
    const profile = messages[kind];
    if (profile === undefined) return [];
    return [{ kind, address: endpointAddress(stack, ENDPOINT_OF[kind]), audiences: profile.audiences }];
  });
}

function clientMessages(stack: SignalsStack): readonly DescribedMessages[] {
  return [{ kind: 'token-revocation', address: endpointAddress(stack, 'revoke'), audiences: [] }];
}

/** The bound that follows from a source's pace, in seconds. */
function boundOf({ region, signals }: SignalsStack, pace: FlushPace): DescribedSource['bound'] {
  const { resultTtlSeconds: resultTtl, authorizerTimeoutSeconds: timeout, flush } = region.authorizer;
  const guaranteed = guaranteedLag(resultTtl, timeout);
  const every = signals.configuration.sharedFlush?.every;
  if (!flush || pace === 'never') return { whileFlushesWork: guaranteed, guaranteed };
  if (pace === 'at-once') return { whileFlushesWork: settledLag(resultTtl, timeout), guaranteed };
  const shared = every === undefined ? guaranteed : sharedLag(resultTtl, timeout, every);
  return { whileFlushesWork: shared, guaranteed };
}
