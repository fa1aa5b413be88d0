import type { IssuerSettings } from '../settings/deployment-schema.ts';
import {
  allOf,
  flag,
  matching,
  nonEmptyList,
  optional,
  type ValidatorsOf,
  valueWhere,
  without,
} from '../settings/values/validators.ts';
import {
  type CommonOptions,
  checkOptions,
  commonSettings,
  host,
  optionsBesidesClients,
  rfc9068,
} from './common-options.ts';

/** The options of {@link google}. */
export interface GoogleOptions extends Omit<CommonOptions, 'clients'> {
  /**
   * Ids of the OAuth clients whose ID tokens open the API: the `aud` of those tokens. A service account's tokens have the audience that it
   * asks for, often the API's URL. Anybody's service account can ask for any audience, so pin yours by their unique ids (`azp`):
   * `{ ...google({ … }), clients: ['1096…'] }`.
   */
  readonly clientIds: readonly string[];
  /**
   * Must be true: Google's access tokens are not JWTs, so the API has to accept ID tokens. They say who signed in, not what a client
   * may do. They carry no scope, so they open only routes that ask for none, and anyone who holds one can use it here.
   */
  readonly acceptIdTokens: true;
  /**
   * Whether the tokens have `accounts.google.com` as issuer, without `https://`. Google documents both forms; tokens with the other one are
   * rejected.
   * @default false: `https://accounts.google.com`
   */
  readonly issuerWithoutScheme?: boolean;
  /**
   * The Workspace domain that accounts must belong to (`hd`).
   * @default any Google account
   */
  readonly hostedDomain?: string;
}

const OPTIONS: ValidatorsOf<GoogleOptions> = {
  acceptIdTokens: valueWhere(
    (value) => value === true,
    'write true if ID tokens, the only JWTs that Google issues, shall open the API although they were made for the client',
  ),
  hostedDomain: optional(
    allOf(
      host,
      without(/^(gmail|googlemail)\.com$/, 'name a Workspace domain, because personal accounts carry no `hd`'),
    ),
  ),
  issuerWithoutScheme: optional(flag),
  clientIds: nonEmptyList(
    matching(/^[^\s#]+$/, 'write client ids, or the audience that services ask for, without spaces'),
  ),
  ...optionsBesidesClients,
};

/**
 * Google as issuer of ID tokens.
 *
 * Source: https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload
 *
 * @throws DeploymentError naming the option
 */
export function google(options: GoogleOptions): IssuerSettings {
  checkOptions('google', options, OPTIONS);
  const { clientIds, acceptIdTokens: _, hostedDomain, issuerWithoutScheme, ...common } = options;
  return {
    ...rfc9068(
      issuerWithoutScheme ? 'accounts.google.com' : 'https://accounts.google.com',
      'https://www.googleapis.com/oauth2/v3/certs',
    ),
    ...commonSettings(common),
    audiences: clientIds,
    tokenTypes: ['JWT'],
    requiredClaims: hostedDomain === undefined ? {} : { hd: hostedDomain },
    claimNames: { scopes: [], jwtId: 'jti', session: 'sid', client: ['azp'] },
    // Only some of Google's flows write a `jti`.
    tokensWithoutId: 'digest',
  };
}
