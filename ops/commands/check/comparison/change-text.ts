import type { ComparedToken } from './compared-token.ts';
import { foundText } from './found-text.ts';
import { nearMiss } from './near-miss.ts';
import { type Provider, providerOf } from './provider.ts';

/** The parts of a token for which there is something to change, in the deployment or at the provider. */
export type ChangeablePart = 'iss' | 'aud' | 'typ' | 'alg' | 'kid' | 'client' | 'required' | 'jti' | 'header';

/** Where a cause applies, and what to change then. */
interface Cause {
  readonly applies: (token: ComparedToken, name: string) => boolean;
  readonly change: (token: ComparedToken, provider: Provider, name: string) => string;
}

/** What to change, and where: the first cause that applies. @param name - the claim or header parameter */
export function changeText(part: ChangeablePart, name: string, token: ComparedToken): string {
  const cause = CAUSES[part].find(({ applies }) => applies(token, name));
  return cause?.change(token, providerOf(token.issuer), name) ?? '';
}

/** The issuer's settings in the deployment: `entraId({ … })` of `issuers.main`. */
function settingsOf({ issuer: { alias } }: ComparedToken, { preset }: Provider): string {
  return `${preset}(…) of issuers.${alias}`;
}

/** Claims that only ID tokens have, or that say it (OpenID Connect Core 1.0 section 2, Cognito, Keycloak). */
function isIdToken({ payload: { nonce, at_hash, token_use, typ, aud, azp, client_id } }: ComparedToken): boolean {
  if (nonce !== undefined || at_hash !== undefined || token_use === 'id' || typ === 'ID') return true;
  return typeof aud === 'string' && (aud === azp || aud === client_id);
}

const ID_TOKEN: Cause = {
  applies: (token) => isIdToken(token) && providerOf(token.issuer).preset !== 'google',
  change: () => 'this is an ID token, which is for the client alone: send the access token that came with it',
};

const REFRESH_TOKEN: Cause = {
  applies: ({ payload: { typ } }) => typ === 'Refresh' || typ === 'Offline',
  change: () => 'this is a refresh token: send the access token that came with it',
};

const ENTRA_V1: Cause = {
  applies: ({ payload: { iss, ver }, issuer }) =>
    issuer.requiredClaims.ver === '2.0' &&
    (ver === '1.0' || /^https:\/\/sts\.(windows\.net|chinacloudapi\.cn)\//.test(textIn(iss))),
  change: () =>
    "this is a v1.0 token of Entra ID: in App registrations > the API > Manifest, set requestedAccessTokenVersion to 2, and get a new token; or write version: '1.0' in the settings",
};

const always = (change: Cause['change']): Cause => ({ applies: () => true, change });

const CAUSES: Readonly<Record<ChangeablePart, readonly Cause[]>> = {
  iss: [
    {
      applies: ({ payload, issuer }) => nearMiss(payload.iss, issuer.issuer) !== undefined,
      change: (token, provider) =>
        `they differ only in ${nearMiss(token.payload.iss, token.issuer.issuer)}: change ${provider.issuerOptions} in ${settingsOf(token, provider)} until both are the same`,
    },
    ENTRA_V1,
    {
      applies: ({ payload, issuer }) => issuer.issuer.startsWith(`${textIn(payload.iss)}/oauth2/`),
      change: ({ issuer }) =>
        `this token is from Okta's org authorization server, which is for Okta's own APIs: ask for it at ${issuer.issuer}/v1/token`,
    },
    always(
      (token, provider) =>
        `if the API shall accept tokens of this issuer, change ${provider.issuerOptions} in ${settingsOf(token, provider)} or add an issuer to \`issuers\`; if not, get the token from the one that is expected`,
    ),
  ],
  aud: [
    ENTRA_V1,
    {
      applies: (token) => nearAudience(token) !== undefined,
      change: (token, provider) =>
        `they differ only in ${nearAudience(token)}: write \`${provider.audienceOption}\` in ${settingsOf(token, provider)} as the token has it`,
    },
    REFRESH_TOKEN,
    ID_TOKEN,
    always(
      (token, provider) =>
        `${provider.audienceAdvice}, or change \`${provider.audienceOption}\` in ${settingsOf(token, provider)}`,
    ),
  ],
  typ: [
    ID_TOKEN,
    {
      applies: ({ issuer }) => providerOf(issuer).preset === 'auth0',
      change: (token, provider) =>
        `the API has Auth0's other token profile: choose it in Applications > APIs > the API > Settings > JSON Web Token (JWT) Profile, or change \`profile\` in ${settingsOf(token, provider)}`,
    },
    always((token, provider) => {
      const { typ } = token.header;
      const types = typ === undefined ? '[null]' : `[${foundText(typ)}]`;
      return `have the provider write this type, or, if its access tokens have the other one and its ID tokens another audience, write { ...${provider.preset}({ … }), tokenTypes: ${types} } as issuers.${token.issuer.alias}`;
    }),
  ],
  alg: [
    REFRESH_TOKEN,
    {
      applies: ({ header: { alg } }) => /^(HS|none$)/.test(textIn(alg)),
      change: (token, provider) =>
        `${token.header.alg === 'none' ? 'the token is not signed' : 'clients that know the shared secret could sign such tokens themselves'}: choose ${algorithmsOf(token)} at the provider${placeOf(provider)}`,
    },
    always((token, provider) => {
      const setting = provider.takesAlgorithms
        ? `, or change \`algorithms\` in ${settingsOf(token, provider)}`
        : `, or write { ...${provider.preset}({ … }), algorithms: [${foundText(token.header.alg)}] } as issuers.${token.issuer.alias}`;
      return `choose ${algorithmsOf(token)} at the provider${placeOf(provider)}${setting}`;
    }),
  ],
  kid: [
    {
      applies: ({ header: { kid } }) => kid === undefined,
      change: () =>
        'have the provider write the id of the key (kid) into the header: without it the key would be a guess',
    },
    always(
      ({ issuer: { alias, jwksUri } }) =>
        `get a new token, since the key may be gone; if that fails as well, the token is from another environment than ${jwksUri === null ? `the issuer of issuers.${alias}` : `the key set ${jwksUri} of issuers.${alias}`}`,
    ),
  ],
  client: [
    always(
      (token, provider) =>
        `add the client to \`clients\` in ${settingsOf(token, provider)}, or get a token as one of them`,
    ),
  ],
  required: [
    ENTRA_V1,
    REFRESH_TOKEN,
    ID_TOKEN,
    {
      applies: (_, name) => name === 'hd',
      change: (token, provider) =>
        `sign in with an account of this Workspace domain, or change \`hostedDomain\` in ${settingsOf(token, provider)}`,
    },
    always(
      (token, _, name) =>
        `have the provider write this value, or change \`requiredClaims.${name}\` of issuers.${token.issuer.alias}`,
    ),
  ],
  jti: [
    {
      applies: ({ issuer }) => providerOf(issuer).preset === 'auth0',
      change: (token, provider) =>
        `choose RFC 9068 in Applications > APIs > the API > Settings > JSON Web Token (JWT) Profile, or write profile: 'auth0' in ${settingsOf(token, provider)}`,
    },
    always(
      ({ issuer: { alias } }, { preset }, name) =>
        `have the provider write ${name}, or write { ...${preset}({ … }), tokensWithoutId: 'digest' } as issuers.${alias}`,
    ),
  ],
  header: [
    {
      applies: ({ header }) => ['jku', 'x5u', 'zip'].some((name) => Object.hasOwn(header, name)),
      change: (token, provider) =>
        `have the provider leave it out, or, for jku, x5u and zip only, add it to \`ignoredHeaderParameters\` in ${settingsOf(token, provider)}`,
    },
    always(() => 'have the provider leave it out: no setting admits it'),
  ],
};

/** Not by `String`, which throws for an object whose member `toString` is no function. */
function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function nearAudience({ payload: { aud }, issuer: { audiences } }: ComparedToken): string | undefined {
  const found: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  return found.flatMap((one) => audiences.flatMap((expected) => nearMiss(one, expected) ?? []))[0];
}

function algorithmsOf({ issuer: { algorithms } }: ComparedToken): string {
  return algorithms.join(' or ');
}

function placeOf({ algorithmPlace }: Provider): string {
  return algorithmPlace === undefined ? '' : ` (${algorithmPlace})`;
}
