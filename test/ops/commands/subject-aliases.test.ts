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
  const issuer = trustedIssuer({ jwksUri: `${server.address}/jwks` });
  operator = await operatorAtWork(describedAuthorizer([{ ...issuer, subjectAliases: [['uid'], ['email']] }]));
  others = await operatorAtWork(describedAuthorizer([issuer]));
});
afterAll(async () => {
  await Promise.all([operator.leave(), others.leave()]);
  await server.close();
});

const isThere = async (target: string) => (await operator.entry(target)) !== undefined;

describe('an operator whose issuer names subjects by other claims too', () => {
  it('is told which claims an entry for a subject covers, in words and in JSON', async () => {
    const { exitCode, out } = await operator.run('revoke subject 00u1abc');
    expect(exitCode).toBe(0);
    expect(out).toContain('\n  (It covers tokens of main that have this value in sub, uid or email.)\n');
    const document = await operator.document('revoke subject 00u1abc --dry-run');
    expect(document.regions).toMatchObject([{ claims: ['sub', 'uid', 'email'] }]);
    expect((await operator.document('revoke client c1')).regions).toMatchObject([{ claims: null }]);
    expect((await operator.run('show subject 00u1abc')).out).toContain('\n  compared     with sub, uid or email\n');
  });

  it('is told nothing of claims where sub is the only one', async () => {
    expect((await others.run('revoke subject 00u1abc')).out).not.toContain('covers');
    expect((await others.document('revoke subject 00u1abc')).regions).toMatchObject([{ claims: null }]);
    expect((await others.run('show subject 00u1abc')).out).not.toContain('compared');
  });

  it('sees by `check` which claim of the token matched', async () => {
    await operator.run('revoke subject 00u2 --by ann');
    const token = tokenWith({ uid: '00u2', email: 'Al@acme.example' });
    const { out } = await operator.run('check -', token);
    expect(out).toMatch(/^Verdict: rejected \(401\): It has been revoked\./);
    expect(out).toContain("REVOKED BY subject 00u2 of main (the token's uid): ");
    expect(out).toMatch(
      /claims +passed +subject alice, also 00u2 and Al@acme\.example and al@acme\.example, client client-1/,
    );
    const document = await operator.document('check -', token);
    expect(document).toMatchObject({
      token: { subject: 'alice', subjects: ['alice', '00u2', 'Al@acme.example', 'al@acme.example'] },
    });
    expect(document.entries).toMatchObject([{ target: 'sub#main#00u2', revokes: true, claims: ['uid'] }]);
  });

  it('sees every claim that matched, and none for an entry of another level', async () => {
    await operator.run('revoke subject twin@acme.example');
    await operator.run('revoke session twin-session');
    const token = tokenWith({ sub: 'Twin@acme.example', email: 'TWIN@acme.example', sid: 'twin-session' });
    expect((await operator.document('check -', token)).entries).toMatchObject([
      { target: 'sid#main#twin-session', claims: [] },
      { target: 'sub#main#twin@acme.example', claims: ['sub', 'email'] },
    ]);
  });

  it('is told about a token of the same deployment without aliases that it matched by its level alone', async () => {
    await others.run('revoke subject alone');
    const { out } = await others.run('check -', tokenWith({ sub: 'alone' }));
    expect(out).toContain('REVOKED BY subject alone of main: ');
  });
});

describe('an e-mail address', () => {
  it('is written in lower case, and found, shown and restored in any case', async () => {
    const { out } = await operator.run('revoke subject Bo@Acme.Example');
    expect(out).toContain('Revoked subject bo@acme.example of main (sub#main#bo@acme.example)');
    expect(out).toMatch(/Undo: .*restore subject bo@acme\.example --issuer main --local\n$/);
    expect((await operator.run('check -', tokenWith({ email: 'BO@ACME.EXAMPLE' }))).out).toMatch(/^Verdict: rejected/);
    expect((await operator.run('show subject BO@acme.example')).out).toContain('rejects');
    expect((await operator.run('restore subject bO@acme.example')).out).toContain('restored subject bo@acme.example');
    expect(await isThere('sub#main#bo@acme.example')).toBe(false);
  });

  it('is written in lower case by an import', async () => {
    const file = join(operator.folder, 'leavers.csv');
    await writeFile(file, 'level,value\nsubject,Cy@Acme.Example\n');
    expect(await operator.run(`import ${file}`)).toMatchObject({ exitCode: 0 });
    expect(await isThere('sub#main#cy@acme.example')).toBe(true);
  });

  it('keeps its case with --exact, at other levels, and where e-mail addresses are not compared', async () => {
    const { out } = await operator.run('revoke subject Di@acme.example --exact');
    expect(await isThere('sub#main#Di@acme.example')).toBe(true);
    const undo = /Undo: npm run revocations -- (.*)\n/.exec(out)?.[1] ?? '';
    expect(undo).toBe('restore subject Di@acme.example --issuer main --exact --local');
    await operator.run(undo);
    expect(await isThere('sub#main#Di@acme.example')).toBe(false);
    await operator.run('revoke session Di@acme.example');
    expect(await isThere('sid#main#Di@acme.example')).toBe(true);
    await others.run('revoke subject Di@acme.example');
    expect(await others.entry('sub#main#Di@acme.example')).toBeDefined();
  });

  it('with capitals in an entry by hand is found by `lint`, whose fix writes it in lower case', async () => {
    await operator.table.put({ target: { S: 'sub#main#Ed@Acme.example' }, before: { N: String(NOW) } });
    const { findings } = await operator.document('lint');
    const found = findings.filter(({ target }) => target === 'sub#main#Ed@Acme.example');
    expect(found.map(({ kind }) => kind)).toContain('capitals-in-email');
    expect(found[0]).toMatchObject({ guess: 'unless tokens have it exactly so' });
    for (const command of String(found[0]?.fix).split(' && ')) {
      const words = command.replace('npm run revocations -- ', '');
      expect(await operator.run(words)).toMatchObject({ exitCode: 0 });
    }
    expect(await isThere('sub#main#Ed@Acme.example')).toBe(false);
    expect(await isThere('sub#main#ed@acme.example')).toBe(true);
    expect((await operator.document('lint')).findings).toEqual([]);
  });
});
