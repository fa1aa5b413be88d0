import { DeploymentError } from '../errors.ts';
import { checkOptions } from '../issuers/common-options.ts';
import { oktaDomain } from '../issuers/okta.ts';
import type { SenderSettings, SignalSourceOptions } from '../settings/signal-schema.ts';
import { oneOf, optional, type ValidatorsOf } from '../settings/values/validators.ts';
import {
  type EventStreamOptions,
  eventProfile,
  SENDER_DEFAULTS,
  sourceOptions,
  sourceSettings,
  streamOptions,
} from './source-options.ts';

/** The options of {@link oktaSignals}. */
export interface OktaSignalsOptions extends SignalSourceOptions, Partial<EventStreamOptions> {
  /** The host of the organisation, or its custom domain: `acme.okta.com`. Signals name this host as their issuer. */
  readonly domain: string;
  /**
   * The `aud` of the organisation's stream of security event tokens (SSF).
   * @default security event tokens are rejected
   */
  readonly audience?: string | readonly string[];
  /**
   * Whether Okta's Universal Logout may revoke (global token revocation).
   * @default its requests are rejected
   */
  readonly universalLogout?: true;
}

const OPTIONS: ValidatorsOf<OktaSignalsOptions> = {
  domain: oktaDomain,
  ...streamOptions,
  audience: optional(streamOptions.audience),
  universalLogout: optional(oneOf([true])),
  ...sourceOptions,
};

/** In seconds. Okta's requests expire within minutes. */
const UNIVERSAL_LOGOUT_MAX_AGE = 600;

/**
 * An Okta organisation, by security event tokens and Universal Logout. The organisation signs them, with its own keys: they name neither
 * the custom authorization server whose tokens the API accepts nor its login names, but the user's id (`00u…`). The preset `okta` reads
 * that id from `uid`.
 *
 * Okta's access tokens have no session, so the end of one session revokes all earlier tokens of the user. Of security events Okta sends
 * session-revoked and credential-change, in organisations whose shared signal transmitter is turned on.
 *
 * Source: https://developer.okta.com/docs/reference/ssf-transmitter-sets and
 * https://developer.okta.com/docs/guides/oin-universal-logout-overview
 *
 * @throws DeploymentError naming the option
 */
export function oktaSignals(options: OktaSignalsOptions): SenderSettings {
  checkOptions('oktaSignals', options, OPTIONS);
  const { domain, audience, universalLogout, ...stream } = options;
  if (audience === undefined && universalLogout === undefined) {
    throw new DeploymentError('oktaSignals: audience is missing: write it, or universalLogout: true, or both.');
  }
  return {
    kind: 'sender',
    ...SENDER_DEFAULTS,
    ...sourceSettings(options, 'at-once'),
    issuer: `https://${domain}`,
    jwksUri: `https://${domain}/oauth2/v1/keys`,
    messages: {
      ...(audience !== undefined && { 'security-event': eventProfile({ ...stream, audience }) }),
      ...(universalLogout && {
        'global-token-revocation': {
          audiences: [],
          tokenTypes: ['global-token-revocation+jwt'],
          maxAge: UNIVERSAL_LOGOUT_MAX_AGE,
        },
      }),
    },
    namesSessions: false,
  };
}
