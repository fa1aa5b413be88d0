import type { IssuerSettings } from '../settings/deployment-schema.ts';
import { allOf, flag, oneOf, oneOrMore, optional, type ValidatorsOf, without } from '../settings/values/validators.ts';
import {
  asList,
  type CommonOptions,
  checkOptions,
  claimText,
  commonOptions,
  commonSettings,
  host,
  rfc9068,
  scopeArray,
  scopeString,
} from './common-options.ts';

/** The options of {@link auth0}. */
export interface Auth0Options extends CommonOptions {
  /** The host of the tenant, or its custom domain: `acme.eu.auth0.com`. */
  readonly domain: string;
  /** The identifier of the API in Auth0. */
  readonly audience: string | readonly string[];
  /**
   * The API's "JSON Web Token (JWT) Profile" in Auth0's dashboard. Tokens of Auth0's own profile have no `jti`: revoke them by
   * `th#` entries.
   * @default 'rfc9068'
   */
  readonly profile?: 'rfc9068' | 'auth0';
  /**
   * Whether the `permissions` claim (RBAC) counts as scopes. It lists everything the user may do, including what the client did not
   * ask for.
   * @default false
   */
  readonly permissions?: boolean;
}

const OPTIONS: ValidatorsOf<Auth0Options> = {
  domain: host,
  audience: oneOrMore(
    allOf(
      claimText,
      without(/\/userinfo$/, "name your own API's identifier, because tokens for any API may have that audience too"),
    ),
  ),
  profile: optional(oneOf(['rfc9068', 'auth0'])),
  permissions: optional(flag),
  ...commonOptions,
};

/**
 * An Auth0 tenant as issuer.
 *
 * Source: https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles
 *
 * @throws DeploymentError naming the option
 */
export function auth0(options: Auth0Options): IssuerSettings {
  checkOptions('auth0', options, OPTIONS);
  const { domain, audience, profile = 'rfc9068', permissions, ...common } = options;
  const isStandard = profile === 'rfc9068';
  return {
    ...rfc9068(`https://${domain}/`, `https://${domain}/.well-known/jwks.json`),
    ...commonSettings(common),
    audiences: asList(audience),
    tokenTypes: [isStandard ? 'at+jwt' : 'JWT'],
    claimNames: {
      scopes: [scopeString('scope'), ...(permissions ? [scopeArray('permissions')] : [])],
      jwtId: 'jti',
      session: 'sid',
      client: [isStandard ? 'client_id' : 'azp'],
    },
    tokensWithoutId: isStandard ? 'reject' : 'digest',
  };
}
