import { aliasesOf, type TrustedIssuer } from '../../lambda/token/trusted-issuer.ts';

/** The alias of the local authorization server. */
export const LOCAL_ALIAS = 'local';

/** Its alias where an issuer of the deployment has the usual one, too. */
const OTHER_ALIAS = 'local-run';

/** The audience of a deployment whose issuers accept any token without one. */
const USUAL_AUDIENCE = 'https://api.example.com';

/**
 * The local authorization server as the preset `oidc` trusts it: RFC 9068 access tokens, for the audiences of the deployment. Not by the
 * preset itself, which needs the CDK.
 * @param deployed - the issuers that are trusted next to it
 */
export function localIssuer(
  issuer: string,
  audiences: readonly string[],
  deployed: readonly TrustedIssuer[] = [],
): TrustedIssuer {
  return {
    alias: deployed.flatMap(aliasesOf).includes(LOCAL_ALIAS) ? OTHER_ALIAS : LOCAL_ALIAS,
    issuer,
    jwksUri: null,
    audiences,
    clients: [],
    algorithms: ['RS256'],
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
    maxTokenAge: 24 * 3600,
    tokensWithoutId: 'reject',
    boundTokens: 'reject',
  };
}

/** The audiences that issuers accept, or one that stands for none. */
export function audiencesOf(issuers: readonly Pick<TrustedIssuer, 'audiences'>[]): readonly string[] {
  const named = issuers.flatMap(({ audiences }) => audiences).filter((audience) => audience !== null);
  return named.length === 0 ? [USUAL_AUDIENCE] : [...new Set(named)];
}
