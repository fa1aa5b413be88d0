import { describe, expect, it } from 'vitest';
import { authorizerUnderTest } from '../support/authorizer-under-test.ts';
import { eventsOf, key, keyWorld, tokenUnder } from '../support/key-world.ts';
import { type Answer, body, hang, json, keySet, startLoopbackServer } from '../support/loopback-server.ts';
import { trustedIssuer } from '../support/trusted-issuer.ts';

describe('discovery', () => {
  const issuerOf = (address: string, path = '') => ({ issuer: `${address}${path}`, jwksUri: null });
  const world = async (path: string, metadataPath: string, metadata: (address: string) => unknown) => {
    const server = await startLoopbackServer(body('', 404));
    server.answerWith((response, request) => json(metadata(server.address))(response, request), metadataPath);
    server.answerWith(keySet(key.publicJwk), '/jwks');
    const settings = issuerOf(server.address, path);
    const authorizer = authorizerUnderTest({ issuers: [trustedIssuer(settings)] });
    const outcome = await authorizer.decide(tokenUnder('ec-1', key, { iss: settings.issuer }));
    await server.close();
    return {
      outcome: outcome.kind,
      requests: server.requests,
      detail: eventsOf(authorizer, 'key-set-refresh-failed')[0]?.detail,
    };
  };
  const metadata = (path: string) => (address: string) => ({
    issuer: `${address}${path}`,
    jwks_uri: `${address}/jwks`,
  });

  it.each([
    ['', '/.well-known/openid-configuration'],
    ['/', '/.well-known/openid-configuration'],
    ['/tenant', '/tenant/.well-known/openid-configuration'],
    ['/tenant/', '/tenant/.well-known/openid-configuration'],
  ])('of an issuer with the path %j is OpenID Connect Discovery at %s', async (path, at) => {
    const { outcome, requests } = await world(path, at, metadata(path));
    expect(outcome).toBe('allowed');
    expect(requests).toEqual([at, '/jwks']);
  });

  it.each([
    ['', '/.well-known/oauth-authorization-server'],
    ['/', '/.well-known/oauth-authorization-server'],
    ['/tenant', '/.well-known/oauth-authorization-server/tenant'],
    ['/tenant/', '/.well-known/oauth-authorization-server/tenant'],
  ])('of an issuer with the path %j that has none is RFC 8414 at %s', async (path, at) => {
    const { outcome, requests } = await world(path, at, metadata(path));
    expect(outcome).toBe('allowed');
    expect(requests.slice(1)).toEqual([at, '/jwks']);
  });

  it.each([
    [
      'a slash more',
      (address: string) => ({ ...metadata('')(address), issuer: `${address}/` }),
      'metadata names another issuer',
    ],
    [
      'another case',
      (address: string) => ({ ...metadata('')(address), issuer: address.toUpperCase() }),
      'metadata names another issuer',
    ],
    ['no issuer', (address: string) => ({ jwks_uri: `${address}/jwks` }), 'metadata names another issuer'],
    ['a list', () => [], 'metadata names another issuer'],
    ['no address', (address: string) => ({ issuer: address }), 'metadata has no jwks_uri'],
    ['a number for an address', (address: string) => ({ issuer: address, jwks_uri: 1 }), 'metadata has no jwks_uri'],
    [
      'a plain address elsewhere',
      (address: string) => ({ issuer: address, jwks_uri: 'http://issuer.example/jwks' }),
      'address is not https',
    ],
    ['no URL', (address: string) => ({ issuer: address, jwks_uri: '/jwks' }), 'address is not https'],
    ['a file', (address: string) => ({ issuer: address, jwks_uri: 'file:///jwks' }), 'address is not https'],
  ])('with metadata that says %s: 500, and no key set is asked for', async (_, said, detail) => {
    const found = await world('', '/.well-known/openid-configuration', said);
    expect(found).toEqual({ outcome: 'failed', requests: ['/.well-known/openid-configuration'], detail });
  });

  it.each([500, 301, 403])('that answers %d: 500, and nothing else is tried', async (status) => {
    await using ill = await keyWorld(body('', status));
    const authorizer = authorizerUnderTest({ issuers: [trustedIssuer(issuerOf(ill.server.address))] });
    expect((await authorizer.decide(tokenUnder('ec-1', key, { iss: ill.server.address }))).kind).toBe('failed');
    expect(ill.server.requests).toHaveLength(1);
  });

  it('and key set together have the time of one attempt', async () => {
    const server = await startLoopbackServer(hang);
    const slowly: Answer = (response, request) =>
      void setTimeout(() => json(metadata('')(server.address))(response, request), 1_000);
    server.answerWith(slowly, '/.well-known/openid-configuration');
    server.answerWith(
      (response, request) => void setTimeout(() => keySet(key.publicJwk)(response, request), 1_000),
      '/jwks',
    );
    const authorizer = authorizerUnderTest({ issuers: [trustedIssuer(issuerOf(server.address))] });
    expect((await authorizer.decide(tokenUnder('ec-1', key, { iss: server.address }))).kind).toBe('failed');
    expect(eventsOf(authorizer, 'key-set-refresh-failed')).toMatchObject([{ detail: 'timeout' }]);
    await server.close();
  });
});
