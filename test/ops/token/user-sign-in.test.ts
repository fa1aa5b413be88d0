import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../../ops/token.ts';
import { verified } from '../../support/network/app-at-work.ts';
import {
  AUDIENCE,
  type StartedAuthorizationServer,
  startAuthorizationServer,
} from '../../support/network/local-authorization-server.ts';
import { finished, type OperatorAtWork, operatorAtWork, wordsOf } from '../../support/operator/operator-at-work.ts';
import { NOW } from '../../support/tokens/sample-issuer.ts';

let server: StartedAuthorizationServer;
let operator: OperatorAtWork;
beforeAll(async () => {
  server = await startAuthorizationServer();
  const { issuer, tokenEndpoint, app, clients, users } = server;
  operator = await operatorAtWork(undefined, { issuer, tokenEndpoint, app, clients, users });
});
afterAll(async () => {
  await operator.leave();
  await server.stop();
});

const run = (commandLine: string) =>
  finished(wordsOf(commandLine), main, {
    localFolder: operator.folder,
    now: () => NOW,
    readStandardInput: async () => '',
  });

const claimsOf = (token: string) => verified(server.issuer, token.trim(), AUDIENCE);

describe('npm run token -- --user', () => {
  it('signs the user in, and prints the access token alone', async () => {
    const { exitCode, out, err } = await run('--user alice');
    expect([exitCode, err]).toEqual([0, '']);
    expect(await claimsOf(out)).toMatchObject({
      ...{ sub: 'alice', client_id: 'web-app', scope: 'orders:read orders:write', sid: expect.any(String) },
    });
  });

  it('signs the user in again each time, with another session', async () => {
    const [one, other] = await Promise.all([run('--user bob'), run('--user bob')]);
    expect((await claimsOf(one.out)).sid).not.toBe((await claimsOf(other.out)).sid);
  });

  it('prints with --json a document with the session, and a refresh token of it', async () => {
    const { out } = await run('--user bob --json');
    const document = JSON.parse(out);
    expect(document).toEqual({
      ...{ command: 'token', user: 'bob', client: 'web-app', session: expect.any(String) },
      ...{ accessToken: expect.any(String), refreshToken: expect.any(String) },
    });
    expect(await claimsOf(document.accessToken)).toMatchObject({ sid: document.session });
    const body = { grant_type: 'refresh_token', client_id: 'web-app', refresh_token: document.refreshToken };
    const refreshed = await fetch(server.tokenEndpoint, { method: 'POST', body: new URLSearchParams(body) });
    const { access_token: token } = (await refreshed.json()) as { access_token: string };
    expect(await claimsOf(token)).toMatchObject({ sub: 'bob', sid: document.session });
  });

  it('asks for the scopes of --scope only', async () => {
    const { out } = await run('--user alice --scope orders:read');
    expect((await claimsOf(out)).scope).toBe('orders:read');
  });

  it.each([
    ['--user bob --scope orders:write', /^The user bob asked for orders:write and was granted no scope, so no token/],
    ['--user carol', /^There is no user "carol" here: choose alice, bob\.\n$/],
    ['--user alice --scope ä', /^The sign-in brought no code: invalid_scope: /],
    ['--client visitor --scope unknown', /^The client visitor asked for unknown and was granted no scope/],
    ['--client visitor --scope orders:read', /^The client visitor asked for orders:read and was granted no scope/],
    ['--client reader --scope orders:write', /^The client reader gets no token from .* \(400\): invalid_scope/],
    ['--client carol', /^There is no client "carol" here: choose service, reader, visitor\.\n$/],
  ])('npm run token -- %s fails in one sentence', async (commandLine, sentence) => {
    expect(await run(commandLine)).toEqual({ exitCode: 1, out: '', err: expect.stringMatching(sentence) });
  });
});

describe('an authorization server that does not answer', () => {
  it('is named with what to do', async () => {
    await server.stop();
    const { exitCode, out, err } = await run('--user alice');
    expect([exitCode, out]).toEqual([1, '']);
    expect(err).toMatch(
      /^The authorization server http:\/\/127\.0\.0\.1:\d+ does not answer: nothing answers at .*: wait until the run here/,
    );
  });
});
