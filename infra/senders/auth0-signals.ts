import { checkOptions, host } from '../issuers/common-options.ts';
import type { SenderSettings, SignalSourceOptions } from '../settings/signal-schema.ts';
import { flag, nonEmptyList, optional, type ValidatorsOf } from '../settings/values/validators.ts';
import { clientId, logoutProfile, SENDER_DEFAULTS, sourceOptions, sourceSettings } from './source-options.ts';

/** The options of {@link auth0Signals}. */
export interface Auth0SignalsOptions extends SignalSourceOptions {
  /** The host of the tenant, or its custom domain, as the option of `auth0` has it: `acme.eu.auth0.com`. */
  readonly domain: string;
  /** The ids of the applications whose Back-Channel Logout URI is the address of this API. */
  readonly clientIds: readonly string[];
  /**
   * Whether access tokens have the claim `sid`, which only an Action of the tenant can put there. If not, the end of one session revokes
   * all earlier tokens of the user.
   * @default false
   */
  readonly namesSessions?: boolean;
}

const OPTIONS: ValidatorsOf<Auth0SignalsOptions> = {
  domain: host,
  clientIds: nonEmptyList(clientId),
  namesSessions: optional(flag),
  ...sourceOptions,
};

/**
 * The sign-outs of an Auth0 tenant, by back-channel logout. Auth0 sends logout tokens in its Enterprise plans, with `sub` and `sid`, when a
 * session ends: by sign-out, by the Management API, or with another initiator that is turned on at the application (a changed password,
 * a deleted user).
 *
 * Source: https://auth0.com/docs/authenticate/login/logout/back-channel-logout/configure-back-channel-logout
 *
 * @throws DeploymentError naming the option
 */
export function auth0Signals(options: Auth0SignalsOptions): SenderSettings {
  checkOptions('auth0Signals', options, OPTIONS);
  const { domain, clientIds, namesSessions = false } = options;
  return {
    kind: 'sender',
    ...SENDER_DEFAULTS,
    ...sourceSettings(options, 'shared'),
    issuer: `https://${domain}/`,
    jwksUri: `https://${domain}/.well-known/jwks.json`,
    messages: { 'backchannel-logout': logoutProfile(clientIds) },
    namesSessions,
  };
}
