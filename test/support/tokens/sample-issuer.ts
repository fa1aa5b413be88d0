import type { TrustedIssuer } from '../../../lambda/token/trusted-issuer.ts';

/** An issuer of RFC 9068 access tokens, with the settings that a test is about. */
export function trustedIssuer(settings: Partial<TrustedIssuer> = {}): TrustedIssuer {
  return {
    alias: 'main',
    issuer: 'https://issuer.example/',
    jwksUri: null,
    audiences: ['api'],
    clients: [],
    algorithms: ['RS256', 'ES256', 'EdDSA'],
    tokenTypes: ['at+jwt'],
    ignoredHeaderParameters: [],
    requiredClaims: {},
    claimNames: {
      scopes: [{ path: ['scope'], form: 'string' }],
      jwtId: 'jti',
      session: 'sid',
      client: ['client_id', 'azp'],
    },
    scopePrefix: '',
    clockTolerance: 5,
    maxTokenAge: 86_400,
    tokensWithoutId: 'reject',
    boundTokens: 'reject',
    ...settings,
  };
}

/** The time on a test's clock, in seconds since the epoch. */
export const NOW = 1_800_000_000;

/** The claims of a good token of that issuer, with the changes of a test. `undefined` removes a claim. */
export function goodClaims(changes: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    iss: 'https://issuer.example/',
    aud: 'api',
    sub: 'alice',
    jti: 'token-1',
    sid: 'session-1',
    client_id: 'client-1',
    scope: 'read',
    iat: NOW - 10,
    exp: NOW + 600,
    ...changes,
  };
}
