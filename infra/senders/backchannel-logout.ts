import type { SignatureAlgorithm } from '../../lambda/token/trusted-issuer.ts';
import { checkOptions } from '../issuers/common-options.ts';
import { algorithms, issuerAddress, keySetAddress } from '../settings/issuer-check.ts';
import type { SenderSettings, SignalSourceOptions } from '../settings/signal-schema.ts';
import { flag, nonEmptyList, optional, type ValidatorsOf } from '../settings/values/validators.ts';
import {
  clientId,
  type EventStreamOptions,
  eventProfile,
  logoutProfile,
  SENDER_DEFAULTS,
  sourceOptions,
  sourceSettings,
  streamOption,
} from './source-options.ts';

/** The options of {@link backchannelLogout}. */
export interface BackchannelLogoutOptions extends SignalSourceOptions {
  /** The provider exactly as its logout tokens' `iss` has it, with or without a slash at its end. */
  readonly issuer: string;
  /**
   * The address of the key set.
   * @default found by discovery under the issuer
   */
  readonly jwksUri?: string;
  /** The ids of the clients for which the provider sends logout tokens: those at which the address of this API is registered. */
  readonly clientIds: readonly string[];
  /**
   * Whether access tokens have the `sid` of logout tokens in the claim that the issuer's settings call the session. If not, the end of
   * one session revokes all earlier tokens of the user.
   * @default true
   */
  readonly namesSessions?: boolean;
  /**
   * The signature algorithms of the provider.
   * @default ['RS256']
   */
  readonly algorithms?: readonly SignatureAlgorithm[];
  /**
   * The provider's stream of security event tokens, if it has one under the same issuer.
   * @default none: security event tokens are rejected
   */
  readonly ssf?: EventStreamOptions;
}

const OPTIONS: ValidatorsOf<BackchannelLogoutOptions> = {
  issuer: issuerAddress,
  jwksUri: optional(keySetAddress),
  clientIds: nonEmptyList(clientId),
  namesSessions: optional(flag),
  algorithms: optional(algorithms),
  ssf: streamOption,
  ...sourceOptions,
};

/**
 * Any OpenID provider that sends logout tokens, such as authentik, Duende, Ory, Zitadel or PingAM. A provider sends a logout token once:
 * one that it could not deliver is lost.
 *
 * Source: https://openid.net/specs/openid-connect-backchannel-1_0.html
 *
 * @throws DeploymentError naming the option
 */
export function backchannelLogout(options: BackchannelLogoutOptions): SenderSettings {
  checkOptions('backchannelLogout', options, OPTIONS);
  const { issuer, jwksUri, clientIds, namesSessions = true, algorithms, ssf } = options;
  return {
    kind: 'sender',
    ...SENDER_DEFAULTS,
    ...sourceSettings(options, 'shared'),
    issuer,
    jwksUri: jwksUri ?? null,
    ...(algorithms !== undefined && { algorithms }),
    messages: {
      'backchannel-logout': logoutProfile(clientIds),
      ...(ssf !== undefined && { 'security-event': eventProfile(ssf) }),
    },
    namesSessions,
  };
}
