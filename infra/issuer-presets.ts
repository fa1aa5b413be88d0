import type { IssuerSettings } from './deployment-schema.ts';
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
import { ADDRESS, ADDRESS_WITHOUT_SLASH, HOST, listOf, NAME, oneOf, requireForm, TEXT, UUID } from './option-form.ts';
import { commonSettings, rfc9068, scopeArray, scopeString } from './token-profile.ts';

/** Source: https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles */
export function auth0({ domain, audience, profile = 'rfc9068', permissions, ...common }: Auth0Options): IssuerSettings {
  requireForm('auth0: domain', domain, HOST);
  requireForm('auth0: profile', profile, oneOf(['rfc9068', 'auth0']));
  const isStandard = profile === 'rfc9068';
  return {
    ...rfc9068(`https://${domain}/`, `https://${domain}/.well-known/jwks.json`),
    ...commonSettings('auth0', common),
    audiences: listOf('auth0: audience', audience, TEXT),
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
export function cognito({ userPoolId, ...options }: CognitoOptions): IssuerSettings {
  requireForm('cognito: userPoolId', userPoolId, {
    pattern: /^[a-z]{2}(-[a-z]+)+-\d_[A-Za-z0-9]+$/,
    fix: 'write the whole identifier, such as eu-central-1_AbCdEfGhI',
  });
  const region = userPoolId.slice(0, userPoolId.indexOf('_'));
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return cognitoPool(`https://cognito-idp.${region}.${suffix}/${userPoolId}`, options);
}

/** As `cognito`, for a pool of this stack, whose address is known only once it is deployed. */
export function cognitoPool(issuer: string, options: Omit<CognitoOptions, 'userPoolId'>): IssuerSettings {
  const { clients, resourceServer, ...common } = options;
  return {
    ...rfc9068(issuer, `${issuer}/.well-known/jwks.json`),
    ...commonSettings('cognito', common),
    clients: listOf('cognito: clients', clients, NAME),
    tokenTypes: [null],
    requiredClaims: { token_use: 'access' },
    claimNames: { scopes: [scopeString('scope')], jwtId: 'jti', session: 'origin_jti', client: ['client_id'] },
    scopePrefix: resourceServer === undefined ? '' : `${resourceServer}/`,
  };
}

/**
 * Set `requestedAccessTokenVersion` to 2 in the API's manifest, and give the API a registration of its own: an ID token
 * looks the same but for its audience, the client. Scopes are `scp` (delegated) and `roles` (assigned).
 *
 * Source: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
export function entraId({ tenantId, audience, cloud = 'global', ...common }: EntraIdOptions): IssuerSettings {
  requireForm('entraId: tenantId', tenantId, UUID);
  requireForm('entraId: cloud', cloud, oneOf(Object.keys(ENTRA_HOSTS)));
  const tenant = `https://${ENTRA_HOSTS[cloud]}/${tenantId}`;
  return {
    ...rfc9068(`${tenant}/v2.0`, `${tenant}/discovery/v2.0/keys`),
    ...commonSettings('entraId', common),
    audiences: listOf('entraId: audience', audience, TEXT),
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
export function keycloak({ url, realm, audience, realmRoles, algorithms, ...common }: KeycloakOptions): IssuerSettings {
  requireForm('keycloak: url', url, ADDRESS_WITHOUT_SLASH);
  requireForm('keycloak: realm', realm, NAME);
  const issuer = `${url}/realms/${realm}`;
  return {
    ...rfc9068(issuer, `${issuer}/protocol/openid-connect/certs`),
    ...commonSettings('keycloak', common),
    audiences: listOf('keycloak: audience', audience, TEXT),
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
export function okta({ domain, authorizationServerId = 'default', audience, ...common }: OktaOptions): IssuerSettings {
  requireForm('okta: domain', domain, HOST);
  requireForm('okta: authorizationServerId', authorizationServerId, NAME);
  const issuer = `https://${domain}/oauth2/${authorizationServerId}`;
  return {
    ...rfc9068(issuer, `${issuer}/v1/keys`),
    ...commonSettings('okta', common),
    audiences: listOf('okta: audience', audience, TEXT),
    tokenTypes: [null, 'at+jwt'],
    claimNames: { scopes: [scopeArray('scp')], jwtId: 'jti', session: 'sid', client: ['cid'] },
  };
}

/** Source: https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload */
export function google({ clientIds, acceptIdTokens, hostedDomain, ...common }: GoogleOptions): IssuerSettings {
  requireForm('google: acceptIdTokens', String(acceptIdTokens), {
    pattern: /^true$/,
    fix: 'write true if ID tokens, the only JWTs that Google issues, shall open the API although they were made for the client',
  });
  if (hostedDomain !== undefined) requireForm('google: hostedDomain', hostedDomain, HOST);
  return {
    ...rfc9068('https://accounts.google.com', 'https://www.googleapis.com/oauth2/v3/certs'),
    ...commonSettings('google', common),
    audiences: listOf('google: clientIds', clientIds, NAME),
    tokenTypes: ['JWT'],
    requiredClaims: hostedDomain === undefined ? {} : { hd: hostedDomain },
    claimNames: { scopes: [], jwtId: 'jti', session: 'sid', client: ['azp'] },
    // Only some of Google's flows write a `jti`.
    tokensWithoutId: 'digest',
  };
}

/** Any other issuer of RFC 9068 access tokens. What it does differently, spread over: `{ ...oidc({ … }), tokenTypes: ['JWT'] }`. */
export function oidc({ issuer, audience, jwksUri, algorithms, ...common }: OidcOptions): IssuerSettings {
  requireForm('oidc: issuer', issuer, ADDRESS);
  if (jwksUri !== undefined) requireForm('oidc: jwksUri', jwksUri, ADDRESS);
  return {
    ...rfc9068(issuer, jwksUri ?? null),
    ...commonSettings('oidc', common),
    audiences: listOf('oidc: audience', audience, TEXT),
    algorithms: algorithms ?? ['RS256'],
  };
}
