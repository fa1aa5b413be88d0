import { type Configuration, errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { isOnThisMachine } from '../loopback/this-machine.ts';
import { appRegistration, requireOwnApp, serviceRegistration } from './client-registration.ts';
import type { ClientsAndUsers } from './clients-and-users.ts';
import { errorPage, PAGE_HEADERS, signedOutPage, signOutPage } from './pages.ts';
import { grantOf, sessionClaims } from './user-session.ts';

export interface ServerSettings extends ClientsAndUsers {
  /** What a token's `aud` may be: the one that is asked for, or else the first. */
  readonly audiences: readonly string[];
  readonly accessTokenLifetimeSeconds: number;
  /** Where the end of a session is told (OpenID Connect Back-Channel Logout 1.0). @default nowhere */
  readonly backchannelLogoutUri?: string;
}

/** Seconds for which a user stays signed in. */
const SESSION_LIFETIME = 8 * 3600;

/** The configuration of the authorization server: no feature but those that work with the API. */
export function serverConfiguration(settings: ServerSettings): Configuration {
  const { clients, app, users, scopes, backchannelLogoutUri } = settings;
  return {
    clients: [...clients.map(serviceRegistration), appRegistration(app, backchannelLogoutUri)],
    scopes: ['openid', ...scopes],
    claims: { openid: ['sub', 'sid'] },
    responseTypes: ['code'],
    clientAuthMethods: ['client_secret_basic', 'none'],
    findAccount: (ctx, subject, token) =>
      users.some((user) => user.subject === subject)
        ? { accountId: subject, claims: async () => ({ sub: subject, ...(await sessionClaims(ctx, token)) }) }
        : undefined,
    loadExistingGrant: (ctx) => grantOf(ctx, settings, settings.audiences.map(resourceOf)),
    extraTokenClaims: sessionClaims,
    extraClientMetadata: {
      properties: ['redirect_uris', 'post_logout_redirect_uris', 'backchannel_logout_uri', 'grant_types'],
      validator: requireOwnApp,
    },
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    clientBasedCORS: (_ctx, origin, client) => client.clientAuthMethod === 'none' && isOnThisMachine(origin),
    interactions: { policy: firstPartyPolicy(), url: (_ctx, { uid }) => `/interaction/${uid}` },
    renderError: (ctx, { error, error_description: description }) => page(ctx, errorPage(error, description)),
    fetch: (url, request) => fetch(url, String(url) === backchannelLogoutUri ? toThisMachine(request) : request),
    features: featuresOf(settings),
    ttl: lifetimesOf(settings),
  };
}

function featuresOf(settings: ServerSettings): NonNullable<Configuration['features']> {
  return {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    // Clients of the Model Context Protocol register themselves (RFC 7591).
    registration: { enabled: true, issueRegistrationAccessToken: false },
    // The API takes bearer tokens only.
    dPoP: { enabled: false },
    pushedAuthorizationRequests: { enabled: false },
    // Its access tokens have no audience, and so are not for the API.
    userinfo: { enabled: false },
    backchannelLogout: { enabled: settings.backchannelLogoutUri !== undefined },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => page(ctx, signOutPage(form, settings.backchannelLogoutUri !== undefined)),
      postLogoutSuccessSource: (ctx) => page(ctx, signedOutPage()),
    },
    resourceIndicators: { enabled: true, ...resourceIndicators(settings) },
  };
}

function resourceIndicators(settings: ServerSettings): NonNullable<Configuration['features']>['resourceIndicators'] {
  const [resource = ''] = settings.audiences.map(resourceOf);
  return {
    defaultResource: () => resource,
    useGrantedResource: () => true,
    getResourceServerInfo: ({ oidc: { params } }, requested, client) => {
      const audience = settings.audiences.find((each) => resourceOf(each) === requested);
      if (audience === undefined) throw new errors.InvalidTarget('the API has no such audience');
      // RFC 6749 section 3.3: a request without a scope gets a default one, here all scopes of the client.
      if (params !== undefined && client.scope) params.scope ??= client.scope;
      return resourceServer(settings, audience, client.clientId);
    },
  };
}

/** The API as a client sees it: a client that registers no scope could otherwise ask for any. */
function resourceServer(settings: ServerSettings, audience: string, clientId: string) {
  const { clients, scopes, accessTokenLifetimeSeconds } = settings;
  const client = clients.find((each) => each.clientId === clientId);
  return {
    scope: client === undefined ? scopes.join(' ') : client.scope,
    audience,
    accessTokenTTL: accessTokenLifetimeSeconds,
    accessTokenFormat: 'jwt' as const,
    jwt: { sign: { alg: 'RS256' as const } },
  };
}

/** An audience as RFC 8707 asks for it: by a URI, which an audience need not be. */
function resourceOf(audience: string): string {
  return URL.canParse(audience) ? audience : `urn:audience:${encodeURIComponent(audience)}`;
}

function lifetimesOf({ accessTokenLifetimeSeconds }: ServerSettings): NonNullable<Configuration['ttl']> {
  return {
    AccessToken: accessTokenLifetimeSeconds,
    ClientCredentials: accessTokenLifetimeSeconds,
    IdToken: accessTokenLifetimeSeconds,
    AuthorizationCode: 60,
    Interaction: 600,
    Session: SESSION_LIFETIME,
    Grant: SESSION_LIFETIME,
    RefreshToken: SESSION_LIFETIME,
  };
}

/** Users of our own app are not asked for their consent. */
function firstPartyPolicy(): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base();
  policy.get('consent')?.checks.remove('native_client_prompt');
  return policy;
}

/** A request without the dispatcher that lets none reach this machine. */
function toThisMachine({ dispatcher: _dispatcher, ...request }: RequestInit = {}): RequestInit {
  return request;
}

function page(ctx: KoaContextWithOIDC, html: string): void {
  ctx.set(PAGE_HEADERS);
  ctx.body = html;
}
