import { generateKeyPair, type JsonWebKey, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { Provider } from 'oidc-provider';
import { isOnThisMachine, misdirected } from '../loopback/this-machine.ts';
import { memoryStore } from './memory-store.ts';
import { type ServerSettings, serverConfiguration } from './server-configuration.ts';
import { signIn } from './sign-in.ts';

export interface AuthorizationServerOptions extends ServerSettings {
  /** `http://127.0.0.1:<port>`. */
  readonly issuer: string;
}

export type SigningKey = JsonWebKey & { readonly kid: string };

export interface AuthorizationServer {
  readonly server: Server;
  readonly tokenEndpoint: string;
  /** The private RS256 key that the server starts with: its holder can sign what this server signs. */
  readonly signingKey: SigningKey;
  /** Has other clients, users or audiences from now on. Sessions and keys stay. */
  change(settings: Partial<ServerSettings>): void;
}

/**
 * Creates a certified authorization server: JWT access tokens (RFC 9068) for machines by client credentials, and for users by the
 * authorization code flow with PKCE. `DELETE /jwks/<key id>` replaces its signing key.
 */
export async function authorizationServer(options: AuthorizationServerOptions): Promise<AuthorizationServer> {
  const { issuer } = options;
  let settings: ServerSettings = options;
  const adapter = memoryStore(Date.now);
  const withKey = (key: SigningKey) => {
    const provider = new Provider(issuer, { ...serverConfiguration(settings), adapter, jwks: { keys: [key] } });
    return { key, provider, answer: provider.callback() };
  };
  const signingKey = await createSigningKey();
  let current = withKey(signingKey);

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!isOnThisMachine(`http://${request.headers.host}`)) return misdirected(response, issuer);
    const path = request.url?.split('?')[0] ?? '';
    if (path.startsWith('/interaction/')) return signIn(current.provider, settings.users, request, response);
    if (request.method !== 'DELETE' || path !== `/jwks/${current.key.kid}`) return current.answer(request, response);
    current = withKey(await createSigningKey());
    response.writeHead(204).end();
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  const change = (changed: Partial<ServerSettings>): void => {
    settings = { ...settings, ...changed };
    current = withKey(current.key);
  };
  return { server, tokenEndpoint: `${issuer}/token`, signingKey, change };
}

export async function createSigningKey(): Promise<SigningKey> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'RS256', use: 'sig' };
}
