import type { TrustedIssuer } from '../../../../lambda/token/trusted-issuer.ts';

/** An identity provider: the preset for it, and the places in its console. */
export interface Provider {
  readonly preset: string;
  /** The options of the preset from which the issuer's address is made. */
  readonly issuerOptions: string;
  readonly audienceOption: string;
  /** Whether the preset has the option `algorithms`. */
  readonly takesAlgorithms: boolean;
  /** Where the provider chooses the algorithm; undefined: it always signs as its preset expects. */
  readonly algorithmPlace?: string;
  /** How a client gets a token with the API's audience. */
  readonly audienceAdvice: string;
}

const OIDC: Provider = {
  preset: 'oidc',
  issuerOptions: '`issuer`',
  audienceOption: 'audience',
  takesAlgorithms: true,
  audienceAdvice: 'ask the provider for a token for this API (most take a parameter `audience` or `resource`)',
};

/** The providers that have a preset, by what shows in the settings of their issuers. */
const PROVIDERS: readonly (readonly [isOf: (issuer: TrustedIssuer) => boolean, provider: Provider])[] = [
  [
    ({ issuer, jwksUri }) => /\.auth0\.com\/$/.test(issuer) || jwksUri === `${issuer}.well-known/jwks.json`,
    {
      preset: 'auth0',
      issuerOptions: '`domain`',
      audienceOption: 'audience',
      takesAlgorithms: false,
      algorithmPlace: 'Applications > APIs > the API > Settings > JSON Web Token (JWT) Signing Algorithm',
      audienceAdvice: "ask for the token with the parameter `audience`, the API's identifier in Auth0",
    },
  ],
  [
    ({ requiredClaims }) => requiredClaims.token_use === 'access',
    {
      preset: 'cognito',
      issuerOptions: '`userPoolId`',
      audienceOption: 'audience',
      takesAlgorithms: false,
      audienceAdvice: 'ask for the token without the parameter `resource`',
    },
  ],
  [
    ({ requiredClaims: { ver } }) => ver === '1.0' || ver === '2.0',
    {
      preset: 'entraId',
      issuerOptions: '`tenantId`',
      audienceOption: 'audience',
      takesAlgorithms: false,
      audienceAdvice: 'ask for a scope of the API itself (api://<client id>/<scope>, or api://<client id>/.default)',
    },
  ],
  [
    ({ issuer }) => /\/realms\/[^/]+$/.test(issuer),
    {
      preset: 'keycloak',
      issuerOptions: '`url` and `realm`',
      audienceOption: 'audience',
      takesAlgorithms: true,
      algorithmPlace: 'Realm settings > Tokens > Default Signature Algorithm',
      audienceAdvice: 'add an Audience mapper to a client scope of the client (Client scopes > Mappers > Audience)',
    },
  ],
  [
    ({ claimNames }) => claimNames.client.includes('cid'),
    {
      preset: 'okta',
      issuerOptions: '`domain` and `authorizationServerId`',
      audienceOption: 'audience',
      takesAlgorithms: false,
      audienceAdvice: 'ask the authorization server that has this audience (Security > API > Authorization Servers)',
    },
  ],
  [
    ({ issuer }) => /^(https:\/\/)?accounts\.google\.com$/.test(issuer),
    {
      preset: 'google',
      issuerOptions: 'none',
      audienceOption: 'clientIds',
      takesAlgorithms: false,
      audienceAdvice: 'sign in with one of these clients',
    },
  ],
];

/** The provider of an issuer. An issuer that no preset fits counts as one of the preset `oidc`. */
export function providerOf(issuer: TrustedIssuer): Provider {
  return PROVIDERS.find(([isOf]) => isOf(issuer))?.[1] ?? OIDC;
}
