import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  describedAuthorizer,
  type OperatorAtWork,
  operatorAtWork,
} from '../../../support/operator/operator-at-work.ts';
import { goodClaims, NOW, trustedIssuer } from '../../../support/tokens/sample-issuer.ts';
import { segment } from '../../../support/tokens/signed-token.ts';

const issuers = [
  trustedIssuer(),
  trustedIssuer({ alias: 'noid', issuer: 'https://noid.example/', tokensWithoutId: 'digest' }),
];

const unsignedToken = (claims: Readonly<Record<string, unknown>>) =>
  `${segment({ alg: 'RS256', typ: 'at+jwt', kid: 'k' })}.${segment(goodClaims(claims))}.c2ln`;

let operator: OperatorAtWork;
beforeAll(async () => {
  operator = await operatorAtWork(
    describedAuthorizer(issuers, { revocationLevels: ['token', 'session', 'subject', 'client', 'key', 'issuer'] }),
  );
});
afterAll(() => operator.leave());

const LIFE_AND_MARGIN = 86_400 + 5 + 3600;

describe('an entry for each level, with the purge time that the deployment allows', () => {
  it.each([
    ['token --jwt-id j1 --issuer main', 'jti#main#j1', undefined, NOW + LIFE_AND_MARGIN],
    ['token --jwt-id j2 --issuer main --ends-at 1800000600', 'jti#main#j2', undefined, NOW + 600 + 5 + 3600],
    ['session s1 --issuer main', 'sid#main#s1', undefined, undefined],
    ['session s2 --issuer main --ends-at 1800000600', 'sid#main#s2', undefined, NOW + 600 + LIFE_AND_MARGIN],
    ['subject alice --issuer main', 'sub#main#alice', NOW, NOW + 2 + LIFE_AND_MARGIN],
    ['subject al#ice --issuer main', 'sub#main#al#ice', NOW, NOW + 2 + LIFE_AND_MARGIN],
    ['subject bob --issuer main --block', 'sub#main#bob', undefined, undefined],
    ['client c1 --issuer main --before 1799999000', 'cid#main#c1', 1_799_999_000, NOW + 2 + LIFE_AND_MARGIN],
    ['client c2 --issuer main --before 1800003600', 'cid#main#c2', NOW + 3600, NOW + 3600 + 2 + LIFE_AND_MARGIN],
    ['key k1 --issuer main', 'kid#main#k1', undefined, undefined],
    ['issuer main', 'iss#main', NOW, NOW + 2 + LIFE_AND_MARGIN],
  ])('revoke %s', async (words, target, before, purgeAt) => {
    const { exitCode, out } = await operator.run(`revoke ${words} --reason 'laptop lost' --by ann`);
    expect(out).toMatch(/confirmed by a strong read/);
    expect(exitCode).toBe(0);
    expect(await operator.entry(target)).toEqual({
      target: { S: target },
      ...(before !== undefined && { before: { N: String(before) } }),
      ...(purgeAt !== undefined && { purgeAt: { N: String(purgeAt) } }),
      reason: { S: 'laptop lost' },
      revokedBy: { S: 'ann' },
      revokedAt: { S: '2027-01-15T08:00:00Z' },
    });
  });
});

describe('a token on standard input', () => {
  it('is revoked by its id, whatever its signature is, and never printed', async () => {
    const token = unsignedToken({ jti: 'whole-1' });
    const spelled = `Bearer ${token.slice(0, -1)}~~\n`;
    const { exitCode, out, err } = await operator.run('revoke token -', spelled);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(out).not.toContain(token.slice(0, 20));
    expect(await operator.entry('jti#main#whole-1')).toBeDefined();
  });

  it('keeps its entry as long as any token can live, because its own times are not verified', async () => {
    await operator.run('revoke token -', unsignedToken({ jti: 'forged-exp', exp: NOW - 1e6, iat: NOW - 1e6 }));
    expect((await operator.entry('jti#main#forged-exp'))?.purgeAt).toEqual({ N: String(NOW + LIFE_AND_MARGIN) });
  });

  it('without an id is revoked by the digest of its signed part, where the issuer has opted in', async () => {
    const token = unsignedToken({ iss: 'https://noid.example/', jti: undefined });
    await operator.run('revoke token -', token);
    const digest = createHash('sha256')
      .update(token.slice(0, token.lastIndexOf('.')))
      .digest('hex');
    expect(await operator.entry(`th#noid#${digest}`)).toBeDefined();
  });

  it.each([
    ['from an issuer that is not trusted', unsignedToken({ iss: 'https://issuer.example' }), /not from an issuer/],
    ['without an id', unsignedToken({ jti: undefined }), /has no id \(jti\)/],
    ['with an id that is not text', unsignedToken({ jti: 7 }), /not a text of 1 to 255/],
    ['cut short', unsignedToken({}).slice(0, 60), /not a JWT/],
    ['that is not JSON inside', 'AAAA.BBBB.CCCC', /not a JWT/],
    ['that is missing', '', /holds no token/],
  ])('%s is rejected in one sentence, and nothing is written', async (_, token, sentence) => {
    const before = await countOf();
    const { exitCode, out, err } = await operator.run('revoke token -', token);
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
    expect(err).toMatch(sentence);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err).not.toMatch(/eyJ/);
    expect(await countOf()).toBe(before);
  });
});

const countOf = async () => (await operator.document('list --all')).entries.length;

describe('revoking again keeps the stronger of both entries', () => {
  it('when the new `before` is later, and says that it was revoked already', async () => {
    await operator.run('revoke subject carol --issuer main --by ann --reason first');
    operator.setClock(NOW + 50);
    const { out } = await operator.run('revoke subject carol --issuer main --by bob');
    operator.setClock(NOW);
    expect(out).toMatch(/revoked already; now the stronger of both/);
    expect(await operator.entry('sub#main#carol')).toMatchObject({
      before: { N: String(NOW + 50) },
      reason: { S: 'first' },
      revokedBy: { S: 'bob' },
    });
  });

  it('when the new `before` is earlier: nothing is written', async () => {
    await operator.run('revoke subject dave --issuer main');
    const before = await operator.entry('sub#main#dave');
    const { exitCode, out } = await operator.run('revoke subject dave --issuer main --before 1799990000');
    expect({ exitCode, entry: await operator.entry('sub#main#dave') }).toEqual({ exitCode: 0, entry: before });
    expect(out).toMatch(/at least as strong; nothing written/);
  });

  it('when there is a block: it never becomes a `before`', async () => {
    await operator.table.put({ target: { S: 'sub#main#erin' } });
    await operator.run('revoke subject erin --issuer main');
    expect(await operator.entry('sub#main#erin')).toEqual({ target: { S: 'sub#main#erin' } });
  });

  it('when there is a malformed `before`, which blocks: it becomes a block', async () => {
    await operator.table.put({ target: { S: 'sub#main#fred' }, before: { S: '1700000000' }, note: { S: 'by hand' } });
    await operator.run('revoke subject fred --issuer main');
    const entry = await operator.entry('sub#main#fred');
    expect(entry).toMatchObject({ note: { S: 'by hand' } });
    expect(entry).not.toHaveProperty('before');
    expect(entry).not.toHaveProperty('purgeAt');
  });

  it('but not with --replace, which writes the weaker one', async () => {
    await operator.table.put({ target: { S: 'sub#main#gina' } });
    await operator.run('revoke subject gina --issuer main --replace');
    expect(await operator.entry('sub#main#gina')).toMatchObject({ before: { N: String(NOW) } });
  });

  it('when twenty operators do it at once', async () => {
    const instants = Array.from({ length: 20 }, (_, index) => NOW - 1000 + 50 * index);
    const all = instants.map((before) => operator.run(`revoke subject rush --issuer main --before ${before}`));
    expect((await Promise.all(all)).map(({ exitCode }) => exitCode)).toEqual(instants.map(() => 0));
    expect((await operator.entry('sub#main#rush'))?.before).toEqual({ N: String(Math.max(...instants)) });
  });
});

describe('the output', () => {
  it('says by when tokens are rejected for certain, and when it is expected', async () => {
    const report = await operator.document('revoke key shown --issuer main');
    expect(report.regions[0]).toMatchObject({
      outcome: 'written',
      confirmed: true,
      guaranteedLagSeconds: 67,
      expectedLagSeconds: 2,
      acknowledgedAt: '2027-01-15T08:00:00Z',
      rejectedForCertainBy: '2027-01-15T08:01:07Z',
    });
    const { out } = await operator.run('revoke key shown2 --issuer main');
    expect(out).toMatch(/for certain by 2027-01-15T08:01:07Z \(in 67 s\); expected within about 2 s/);
  });

  it('promises no flush with --no-flush', async () => {
    const { out } = await operator.run('revoke key quiet --issuer main --no-flush');
    expect(out).toMatch(/without a cache flush/);
    expect(await operator.entry('kid#main#quiet')).toMatchObject({ flush: { BOOL: false } });
  });

  it('explains the default', async () => {
    const { out } = await operator.run('revoke subject hal --issuer main');
    expect(out).toMatch(/issued until 2027-01-15T08:00:00Z; later ones work/);
    expect(out).toMatch(/The default\. --block/);
  });

  it('says "Would revoke" with --dry-run, and nothing is written', async () => {
    const { out, exitCode } = await operator.run('revoke subject ida --issuer main --dry-run');
    expect({ exitCode, entry: await operator.entry('sub#main#ida') }).toEqual({ exitCode: 0, entry: undefined });
    expect(out).toMatch(/^Would revoke subject ida of main/);
  });

  it('names the account on this machine as the author unless --by does', async () => {
    await operator.run('revoke key authored --issuer main');
    expect((await operator.entry('kid#main#authored'))?.revokedBy?.S).toMatch(/./);
  });
});

describe('a revocation that would revoke nothing is rejected', () => {
  it.each([
    ['revoke subject x', /several issuers: add --issuer with one of main, noid/],
    ['revoke subject x --issuer Main', /no issuer with the alias "Main": it has main, noid/],
    ['revoke issuer other', /no issuer with the alias "other"/],
    ['revoke subject x --issuer main --before 1700000000', /have all expired.*--force/],
    [
      'revoke token --jwt-id x --issuer main --ends-at 2027-01-15T07:30:00Z',
      /--ends-at is 2027-01-15T07:30:00Z, .*have all expired.*vanish.*leave it out\./,
    ],
    ['revoke session x --issuer main --ends-at 1799913000', /--ends-at is .*have all expired.*leave it out\./],
  ])('%s', async (commandLine, sentence) => {
    const { exitCode, out, err } = await operator.run(commandLine);
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
    expect(err).toMatch(sentence);
  });

  it.each([
    ['a session that has ended, while its last tokens live', 'session ended --ends-at 1799950000', 'sid#main#ended'],
    ['a token that may live by the tolerance', 'token --jwt-id last --ends-at 1799999996', 'jti#main#last'],
  ])('but not %s', async (_, words, target) => {
    expect(await operator.run(`revoke ${words} --issuer main`)).toMatchObject({ exitCode: 0 });
    expect(Number((await operator.entry(target))?.purgeAt?.N)).toBeGreaterThan(NOW);
  });

  it('at a level that the deployment does not read', async () => {
    const narrow = await operatorAtWork(describedAuthorizer(issuers, { revocationLevels: ['token', 'subject'] }));
    const { exitCode, err } = await narrow.run('revoke session s --issuer main');
    await narrow.leave();
    expect({ exitCode, err }).toEqual({ exitCode: 1, err: expect.stringMatching(/does not read session entries/) });
  });
});

it('revoke exits with 1 and says what happened when the table does not exist', async () => {
  const cut = await operatorAtWork(undefined, { table: 'no-such-table' });
  const { exitCode, out } = await cut.run('revoke subject alice');
  await cut.leave();
  expect(exitCode).toBe(1);
  expect(out).toMatch(/eu-west-1: NOT WRITTEN: .*ResourceNotFoundException/);
  expect(out).toMatch(/NOT CONFIRMED in eu-west-1/);
});
