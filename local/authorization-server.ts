import { generateKeyPair, type JsonWebKey, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { promisify } from 'node:util';
import { type Adapter, type ClientMetadata, type Configuration, Provider } from 'oidc-provider';
import type { LocalClient } from '../ops/stack/running-stack.ts';

export const LOCAL_CLIENTS: readonly LocalClient[] = [
  { clientId: 'orders-service', clientSecret: 'orders-service-secret', scope: 'orders:read orders:write' },
  { clientId: 'support-desk', clientSecret: 'support-desk-secret', scope: 'orders:read refunds:read' },
  { clientId: 'visitor', clientSecret: 'visitor-secret', scope: '' },
];

/** The API, as the audience of access tokens. */
export const AUDIENCE = 'https://api.example.com';

export interface AuthorizationServerOptions {
  /** `http://127.0.0.1:<port>`. */
  readonly issuer: string;
  readonly accessTokenLifetimeSeconds: number;
}

export interface AuthorizationServer {
  readonly server: Server;
  readonly tokenEndpoint: string;
  /** Private RS256 key: its holder can sign what this server signs. */
  readonly signingKey: JsonWebKey & { readonly kid: string };
}

/** Creates a certified authorization server: JWT access tokens (RFC 9068) for `client_credentials`. */
export async function authorizationServer(options: AuthorizationServerOptions): Promise<AuthorizationServer> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const signingKey = { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'RS256', use: 'sig' };
  const provider = new Provider(options.issuer, configuration(options, signingKey));
  return { server: createServer(provider.callback()), tokenEndpoint: `${options.issuer}/token`, signingKey };
}

function configuration(
  { accessTokenLifetimeSeconds }: AuthorizationServerOptions,
  signingKey: JsonWebKey,
): Configuration {
  return {
    adapter: forgetfulAdapter,
    clients: LOCAL_CLIENTS.map(registrationOf),
    jwks: { keys: [signingKey] },
    scopes: [...new Set(LOCAL_CLIENTS.flatMap(({ scope }) => scopesIn(scope)))],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        getResourceServerInfo: ({ oidc: { params } }, _resource, client) => {
          // RFC 6749 section 3.3: a request without a scope gets a default one, here all scopes of the client.
          if (params !== undefined && client.scope) params.scope ??= client.scope;
          return resourceServer(accessTokenLifetimeSeconds);
        },
      },
    },
    ttl: { ClientCredentials: accessTokenLifetimeSeconds },
  };
}

function registrationOf({ clientId, clientSecret, scope }: LocalClient): ClientMetadata {
  return {
    client_id: clientId,
    client_secret: clientSecret,
    ...(scope !== '' && { scope }),
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  };
}

/** An adapter that stores nothing: JWT access tokens are never looked up, and no other grant is enabled. */
function forgetfulAdapter(): Adapter {
  const nothing = async (): Promise<undefined> => undefined;
  return {
    upsert: nothing,
    find: nothing,
    findByUserCode: nothing,
    findByUid: nothing,
    consume: nothing,
    destroy: nothing,
    revokeByGrantId: nothing,
  };
}

function resourceServer(accessTokenTTL: number) {
  return {
    scope: LOCAL_CLIENTS.map(({ scope }) => scope)
      .join(' ')
      .trim(),
    audience: AUDIENCE,
    accessTokenTTL,
    accessTokenFormat: 'jwt' as const,
    jwt: { sign: { alg: 'RS256' as const } },
  };
}

function scopesIn(scope: string): readonly string[] {
  return scope === '' ? [] : scope.split(' ');
}
