import { afterAll, expect, it } from 'vitest';
import { startAuthorizationServer } from '../../support/network/local-authorization-server.ts';

const server = await startAuthorizationServer();
afterAll(() => server.stop());

const metadataAt = async (path: string): Promise<unknown> => (await fetch(`${server.issuer}${path}`)).json();

/** `user-sign-in.test.ts` tries each flow, response mode, scope, claim and endpoint of it, and `journeys/agents.test.ts` the registration. */
it.each(['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'])(
  'the metadata under %s has nothing but what works',
  async (path) => {
    const { issuer } = server;
    expect(await metadataAt(path)).toEqual({
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      end_session_endpoint: `${issuer}/session/end`,
      jwks_uri: `${issuer}/jwks`,
      registration_endpoint: `${issuer}/reg`,
      grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
      response_types_supported: ['code'],
      response_modes_supported: ['form_post', 'fragment', 'query'],
      code_challenge_methods_supported: ['S256'],
      scopes_supported: ['openid', 'orders:read', 'orders:write'],
      claims_supported: ['sub', 'sid', 'auth_time', 'iss'],
      claim_types_supported: ['normal'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'none'],
      authorization_response_iss_parameter_supported: true,
      claims_parameter_supported: false,
      request_uri_parameter_supported: false,
    });
  },
);
