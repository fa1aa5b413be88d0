import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keySet, type LoopbackServer, startLoopbackServer } from '../../support/network/loopback-server.ts';
import { describedAuthorizer, type OperatorAtWork, operatorAtWork } from '../../support/operator/operator-at-work.ts';
import { goodClaims, NOW, trustedIssuer } from '../../support/tokens/sample-issuer.ts';
import { signedToken } from '../../support/tokens/signed-token.ts';
import { createSigningKey } from '../../support/tokens/signing-keys.ts';

const key = createSigningKey('ES256', 'key-1');
const tokenWith = (claims: Readonly<Record<string, unknown>>) =>
  signedToken(key, { alg: 'ES256', typ: 'at+jwt', kid: 'key-1' }, goodClaims({ scope: 'orders:read', ...claims }));

let server: LoopbackServer;
let operator: OperatorAtWork;
let others: OperatorAtWork;
beforeAll(async () => {
  server = await startLoopbackServer(keySet(key.publicJwk));
  const issuers = [trustedIssuer({ jwksUri: `${server.address}/jwks`, formerAliases: ['old'] })];
  const revocationClaims = { tenant: ['org_id'], agent: ['act', 'sub'] };
  operator = await operatorAtWork(describedAuthorizer(issuers, { revocationClaims }));
  const revocationLevels = ['token', 'subject'] as const;
  others = await operatorAtWork(describedAuthorizer(issuers, { revocationLevels }));
});
afterAll(async () => {
  await Promise.all([operator.leave(), others.leave()]);
  await server.close();
});

const LIFE_AND_MARGIN = 86_400 + 5 + 3600;

describe('an operator who revokes by a claim of the deployment', () => {
  it('writes an entry that purges as one for a subject does, and is told the claim and the undo', async () => {
    const { exitCode, out } = await operator.run('revoke claim tenant=acme --by ann');
    expect(exitCode).toBe(0);
    expect(out).toContain(
      'Revoked claim tenant=acme of main (clm#main#tenant#acme): tokens with this claim issued until ',
    );
    expect(out).toContain('\n  (It covers tokens of main that have this value in org_id.)\n');
    expect(await operator.entry('clm#main#tenant#acme')).toMatchObject({
      before: { N: String(NOW) },
      purgeAt: { N: String(NOW + 2 + LIFE_AND_MARGIN) },
    });
    const { undo } = (await operator.document('revoke claim agent=bot --block')) as unknown as { undo: string };
    expect(undo).toBe("npm run revocations -- restore target 'clm#main#agent#bot' --local");
  });

  it.each([
    ['tenant=a#b=c', 'clm#main#tenant#a#b=c', 'tenant=a#b=c'],
    ["'tenant=Acme Ltd'", 'clm#main#tenant#Acme Ltd', 'tenant=Acme Ltd'],
    ['agent==', 'clm#main#agent#=', 'agent=='],
    [`tenant=${'x'.repeat(255)}`, `clm#main#tenant#${'x'.repeat(255)}`, `tenant=${'x'.repeat(255)}`],
  ])('takes the value after the first = as it stands: %s', async (words, target, value) => {
    expect(await operator.run(`revoke claim ${words}`)).toMatchObject({ exitCode: 0 });
    expect(await operator.entry(target)).toBeDefined();
    expect((await operator.document(`show claim ${words}`)).regions).toMatchObject([
      { entry: { level: 'claim', value } },
    ]);
    expect(await operator.run(`restore claim ${words}`)).toMatchObject({ exitCode: 0 });
    expect(await operator.entry(target)).toBeUndefined();
  });

  it.each([
    ['acme', 2],
    ['tenant', 2],
    ['tenant=', 2],
    ['=acme', 2],
    ['Tenant=acme', 2],
    ["'tenant= acme'", 2],
    [`tenant=${'x'.repeat(256)}`, 2],
    ['clm#main#tenant#acme', 2],
    ['org_id=acme', 2],
    ['tennant=acme', 1],
  ])('is told what is wrong with %s, and nothing is written', async (words, exitCode) => {
    const result = await operator.run(`revoke claim ${words}`);
    expect(result).toMatchObject({ exitCode, out: '' });
    expect(result.err.trim().split('\n')[0]).toMatch(
      exitCode === 1
        ? /no claim "tennant" to revoke by, .* it has tenant, agent/
        : /^Nothing can be done for this claim: /,
    );
    expect((await operator.document('list --level claim --all')).entries).toHaveLength(2);
  });

  it('is told that a deployment without such claims reads none', async () => {
    const { exitCode, err } = await others.run('revoke claim tenant=acme');
    expect(exitCode).toBe(1);
    expect(err).toBe(
      'This deployment names no claims to revoke by, so the entry would revoke nothing: set revocationClaims, and deploy, or start the run here again.\n',
    );
  });

  it('is given the words for a pasted partition key', async () => {
    const { exitCode, err } = await operator.run("revoke subject 'clm#main#tenant#acme'");
    expect(exitCode).toBe(2);
    expect(err).toContain('write npm run revocations -- revoke claim tenant=acme --issuer main');
  });

  it('lists entries of the level, and shows one with the claim that it is compared with', async () => {
    const { entries } = await operator.document('list --level claim --all');
    expect(entries.map(({ value }) => value).toSorted()).toEqual(['agent=bot', 'tenant=acme']);
    const { out } = await operator.run('show claim agent=bot');
    expect(out).toContain('claim agent=bot of main\n  rejects      every token with this claim, also later ones\n');
    expect(out).toContain('\n  compared     with act.sub\n');
  });

  it.each(['constructor', 'valueof'])(
    'is shown an entry for the claim %s, which the deployment does not name',
    async (name) => {
      await operator.table.put({ target: { S: `clm#main#${name}#x` } });
      const { err, out } = await operator.run(`show claim ${name}=x`);
      expect({ err, out }).toEqual({ err: '', out: expect.stringContaining('none of the claims of this deployment') });
      expect(out).not.toContain('compared');
      await operator.table.remove(`clm#main#${name}#x`);
    },
  );

  it('sees by `check` which entry rejects a token, and what the token says', async () => {
    const token = tokenWith({ org_id: 'acme', act: { sub: 'other-bot' } });
    const { out } = await operator.run('check -', token);
    expect(out).toContain(
      "REVOKED BY claim tenant=acme of main (the token's org_id): tokens with this claim issued until ",
    );
    expect(out).toMatch(/claims +passed +.*tenant=acme, agent=other-bot, scopes/);
    expect((await operator.run('check -', tokenWith({ org_id: 'other' }))).out).toMatch(/^Verdict: accepted/);
    expect(await operator.document('check -', token)).toMatchObject({
      token: { claims: ['tenant=acme', 'agent=other-bot'] },
      entries: [{ target: 'clm#main#tenant#acme', value: 'tenant=acme', revokes: true, claims: ['org_id'] }],
    });
  });

  it('sees by `check` that a claim cannot be named by an entry', async () => {
    const { out } = await operator.run('check -', tokenWith({ act: { sub: ['bot'] } }));
    expect(out).toMatch(
      /^act\.sub\n {2}found +an array \["bot"\]\n {2}expected +a text of 1 to 255 characters or a whole number, or absent$/m,
    );
  });

  it('imports claims, and is told the lines that name none', async () => {
    const file = join(operator.folder, 'tenants.csv');
    await writeFile(file, 'level,value\nclaim,tenant=one\nclaim,"agent=a,b"\n');
    expect(await operator.run(`import ${file}`)).toMatchObject({ exitCode: 0 });
    expect(await operator.entry('clm#main#tenant#one')).toBeDefined();
    expect(await operator.entry('clm#main#agent#a,b')).toBeDefined();
    await writeFile(file, 'level,value\nclaim,acme\nclaim,tennant=acme\n');
    const { exitCode, err } = await operator.run(`import ${file}`);
    expect(exitCode).toBe(1);
    expect(err).toMatch(
      /line 2: write a claim that the deployment names \(revocationClaims\) and its value, such as tenant=acme/,
    );
    expect(err).toMatch(/line 3: This deployment has no claim "tennant"/);
  });

  it('finds by `lint` entries of claims that the deployment does not name, and mistyped ones that it does', async () => {
    for (const target of ['clm#main#region#eu', 'CLM#main#tenant#two']) {
      await operator.table.put({ target: { S: target } });
    }
    const { findings } = await operator.document('lint');
    expect(findings.toSorted((one, other) => (String(one.kind) < String(other.kind) ? -1 : 1))).toMatchObject([
      {
        target: 'CLM#main#tenant#two',
        kind: 'malformed-target',
        fix: "npm run revocations -- revoke claim tenant=two --issuer main --block --local && npm run revocations -- restore target 'CLM#main#tenant#two' --local",
      },
      {
        target: 'clm#main#region#eu',
        kind: 'unknown-claim',
        fix: "npm run revocations -- restore target 'clm#main#region#eu' --local",
        guess: 'if entries for the claim region are not to count',
        otherwise: 'add it to revocationClaims, and deploy',
      },
    ]);
    for (const target of ['clm#main#region#eu', 'CLM#main#tenant#two']) await operator.table.remove(target);
    expect((await operator.document('lint')).findings).toEqual([]);
  });

  it('finds by `lint` every entry of the level where the deployment has none', async () => {
    await others.table.put({ target: { S: 'clm#main#tenant#acme' } });
    expect((await others.document('lint')).findings).toMatchObject([
      {
        kind: 'level-not-read',
        otherwise: 'add it to revocationLevels, and its claims to revocationClaims, and deploy',
      },
    ]);
    await others.table.remove('clm#main#tenant#acme');
  });
});
