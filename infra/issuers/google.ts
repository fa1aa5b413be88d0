import type { IssuerSettings } from '../settings/deployment-schema.ts';
import { allOf, nonEmptyList, optional, type ValidatorsOf, valueWhere, without } from '../settings/validators.ts';
import {
  type CommonOptions,
  checkOptions,
  commonSettings,
  host,
  optionsBesidesClients,
  pathPart,
  rfc9068,
} from './common-options.ts';

/** The options of {@link google}. */
export interface GoogleOptions extends Omit<CommonOptions, 'clients'> {
  /** Ids of the OAuth clients whose ID tokens open the API: the `aud` of those tokens. */
  readonly clientIds: readonly string[];
  /**
   * Must be true: Google's access tokens are not JWTs, so the API has to accept ID tokens. They say who signed in, not what a client
   * may do. They carry no scope, so they open only routes that ask for none, and anyone who holds one can use it here.
   */
  readonly acceptIdTokens: true;
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
  clientIds: nonEmptyList(pathPart),
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
  const { clientIds, acceptIdTokens: _, hostedDomain, ...common } = options;
  return {
    ...rfc9068('https://accounts.google.com', 'https://www.googleapis.com/oauth2/v3/certs'),
    ...commonSettings(common),
    audiences: clientIds,
    tokenTypes: ['JWT'],
    requiredClaims: hostedDomain === undefined ? {} : { hd: hostedDomain },
    claimNames: { scopes: [], jwtId: 'jti', session: 'sid', client: ['azp'] },
    // Only some of Google's flows write a `jti`.
    tokensWithoutId: 'digest',
  };
}
