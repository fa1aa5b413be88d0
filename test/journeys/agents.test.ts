import {
  auth,
  discoverOAuthServerInfo,
  extractWWWAuthenticateParams,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
} from '@modelcontextprotocol/client';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { locationOf, newBrowser } from '../../ops/token/browser.ts';
import { type LocalJourney, START_TIMEOUT, startJourney } from '../support/journeys/local-journey.ts';

const REDIRECT_URI = 'http://127.0.0.1:33418/callback';

/** A client of the Model Context Protocol that keeps what it is given, and a browser in which the user signs in as alice. */
class Agent implements OAuthClientProvider {
  readonly redirectUrl = REDIRECT_URI;
  readonly clientMetadata = {
    client_name: 'an agent',
    redirect_uris: [REDIRECT_URI],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };
  response = new URLSearchParams();
  #client: StoredOAuthClientInformation | undefined;
  #tokens: StoredOAuthTokens | undefined;
  #discovery: OAuthDiscoveryState | undefined;
  #verifier = '';

  clientInformation = () => this.#client;
  tokens = () => this.#tokens;
  discoveryState = () => this.#discovery;
  codeVerifier = () => this.#verifier;
  saveClientInformation(client: StoredOAuthClientInformation): void {
    this.#client = client;
  }
  saveTokens(tokens: StoredOAuthTokens): void {
    this.#tokens = tokens;
  }
  saveDiscoveryState(state: OAuthDiscoveryState): void {
    this.#discovery = state;
  }
  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }

  async redirectToAuthorization(address: URL): Promise<void> {
    const browser = newBrowser();
    const page = locationOf(await browser(address.href)) ?? '';
    await browser(page);
    let next = locationOf(await browser(page, { method: 'POST', body: new URLSearchParams({ user: 'alice' }) }));
    while (next !== undefined && !next.startsWith(REDIRECT_URI)) next = locationOf(await browser(next));
    this.response = new URL(next ?? REDIRECT_URI).searchParams;
  }
}

let journey: LocalJourney;
beforeAll(async () => {
  journey = await startJourney({ dynamodbEndpoint: inject('dynamoDbEndpoint') });
}, START_TIMEOUT);
afterAll(() => journey.stop());

it('an agent that knows nothing but the address of the API gets a token that opens it', async () => {
  const { api, issuer } = journey.run.running;
  const { resourceMetadataUrl } = extractWWWAuthenticateParams(await journey.call('/orders'));
  if (resourceMetadataUrl === undefined) throw new Error('The challenge names no metadata.');
  const agent = new Agent();
  expect(await auth(agent, { serverUrl: api, resourceMetadataUrl })).toBe('REDIRECT');
  const { code = '', iss = '' } = Object.fromEntries(agent.response);
  expect(iss).toBe(issuer);
  expect(await auth(agent, { serverUrl: api, resourceMetadataUrl, authorizationCode: code, iss })).toBe('AUTHORIZED');

  const answer = await journey.call('/orders', agent.tokens()?.access_token);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ principalId: 'local#alice' });
});

it('the metadata names the API, its authorization server and its scopes, to pages of any origin', async () => {
  const { api, issuer } = journey.run.running;
  const address = `${api}/.well-known/oauth-protected-resource`;
  const headers = { Origin: 'https://inspector.example', 'MCP-Protocol-Version': '2025-11-25' };
  const answer = await fetch(address, { headers });
  expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('*');
  expect(answer.headers.get('Content-Type')).toBe('application/json');
  expect(await answer.json()).toEqual({
    resource: api,
    authorization_servers: [issuer],
    scopes_supported: ['orders:read', 'orders:write', 'refunds:read'],
    bearer_methods_supported: ['header'],
  });
  const preflight = await fetch(address, { method: 'OPTIONS', headers });
  expect(preflight.headers.get('Access-Control-Allow-Headers')?.toLowerCase()).toContain('mcp-protocol-version');
  const { authorizationServerMetadata } = await discoverOAuthServerInfo(api, { resourceMetadataUrl: new URL(address) });
  expect(authorizationServerMetadata?.issuer).toBe(issuer);
});

it.each([
  ['with an address elsewhere', { redirect_uris: ['https://evil.example/callback'] }],
  [
    'with an address that has one of this machine in its path',
    { redirect_uris: ['http://evil.example/http://127.0.0.1/'] },
  ],
  [
    'that would lead elsewhere after a sign-out',
    { redirect_uris: [REDIRECT_URI], post_logout_redirect_uris: ['https://evil.example/'] },
  ],
  ['as a machine', { grant_types: ['client_credentials'], redirect_uris: [], response_types: [] }],
])('no client registers itself %s', async (_case, metadata) => {
  const response = await fetch(`${journey.run.running.issuer}/reg`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ token_endpoint_auth_method: 'none', ...metadata }),
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    error: expect.stringMatching(/^invalid_(client_metadata|redirect_uri)$/),
  });
});
