import { afterAll, expect, it } from 'vitest';
import { appAt, verified } from '../../support/network/app-at-work.ts';
import { AUDIENCE, startAuthorizationServer } from '../../support/network/local-authorization-server.ts';

const server = await startAuthorizationServer();
afterAll(() => server.stop());

const publishedKeyIds = async () => {
  const { keys } = (await (await fetch(`${server.issuer}/jwks`)).json()) as { keys: readonly { kid: string }[] };
  return keys.map(({ kid }) => kid);
};

it('a key that is removed is published no more, a new one signs, and sessions live on', async () => {
  const { kid } = server.signingKey;
  const app = appAt(server);
  const { access_token: before } = await app.signIn('alice');
  const { sid } = await verified(server.issuer, before, AUDIENCE);
  expect(await publishedKeyIds()).toEqual([kid]);

  expect((await fetch(`${server.issuer}/jwks/${kid}`, { method: 'DELETE' })).status).toBe(204);

  const [newId, ...others] = await publishedKeyIds();
  expect([newId === kid, others]).toEqual([false, []]);
  await expect(verified(server.issuer, before, AUDIENCE)).rejects.toThrow('no applicable key found');
  const { access_token: after } = await app.signIn('alice', { prompt: 'none' });
  expect(await verified(server.issuer, after, AUDIENCE)).toMatchObject({ sub: 'alice', sid });
});

it.each([
  ['DELETE', '/jwks/unknown'],
  ['DELETE', '/jwks'],
  ['POST', '/jwks'],
])('%s %s is answered with 404, and changes no key', async (method, path) => {
  const before = await publishedKeyIds();
  expect((await fetch(`${server.issuer}${path}`, { method })).status).toBe(404);
  expect(await publishedKeyIds()).toEqual(before);
});

it('a page of another origin may not remove keys', async () => {
  const [kid = ''] = await publishedKeyIds();
  const preflight = await fetch(`${server.issuer}/jwks/${kid}`, {
    method: 'OPTIONS',
    headers: { origin: 'http://localhost:5173', 'access-control-request-method': 'DELETE' },
  });
  expect(preflight.headers.get('access-control-allow-methods')).toBeNull();
});
