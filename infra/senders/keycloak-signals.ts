import type { SignatureAlgorithm } from '../../lambda/token/trusted-issuer.ts';
import { checkOptions, pathPart } from '../issuers/common-options.ts';
import { keycloakAddress } from '../issuers/keycloak.ts';
import { algorithms } from '../settings/issuer-check.ts';
import type { SenderSettings, SignalSourceOptions } from '../settings/signal-schema.ts';
import { nonEmptyList, optional, type ValidatorsOf } from '../settings/values/validators.ts';
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

/** The options of {@link keycloakSignals}. */
export interface KeycloakSignalsOptions extends SignalSourceOptions {
  /** The address of Keycloak, without `/realms/…`: `https://sso.acme.example`. */
  readonly url: string;
  /** The name of the realm. */
  readonly realm: string;
  /** The ids of the clients whose "Backchannel logout URL" is the address of this API. */
  readonly clientIds: readonly string[];
  /**
   * The signature algorithms of the realm.
   * @default ['RS256']
   */
  readonly algorithms?: readonly SignatureAlgorithm[];
  /**
   * The stream of security event tokens, which Keycloak calls experimental (the feature `ssf`, from version 26.7 on). A receiver's
   * default subjects are NONE there: no event arrives before they are set to ALL, or subjects are added.
   * @default none: security event tokens are rejected
   */
  readonly ssf?: EventStreamOptions;
}

const OPTIONS: ValidatorsOf<KeycloakSignalsOptions> = {
  url: keycloakAddress,
  realm: pathPart,
  clientIds: nonEmptyList(clientId),
  algorithms: optional(algorithms),
  ssf: streamOption,
  ...sourceOptions,
};

/**
 * The sign-outs of a Keycloak realm, by back-channel logout and, if it has a stream, by security event tokens. Keycloak's access tokens have
 * the `sid` of logout tokens. Turn on "Backchannel logout session required" at the clients, or logout tokens name the user only.
 *
 * Source: https://www.keycloak.org/docs/latest/server_admin/#_oidc-logout and https://www.keycloak.org/nightly/securing-apps/ssf-support
 *
 * @throws DeploymentError naming the option
 */
export function keycloakSignals(options: KeycloakSignalsOptions): SenderSettings {
  checkOptions('keycloakSignals', options, OPTIONS);
  const { url, realm, clientIds, algorithms, ssf } = options;
  const issuer = `${url}/realms/${realm}`;
  return {
    kind: 'sender',
    ...SENDER_DEFAULTS,
    ...sourceSettings(options, 'shared'),
    issuer,
    jwksUri: `${issuer}/protocol/openid-connect/certs`,
    ...(algorithms !== undefined && { algorithms }),
    messages: {
      'backchannel-logout': logoutProfile(clientIds),
      ...(ssf !== undefined && { 'security-event': eventProfile(ssf) }),
    },
    namesSessions: true,
  };
}
