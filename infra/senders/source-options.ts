import { Duration } from 'aws-cdk-lib';
import {
  FLUSH_PACES,
  type FlushPace,
  type MessageProfile,
  type SignalSender,
} from '../../lambda/signal/signal-source.ts';
import { ALIAS_PATTERN } from '../../lambda/token/trusted-issuer.ts';
import { asList } from '../issuers/common-options.ts';
import type { SignalSourceOptions } from '../settings/signal-schema.ts';
import {
  isWhole,
  literalText,
  matching,
  objectOf,
  oneOf,
  oneOrMore,
  optional,
  secondsIn,
  type ValidatorsOf,
  valueWhere,
} from '../settings/values/validators.ts';

/** A stream of security event tokens, as its transmitter knows it. */
export interface EventStreamOptions {
  /** The `aud` of the stream's tokens. The transmitter writes it, and says what it is when the stream is created. */
  readonly audience: string | readonly string[];
  /**
   * The SHA-256, in 64 lower-case hexadecimal digits, of the whole `Authorization` header that the transmitter sends with each event
   * (`authorization_header` of the stream, SSF 1.0 section 6.1.1). Requests with another header, or without one, get 401.
   * @default the header is not looked at: the signature is what proves who sent the event
   */
  readonly authorizationDigest?: string;
  /**
   * The age at which an event is too old, in whole seconds from 1 minute to 31 days. Transmitters try for hours or days to deliver an event
   * that the receiver could not take.
   * @default 7 days
   */
  readonly maxAge?: Duration;
}

/** The fields of a sender that most presets share. */
export type SenderDefaults = Pick<SignalSender, 'algorithms' | 'clockTolerance'>;

export const SENDER_DEFAULTS: SenderDefaults = { algorithms: ['RS256'], clockTolerance: 30 };

/** In seconds. Providers let logout tokens live for minutes: OpenID Connect Back-Channel Logout 1.0 section 4 recommends two. */
const LOGOUT_MAX_AGE = 600;

const MIN_EVENT_AGE = 60;

export const MAX_MESSAGE_AGE = 31 * 24 * 3600;

export const silentAfter = valueWhere(
  (value) => isWhole((secondsIn(value) ?? 0) / 3600, 1, 24),
  'write whole hours, from Duration.hours(1) to Duration.hours(24)',
);

export const sourceOptions: ValidatorsOf<SignalSourceOptions> = {
  flush: optional(oneOf(FLUSH_PACES)),
  tokensOf: optional(literalText(ALIAS_PATTERN, 'write the alias of an issuer')),
  silentAfter: optional(silentAfter),
};

export const authorizationDigest = literalText(
  /^[0-9a-f]{64}$/,
  'write the SHA-256 of the whole Authorization header, in 64 lower-case hexadecimal digits, and never the header itself',
);

/** A client's id in `aud` of logout tokens. */
export const clientId = matching(/\S/, 'name the clients, by their ids, for which the provider sends logout tokens');

/** A value of `aud` of signed messages. */
export const messageAudience = matching(/\S/, 'name the `aud` that the sender writes into its messages');

export const streamOptions: ValidatorsOf<EventStreamOptions> = {
  audience: oneOrMore(messageAudience),
  authorizationDigest: optional(authorizationDigest),
  maxAge: optional(
    valueWhere(
      (value) => isWhole(secondsIn(value), MIN_EVENT_AGE, MAX_MESSAGE_AGE),
      'write whole seconds, from Duration.minutes(1) to Duration.days(31)',
    ),
  ),
};

/** The option `ssf` of a preset whose provider also sends security event tokens. */
export const streamOption = optional(objectOf(streamOptions));

/** The settings that the options of every source decide. `undefined` members are left out. */
export function sourceSettings(
  { flush, tokensOf, silentAfter }: SignalSourceOptions,
  defaultPace: FlushPace,
): SignalSourceOptions & { readonly flush: FlushPace } {
  return {
    flush: flush ?? defaultPace,
    ...(tokensOf !== undefined && { tokensOf }),
    ...(silentAfter !== undefined && { silentAfter }),
  };
}

/**
 * What a logout token must look like. Not by its `typ` alone: OpenID Connect Back-Channel Logout 1.0 section 2.4 only recommends
 * `logout+jwt`, and providers that are older write `JWT`, or nothing.
 */
export function logoutProfile(clientIds: readonly string[]): MessageProfile {
  return { audiences: clientIds, tokenTypes: ['logout+jwt', 'JWT', null], maxAge: LOGOUT_MAX_AGE };
}

/** What a security event token must look like (RFC 8417 section 2.3, SSF 1.0 section 4.1.3). */
export function eventProfile(
  { audience, authorizationDigest, maxAge = Duration.days(7) }: EventStreamOptions,
  tokenTypes: MessageProfile['tokenTypes'] = ['secevent+jwt'],
): MessageProfile {
  return {
    audiences: asList(audience),
    tokenTypes,
    maxAge: maxAge.toSeconds(),
    ...(authorizationDigest !== undefined && { authorizationDigest }),
  };
}
