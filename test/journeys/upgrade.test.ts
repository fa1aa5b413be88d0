import { randomUUID } from 'node:crypto';
import { Duration } from 'aws-cdk-lib';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { oidc } from '../../infra/issuers/oidc.ts';
import type { Deployment, IssuerSettings } from '../../infra/settings/deployment-schema.ts';
import { ACCOUNT, REGION } from '../../local/cloudformation/place.ts';
import { type DeployedVersion, deployVersion } from '../support/journeys/deployed-version.ts';
import { keySet, type LoopbackServer, startLoopbackServer } from '../support/network/loopback-server.ts';
import { operatorAtWork } from '../support/operator/operator-at-work.ts';
import { signedToken } from '../support/tokens/signed-token.ts';
import { createSigningKey } from '../support/tokens/signing-keys.ts';

const WAITING = { timeout: 30_000, interval: 100 };
const AUDIENCE = 'https://api.example.com';
const key = createSigningKey('ES256', 'ec-1');
const leakedKey = createSigningKey('ES256', 'ec-leaked');

/** The issuers have the same key set and different addresses. */
let server: LoopbackServer;
beforeAll(async () => {
  server = await startLoopbackServer(keySet(key.publicJwk, leakedKey.publicJwk));
});
afterAll(() => server.close());

const issuerAt = (path: string, settings: Partial<IssuerSettings> = {}): IssuerSettings => ({
  ...oidc({
    issuer: `${server.address}/${path}`,
    audience: AUDIENCE,
    jwksUri: `${server.address}/keys`,
    algorithms: ['ES256'],
    subjectAliases: ['uid'],
  }),
  ...settings,
});

interface TokenParts {
  readonly issuer?: string;
  readonly signedBy?: typeof key;
  readonly claims?: Readonly<Record<string, unknown>>;
}

function tokenOf({ issuer = 'first', signedBy = key, claims = {} }: TokenParts): string {
  const now = Math.floor(Date.now() / 1000);
  const usual = {
    ...{ iss: `${server.address}/${issuer}`, aud: AUDIENCE, sub: randomUUID(), client_id: randomUUID() },
    ...{ jti: randomUUID(), sid: randomUUID(), iat: now, exp: now + 36_000 },
  };
  return signedToken(signedBy, { alg: 'ES256', typ: 'at+jwt', kid: signedBy.keyId }, { ...usual, ...claims });
}

/** A token for each level, and one for another name of a subject, by the target of the entry of version N that revokes it alone. */
const revokedTokens = () => ({
  'jti#main#lost': tokenOf({ claims: { jti: 'lost' } }),
  'sid#main#laptop': tokenOf({ claims: { sid: 'laptop' } }),
  'sub#main#alice': tokenOf({ claims: { sub: 'alice' } }),
  'sub#main#00u1abc': tokenOf({ claims: { uid: '00u1abc' } }),
  'cid#main#old-app': tokenOf({ claims: { client_id: 'old-app' } }),
  'clm#main#tenant#acme': tokenOf({ claims: { org_id: 'acme' } }),
  'kid#main#ec-leaked': tokenOf({ signedBy: leakedKey }),
  'iss#partner': tokenOf({ issuer: 'second' }),
});
type Entry = keyof ReturnType<typeof revokedTokens>;
const ENTRIES_OF_MAIN: readonly Entry[] = [
  'cid#main#old-app',
  'clm#main#tenant#acme',
  'jti#main#lost',
  'kid#main#ec-leaked',
  'sid#main#laptop',
  'sub#main#00u1abc',
  'sub#main#alice',
];

let stackName: string;
let versionN: Deployment;
let tokens: ReturnType<typeof revokedTokens>;
let good: string;
let running: DeployedVersion;
let table: string;
let before: DeployedVersion['authorizer'];

/** Version N, whose table has an entry of every level. */
beforeAll(async () => {
  stackName = `upgrade-${randomUUID()}`;
  versionN = {
    issuers: { main: issuerAt('first'), partner: issuerAt('second') },
    routes: [{ method: 'GET', path: '/whoami', scopes: [] }],
    revocationClaims: { tenant: 'org_id' },
    resultTtl: Duration.seconds(60),
  };
  tokens = revokedTokens();
  good = tokenOf({});
  running = await deployVersion(stackName, versionN);
  ({ table, authorizer: before } = running);
  for (const target of Object.keys(tokens)) await running.revoke(target);
  expect(await admitted()).toEqual([]);
});
afterEach(() => running.stop());

/** The entries of version N whose tokens are accepted nevertheless. Expects that a token without entry is accepted. */
async function admitted(): Promise<readonly string[]> {
  expect(await decisionOn(good)).toBe(200);
  const targets: string[] = [];
  // One after the other: each request at the same time as another starts an execution environment of its own.
  for (const [target, token] of Object.entries(tokens)) if ((await decisionOn(token)) === 200) targets.push(target);
  return targets.toSorted();
}

/** 200 or 401. After a 503, when the authorizer could not decide in time, the request is sent again. */
function decisionOn(token: string): Promise<number> {
  return vi.waitUntil(async () => {
    const status = await running.statusOf(token);
    return status !== 503 && status;
  }, WAITING);
}

async function upgradeTo(changes: Partial<Deployment>, name = stackName): Promise<void> {
  await running.stop();
  running = await deployVersion(name, { ...versionN, ...changes });
}

/** What `revocations upgrade` reports about version N before the next one is deployed, and `lint` afterwards. */
async function toolSays() {
  const operator = await operatorAtWork(before, { table });
  const upgrade = await operator.document(`upgrade ${running.template}`);
  await operator.leave();
  const afterwards = await operatorAtWork(running.authorizer, { table: running.table });
  const { findings } = await afterwards.document('lint');
  await afterwards.leave();
  const useless = findings.filter(({ kind }) => kind !== 'missing-purge-at');
  return { changes: upgrade.changes, findings: useless.map(({ target }) => String(target)).toSorted() };
}

describe('revoked tokens stay revoked when a deployment', () => {
  it.each<[string, () => Partial<Deployment>]>([
    ['changes the result TTL', () => ({ resultTtl: Duration.seconds(0) })],
    [
      'adds an issuer and a route',
      () => ({
        issuers: { ...versionN.issuers, third: issuerAt('third') },
        routes: [...versionN.routes, { method: 'GET', path: '/orders', scopes: ['orders:read'] }],
      }),
    ],
    [
      'renames aliases and lists the former ones',
      () => ({
        issuers: {
          corporate: issuerAt('first', { formerAliases: ['oldest', 'main'] }),
          'partner-2': issuerAt('second', { formerAliases: ['partner'] }),
        },
      }),
    ],
    [
      'accepts tokens without an id',
      () => ({ issuers: { ...versionN.issuers, main: issuerAt('first', { tokensWithoutId: 'digest' }) } }),
    ],
  ])('%s', async (_name, changes) => {
    await upgradeTo(changes());
    expect(running.table).toBe(table);
    expect(await admitted()).toEqual([]);
    expect(await toolSays()).toEqual({ changes: [], findings: [] });
  });

  it('has another stack name and is given the table', async () => {
    const tableArn = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${table}`;
    const revocationTable = { tableArn, tableStreamArn: `${tableArn}/stream/2026-11-28T12:00:00.000` };
    await upgradeTo({ revocationTable }, `${stackName}-renamed`);
    expect(running.table).toBe(table);
    expect(await admitted()).toEqual([]);
    expect(await toolSays()).toEqual({ changes: [], findings: [] });
  });
});

describe('the tool reports, before and after the deployment, what is un-revoked when a deployment', () => {
  it('renames an alias and lists no former one', async () => {
    await upgradeTo({ issuers: { corporate: issuerAt('first'), partner: issuerAt('second') } });
    expect(await admitted()).toEqual(ENTRIES_OF_MAIN);
    const { changes, findings } = await toolSays();
    expect(changes).toMatchObject([{ kind: 'unknown-alias', entries: 7 }]);
    expect(changes[0]?.sentence).toContain("add formerAliases: ['main'] to issuers.corporate.");
    expect(findings).toEqual(ENTRIES_OF_MAIN);
  });

  it('leaves out levels, of which synth warns too', async () => {
    await upgradeTo({ revocationLevels: ['token', 'subject', 'client', 'claim', 'issuer'] });
    const lost = ['kid#main#ec-leaked', 'sid#main#laptop'];
    expect(await admitted()).toEqual(lost);
    const { changes, findings } = await toolSays();
    expect(changes).toMatchObject([
      { kind: 'not-read', entries: 1 },
      { kind: 'not-read', entries: 1 },
    ]);
    expect(findings).toEqual(lost);
    expect(running.warnings).toContainEqual(
      expect.stringContaining('revocationLevels leaves out session, key: entries of these levels that stand in the'),
    );
  });

  it('names no claims and no other names of subjects any more', async () => {
    const main = issuerAt('first', { subjectAliases: [] });
    await upgradeTo({ issuers: { ...versionN.issuers, main }, revocationClaims: {} });
    expect(await admitted()).toEqual(['clm#main#tenant#acme', 'sub#main#00u1abc']);
    const { changes, findings } = await toolSays();
    expect(changes).toMatchObject([
      { kind: 'other-claims', sentence: expect.stringContaining('would not count for the claim uid any more') },
      { kind: 'not-read', entries: 1, sentence: expect.stringContaining('Entries of the claim tenant of main') },
    ]);
    // Nothing tells a name that no claim has any more from the `sub` of somebody who has not come back.
    expect(findings).toEqual(['clm#main#tenant#acme']);
  });

  it('has another stack name and makes a new table', async () => {
    await upgradeTo({}, `${stackName}-2`);
    expect(running.table).not.toBe(table);
    expect(await admitted()).toEqual(Object.keys(tokens).toSorted());
    const { changes } = await toolSays();
    expect(changes).toMatchObject([
      { kind: 'another-table', sentence: expect.stringContaining('makes a new, empty table') },
    ]);
  });

  it('gives an alias to another issuer', async () => {
    await upgradeTo({ issuers: { main: issuerAt('second'), former: issuerAt('first') } });
    const { changes } = await toolSays();
    expect(changes).toContainEqual(expect.objectContaining({ kind: 'another-issuer' }));
    expect(await admitted()).toEqual([...ENTRIES_OF_MAIN, 'iss#partner'].toSorted());
  });
});
