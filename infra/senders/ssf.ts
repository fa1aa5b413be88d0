import type { SignatureAlgorithm } from '../../lambda/token/trusted-issuer.ts';
import { checkOptions } from '../issuers/common-options.ts';
import { algorithms, issuerAddress, keySetAddress } from '../settings/issuer-check.ts';
import type { SenderSettings, SignalSourceOptions } from '../settings/signal-schema.ts';
import { flag, optional, type ValidatorsOf } from '../settings/values/validators.ts';
import {
  type EventStreamOptions,
  eventProfile,
  SENDER_DEFAULTS,
  sourceOptions,
  sourceSettings,
  streamOptions,
} from './source-options.ts';

/** The options of {@link ssf}. */
export interface SsfOptions extends SignalSourceOptions, EventStreamOptions {
  /** The transmitter exactly as the tokens' `iss` and its metadata's `issuer` have it, with or without a slash at its end. */
  readonly issuer: string;
  /**
   * The address of the key set: `jwks_uri` of the transmitter's metadata (`/.well-known/ssf-configuration`).
   * @default found by discovery, for a transmitter that is also an OpenID provider under the same issuer
   */
  readonly jwksUri?: string;
  /**
   * Whether the session ids in events are those in the session claim of access tokens. If not, the end of one session revokes all
   * earlier tokens of the user.
   * @default false
   */
  readonly namesSessions?: boolean;
  /**
   * Whether tokens whose header has no `typ`, or `JWT`, are accepted. Transmitters older than SSF 1.0 send such tokens.
   * @default false: the `typ` must be `secevent+jwt`
   */
  readonly acceptUntyped?: boolean;
  /**
   * The signature algorithms of the transmitter.
   * @default ['RS256']
   */
  readonly algorithms?: readonly SignatureAlgorithm[];
}

const OPTIONS: ValidatorsOf<SsfOptions> = {
  issuer: issuerAddress,
  jwksUri: optional(keySetAddress),
  namesSessions: optional(flag),
  acceptUntyped: optional(flag),
  algorithms: optional(algorithms),
  ...streamOptions,
  ...sourceOptions,
};

/**
 * Any transmitter of security event tokens that pushes them (Shared Signals Framework 1.0, CAEP, RISC), such as Oracle's identity domains,
 * authentik, SGNL, or Google's Cross-Account Protection.
 *
 * Source: https://openid.net/specs/openid-sharedsignals-framework-1_0-final.html and https://www.rfc-editor.org/rfc/rfc8935
 *
 * @throws DeploymentError naming the option
 */
export function ssf(options: SsfOptions): SenderSettings {
  checkOptions('ssf', options, OPTIONS);
  const { issuer, jwksUri, namesSessions = false, acceptUntyped = false, algorithms } = options;
  const tokenTypes = ['secevent+jwt', ...(acceptUntyped ? ['JWT', null] : [])];
  return {
    kind: 'sender',
    ...SENDER_DEFAULTS,
    ...sourceSettings(options, 'at-once'),
    issuer,
    jwksUri: jwksUri ?? null,
    ...(algorithms !== undefined && { algorithms }),
    messages: { 'security-event': eventProfile(options, tokenTypes) },
    namesSessions,
  };
}
