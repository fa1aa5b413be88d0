import { Aws, Fn, Token } from 'aws-cdk-lib';
import type { IssuerSettings } from '../settings/deployment-schema.ts';
import {
  type Auth0Options,
  type CognitoOptions,
  ENTRA_HOSTS,
  type EntraIdOptions,
  type GoogleOptions,
  type KeycloakOptions,
  type OidcOptions,
  type OktaOptions,
} from './issuer-options.ts';
import {
  AUTH0_OPTIONS,
  COGNITO_OPTIONS,
  checkOptions,
  ENTRA_ID_OPTIONS,
  GOOGLE_OPTIONS,
  KEYCLOAK_OPTIONS,
  OIDC_OPTIONS,
  OKTA_OPTIONS,
} from './option-demands.ts';
import { asList, commonSettings, rfc9068, scopeArray, scopeString } from './token-profile.ts';

/** Source: https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles */
export function auth0(options: Auth0Options): IssuerSettings {
  checkOptions('auth0', options, AUTH0_OPTIONS);
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

/** Source: https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html */
export function cognito(options: CognitoOptions): IssuerSettings {
  checkOptions('cognito', options, COGNITO_OPTIONS);
  const { userPoolId, ...others } = options;
  return cognitoPool(`https://cognito-idp.${regionAndSuffix(userPoolId)}/${userPoolId}`, others);
}

/** As `cognito`, for a pool of this stack, whose address is known only once it is deployed. */
export function cognitoPool(issuer: string, options: Omit<CognitoOptions, 'userPoolId'>): IssuerSettings {
  const { clients, audience, resourceServer, ...common } = options;
  return {
    ...rfc9068(issuer, `${issuer}/.well-known/jwks.json`),
    ...commonSettings(common),
    audiences: audience === undefined ? [] : [null, ...asList(audience)],
    clients,
    tokenTypes: [null],
    requiredClaims: { token_use: 'access' },
    claimNames: { scopes: [scopeString('scope')], jwtId: 'jti', session: 'origin_jti', client: ['client_id'] },
    scopePrefix: resourceServer === undefined ? '' : `${resourceServer}/`,
  };
}

/** Of a pool whose id only the deployment knows, CloudFormation takes the Region; its partition is the stack's own. */
function regionAndSuffix(userPoolId: string): string {
  const region = Fn.select(0, Fn.split('_', userPoolId));
  if (Token.isUnresolved(userPoolId)) return `${region}.${Aws.URL_SUFFIX}`;
  return region.startsWith('cn-') ? `${region}.amazonaws.com.cn` : `${region}.amazonaws.com`;
}

/**
 * Set `requestedAccessTokenVersion` to 2 in the API's manifest, and give the API a registration of its own: an ID token
 * looks the same but for its audience, the client. Scopes are `scp` (delegated) and `roles` (assigned).
 *
 * Source: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
export function entraId(options: EntraIdOptions): IssuerSettings {
  checkOptions('entraId', options, ENTRA_ID_OPTIONS);
  const { tenantId, audience, cloud = 'global', ...common } = options;
  const tenant = `https://${ENTRA_HOSTS[cloud]}/${tenantId}`;
  return {
    ...rfc9068(`${tenant}/v2.0`, `${tenant}/discovery/v2.0/keys`),
    ...commonSettings(common),
    audiences: asList(audience),
    tokenTypes: ['JWT'],
    requiredClaims: { ver: '2.0' },
    claimNames: {
      scopes: [scopeString('scp'), scopeArray('roles')],
      jwtId: 'uti',
      session: 'sid',
      client: ['azp'],
    },
  };
}

/**
 * The payload's own `typ` tells access tokens (`Bearer`) from ID and refresh tokens; the header's is `JWT` unless the
 * client is set to `at+jwt`.
 *
 * Source: https://www.keycloak.org/docs/latest/server_admin/#_oidc_token_mappers and
 * https://www.keycloak.org/securing-apps/oidc-layers
 */
export function keycloak(options: KeycloakOptions): IssuerSettings {
  checkOptions('keycloak', options, KEYCLOAK_OPTIONS);
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

/**
 * Source: https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/ (tokens and claims) and
 * https://developer.okta.com/docs/concepts/auth-servers/
 */
export function okta(options: OktaOptions): IssuerSettings {
  checkOptions('okta', options, OKTA_OPTIONS);
  const { domain, authorizationServerId = 'default', audience, ...common } = options;
  const issuer = `https://${domain}/oauth2/${authorizationServerId}`;
  return {
    ...rfc9068(issuer, `${issuer}/v1/keys`),
    ...commonSettings(common),
    audiences: asList(audience),
    tokenTypes: [null, 'at+jwt'],
    claimNames: { scopes: [scopeArray('scp')], jwtId: 'jti', session: 'sid', client: ['cid'] },
  };
}

/** Source: https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload */
export function google(options: GoogleOptions): IssuerSettings {
  checkOptions('google', options, GOOGLE_OPTIONS);
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

/** Any other issuer of RFC 9068 access tokens. What it does differently, spread over: `{ ...oidc({ … }), tokenTypes: ['JWT'] }`. */
export function oidc(options: OidcOptions): IssuerSettings {
  checkOptions('oidc', options, OIDC_OPTIONS);
  const { issuer, audience, jwksUri, algorithms, ...common } = options;
  return {
    ...rfc9068(issuer, jwksUri ?? null),
    ...commonSettings(common),
    audiences: asList(audience),
    algorithms: algorithms ?? ['RS256'],
  };
}
