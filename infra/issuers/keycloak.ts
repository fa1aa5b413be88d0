import type { SignatureAlgorithm } from '../../lambda/token/trusted-issuer.ts';
import type { IssuerSettings } from '../settings/deployment-schema.ts';
import { algorithms } from '../settings/issuer-check.ts';
import {
  allOf,
  flag,
  matching,
  oneOrMore,
  optional,
  type ValidatorsOf,
  without,
} from '../settings/values/validators.ts';
import {
  asList,
  type CommonOptions,
  checkOptions,
  claimText,
  commonOptions,
  commonSettings,
  pathPart,
  rfc9068,
  scopeArray,
  scopeString,
} from './common-options.ts';

/** The options of {@link keycloak}. */
export interface KeycloakOptions extends CommonOptions {
  /** The address of Keycloak, without `/realms/…`: `https://sso.acme.example`. */
  readonly url: string;
  /** The name of the realm. */
  readonly realm: string;
  /** The audience that an audience mapper puts into `aud`. */
  readonly audience: string | readonly string[];
  /**
   * Whether realm roles count as scopes.
   * @default false
   */
  readonly realmRoles?: boolean;
  /**
   * The signature algorithms of the realm.
   * @default ['RS256']
   */
  readonly algorithms?: readonly SignatureAlgorithm[];
}

export const keycloakAddress = allOf(
  matching(
    /^https?:\/\/[^\s?#]*[^\s?#/]$/,
    'write the address without a slash at its end, such as https://login.example.com',
  ),
  without(/\/realms(\/|$)/, 'leave out /realms and what follows, because the preset adds them from `realm`'),
);

const OPTIONS: ValidatorsOf<KeycloakOptions> = {
  url: keycloakAddress,
  realm: pathPart,
  audience: oneOrMore(claimText),
  realmRoles: optional(flag),
  algorithms: optional(algorithms),
  ...commonOptions,
};

/**
 * A Keycloak realm as issuer.
 *
 * The claim `typ` of the payload (`Bearer`) tells access tokens from ID and refresh tokens. The header's `typ` is `JWT` unless the
 * client is set to `at+jwt`.
 *
 * Source: https://www.keycloak.org/docs/latest/server_admin/#_oidc_token_mappers and
 * https://www.keycloak.org/securing-apps/oidc-layers
 *
 * @throws DeploymentError naming the option
 */
export function keycloak(options: KeycloakOptions): IssuerSettings {
  checkOptions('keycloak', options, OPTIONS);
  const { url, realm, audience, realmRoles, algorithms, ...common } = options;
  const issuer = `${url}/realms/${realm}`;
  return {
    ...rfc9068(issuer, `${issuer}/protocol/openid-connect/certs`),
    ...commonSettings(common),
    audiences: asList(audience),
    algorithms: algorithms ?? ['RS256'],
    tokenTypes: ['JWT', 'at+jwt'],
    requiredClaims: { typ: 'Bearer' },
    claimNames: {
      scopes: [scopeString('scope'), ...(realmRoles ? [scopeArray('realm_access', 'roles')] : [])],
      jwtId: 'jti',
      session: 'sid',
      client: ['azp', 'client_id'],
    },
  };
}
