import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { type LocalRun, startLocalRun } from '../../local/run/local-run.ts';
import type { OwnApp } from '../../local/run/own-app-options.ts';
import { writeRunningFile } from '../../local/run/running-file.ts';
import { main as revocations } from '../../ops/revocations.ts';
import type { LocalClient } from '../../ops/stack/running-stack.ts';
import { main as token } from '../../ops/token.ts';
import { freePorts } from '../support/journeys/free-ports.ts';
import { START_TIMEOUT } from '../support/journeys/local-journey.ts';
import { ownApp } from '../support/journeys/own-app.ts';
import {
  type StartedAuthorizationServer,
  startAuthorizationServer,
} from '../support/network/local-authorization-server.ts';
import { finished, wordsOf } from '../support/operator/operator-at-work.ts';

const run = promisify(execFile);

/** The issuer that the app trusts when it is deployed: another server, with keys of its own. */
let deployedIssuer: StartedAuthorizationServer;
let folder: string;
let localFolder: string;
beforeAll(async () => {
  deployedIssuer = await startAuthorizationServer();
  [folder, localFolder] = [await ownApp(), await mkdtemp(join(tmpdir(), 'local-'))];
  const env = { ...process.env, ISSUER: deployedIssuer.issuer, CDK_OUTDIR: 'cdk.out' };
  await run(process.execPath, ['app.mjs'], { cwd: folder, env });
}, START_TIMEOUT);
afterAll(() => deployedIssuer.stop());

/** Runs the assembly that was synthesized once, unless the app is another. */
async function started(own: Partial<OwnApp>): Promise<LocalRun> {
  const usual = {
    app: undefined,
    output: 'cdk.out',
    stack: undefined,
    issuers: 'local',
    environmentFile: undefined,
    watch: false,
  } as const;
  return startLocalRun({
    ...{ port: await freePorts(), own: { ...usual, ...own }, ownFolder: folder },
    dynamodbEndpoint: inject('dynamoDbEndpoint'),
  });
}

/** The status of a call of the API with a token. */
async function statusWith({ running }: LocalRun, accessToken: string): Promise<number> {
  const headers = { authorization: `Bearer ${accessToken}` };
  return (await fetch(`${running.api}${running.samplePath}`, { headers })).status;
}

async function tokenFrom(
  tokenEndpoint: string,
  [client]: readonly LocalClient[],
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  const credentials = Buffer.from(`${client?.clientId}:${client?.clientSecret}`).toString('base64');
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...more });
  const headers = { authorization: `Basic ${credentials}` };
  const response = await fetch(tokenEndpoint, { method: 'POST', headers, body });
  return ((await response.json()) as { access_token: string }).access_token;
}

const localToken = ({ running }: LocalRun) => tokenFrom(running.tokenEndpoint ?? '', running.clients);
const deployedToken = () => tokenFrom(deployedIssuer.tokenEndpoint, deployedIssuer.clients);

const inRunFolder = (words: string, program: typeof token, input = '') =>
  finished(wordsOf(words), program, {
    localFolder,
    now: () => Date.now() / 1000,
    readStandardInput: async () => input,
  });

describe('the API of a team’s own app', () => {
  it('takes tokens of the local authorization server in place of those of its issuers, until they are revoked', {
    timeout: START_TIMEOUT,
  }, async () => {
    const journey = await started({ app: 'node app.mjs', output: undefined });
    try {
      const accessToken = await localToken(journey);
      const response = await fetch(`${journey.running.api}/orders`, {
        headers: { authorization: `Bearer ${accessToken}` },
      });
      expect([response.status, await response.json()]).toEqual([
        200,
        { path: '/orders', principalId: 'local#service' },
      ]);
      expect(await statusWith(journey, await deployedToken())).toBe(401);
      expect(journey.running).toMatchObject({
        ...{ alias: 'local', samplePath: '/orders', realIssuers: [] },
        playedIssuers: [{ alias: 'main', issuer: 'https://login.acme.example' }],
      });
      await writeRunningFile(journey.running, localFolder);
      expect(await inRunFolder('revoke token - --wait', revocations, accessToken)).toMatchObject({ exitCode: 0 });
      expect(await statusWith(journey, accessToken)).toBe(401);
    } finally {
      await journey.stop();
    }
  });

  it('lets clients revoke local tokens where the app has that source of signals', {
    timeout: START_TIMEOUT,
  }, async () => {
    const journey = await started({});
    try {
      const accessToken = await localToken(journey);
      expect(await statusWith(journey, accessToken)).toBe(200);
      const body = new URLSearchParams({ token: accessToken });
      expect((await fetch(`${journey.running.api}/signals/revoke`, { method: 'POST', body })).status).toBe(200);
      await vi.waitUntil(async () => (await statusWith(journey, accessToken)) === 401);
    } finally {
      await journey.stop();
    }
  });

  it('tells clients where to get a token: at the local authorization server', { timeout: START_TIMEOUT }, async () => {
    const journey = await started({});
    try {
      const { api, issuer = '', tokenEndpoint = '', clients } = journey.running;
      const challenge = (await fetch(`${api}/orders`)).headers.get('www-authenticate') ?? '';
      const [, address = ''] = /resource_metadata="([^"]+)"/.exec(challenge) ?? [];
      const metadata = await (await fetch(address)).json();
      expect(metadata).toMatchObject({
        resource: api,
        authorization_servers: [issuer],
        scopes_supported: ['orders:read'],
      });
      expect(await statusWith(journey, await tokenFrom(tokenEndpoint, clients, { resource: api }))).toBe(200);
    } finally {
      await journey.stop();
    }
  });

  it('takes tokens of both with --issuers both', { timeout: START_TIMEOUT }, async () => {
    const journey = await started({ issuers: 'both' });
    try {
      expect(await statusWith(journey, await localToken(journey))).toBe(200);
      expect(await statusWith(journey, await deployedToken())).toBe(200);
      const realIssuers = [{ alias: 'main', issuer: deployedIssuer.issuer }];
      expect(journey.running).toMatchObject({ alias: 'local', playedIssuers: [], realIssuers });
    } finally {
      await journey.stop();
    }
  });

  it('takes tokens of its own issuers alone with --issuers as-deployed, and 503 says that one does not answer', {
    timeout: START_TIMEOUT,
  }, async () => {
    const journey = await started({ issuers: 'as-deployed' });
    const { running } = journey;
    try {
      const [accessToken, other] = [await deployedToken(), await deployedToken()];
      expect(await statusWith(journey, accessToken)).toBe(200);
      expect(running).not.toHaveProperty('tokenEndpoint');
      expect([running.clients, running.users, journey.authorizationServer]).toEqual([[], [], undefined]);
      await writeRunningFile(running, localFolder);
      expect(await inRunFolder('--client service', token)).toEqual({
        ...{ exitCode: 1, out: '' },
        err: `What runs here trusts tokens of main (${deployedIssuer.issuer}) only: get one there, or start it again with --issuers both.\n`,
      });
      await deployedIssuer.stop();
      // A new environment holds no keys, and the gateway no decision on another token.
      await journey.recycleEnvironments();
      expect(await statusWith(journey, other)).toBe(503);
    } finally {
      await journey.stop();
    }
  });
});
