import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { appAt, verified } from '../../support/network/app-at-work.ts';
import {
  AUDIENCE,
  type StartedAuthorizationServer,
  startAuthorizationServer,
} from '../../support/network/local-authorization-server.ts';
import { type LoopbackServer, startLoopbackServer } from '../../support/network/loopback-server.ts';

let receiver: LoopbackServer;
let server: StartedAuthorizationServer;
const received: string[] = [];
beforeAll(async () => {
  receiver = await startLoopbackServer(async (response, request) => {
    received.push(await text(request));
    response.end();
  });
  server = await startAuthorizationServer({ backchannelLogoutUri: `${receiver.address}/logout` });
});
afterAll(() => Promise.all([server.stop(), receiver.close()]));

it('the end of a session is told with the session id that its tokens have', async () => {
  const app = appAt(server);
  const { access_token: accessToken, id_token: idToken } = await app.signIn('alice');
  const { sid } = await verified(server.issuer, accessToken, AUDIENCE);
  expect((await verified(server.issuer, idToken, server.app.clientId)).sid).toBe(sid);
  await app.signOut();
  const [logoutToken = ''] = received.map((form) => new URLSearchParams(form).get('logout_token'));
  expect(await verified(server.issuer, logoutToken ?? '', server.app.clientId)).toMatchObject({
    sub: 'alice',
    sid,
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
  });
});

it('the metadata says so', async () => {
  const metadata = await (await fetch(`${server.issuer}/.well-known/openid-configuration`)).json();
  expect(metadata).toMatchObject({ backchannel_logout_supported: true, backchannel_logout_session_supported: true });
});
