import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasMailAlias, MAX_SUBJECT_ALIASES, mailForm, subjectNames } from '../../../lambda/token/subject-alias.ts';
import { authorizerUnderTest } from '../../support/tokens/authorizer-under-test.ts';
import { loopbackIssuer } from '../../support/tokens/loopback-issuer.ts';

const { tokenOf, trusted } = loopbackIssuer();

const namesOf = (claims: Readonly<Record<string, unknown>>, ...aliases: readonly (readonly string[])[]) =>
  subjectNames(claims, aliases).map(({ claim, name }) => `${claim}: ${name}`);

describe('the names of a subject', () => {
  it.each<[string, Readonly<Record<string, unknown>>, readonly (readonly string[])[], readonly string[]]>([
    ['sub alone', { sub: 'alice', uid: '00u1' }, [], ['sub: alice']],
    ['sub and an alias', { sub: 'alice', uid: '00u1' }, [['uid']], ['sub: alice', 'uid: 00u1']],
    ['an alias in an object', { sub: 'a', act: { sub: 'bot' } }, [['act', 'sub']], ['sub: a', 'act.sub: bot']],
    ['an alias with the value of sub', { sub: 'a', uid: 'a' }, [['uid']], ['sub: a', 'uid: a']],
    ['an alias that is a whole number', { sub: 'a', uid: 42 }, [['uid']], ['sub: a', 'uid: 42']],
    ['an alias with # and =', { sub: 'a', uid: 'x#y=z' }, [['uid']], ['sub: a', 'uid: x#y=z']],
    ['an alias that keeps its capitals', { sub: 'a', uid: '00U1' }, [['uid']], ['sub: a', 'uid: 00U1']],
    [
      'an e-mail address in lower case',
      { sub: 'a', email: 'al@acme.example' },
      [['email']],
      ['sub: a', 'email: al@acme.example'],
    ],
    [
      'an e-mail address with capitals, also as it stands',
      { sub: 'a', email: ' Al@Acme.Example ' },
      [['email']],
      ['sub: a', 'email:  Al@Acme.Example ', 'email: al@acme.example'],
    ],
    [
      'an e-mail address without @ as it stands',
      { sub: 'a', email: 'Al' },
      [['email']],
      ['sub: a', 'email: Al', 'email: al'],
    ],
    [
      'an e-mail address of a team’s own claim',
      { sub: 'a', 'https://acme.example/email': 'a@b' },
      [['https://acme.example/email']],
      ['sub: a', 'https://acme.example/email: a@b'],
    ],
    ['a sub that is an e-mail address, also in lower case', { sub: 'Al@b' }, [['email']], ['sub: Al@b', 'sub: al@b']],
    [
      'a sub that is an e-mail address, as it stands',
      { sub: 'Al@b', uid: 'B@c' },
      [['uid']],
      ['sub: Al@b', 'uid: B@c'],
    ],
  ])('are %s', (_name, claims, aliases, expected) => {
    expect(namesOf(claims, ...aliases)).toEqual(expected);
  });

  it.each([undefined, null, '', 'a\nb', '\ud800', 'x'.repeat(256), [], ['00u1'], {}, true, 1.5, 2 ** 53, Number.NaN])(
    'leave out an alias of %j',
    (value) => {
      expect(namesOf({ sub: 'a', uid: value }, ['uid'])).toEqual(['sub: a']);
      if (value !== 'a\nb') expect(namesOf({ sub: 'a', email: value }, ['email'])).toEqual(['sub: a']);
    },
  );

  it('are not inherited', () => {
    expect(namesOf({ sub: 'a' }, ['constructor', 'name'], ['toString'])).toEqual(['sub: a']);
    const inheriting = Object.assign(Object.create({ uid: '00u1' }), { sub: 'a', act: Object.create({ sub: 'bot' }) });
    expect(namesOf(inheriting, ['uid'], ['act', 'sub'])).toEqual(['sub: a']);
  });

  it.each([
    [[['email']], true],
    [[['uid'], ['profile', 'email']], true],
    [[['https://acme.example/email']], true],
    [[['uid']], false],
    [[['emailed']], false],
    [[['work_email']], false],
    [[['email', 'id']], false],
    [[], false],
    [undefined, false],
  ])('of the aliases %j are compared with e-mail addresses: %s', (subjectAliases, expected) => {
    expect(hasMailAlias(subjectAliases === undefined ? {} : { subjectAliases })).toBe(expected);
  });
});

describe('B15 an entry for a subject', () => {
  const kindOf = async (target: string, claims: Readonly<Record<string, unknown>>, aliases: readonly string[]) => {
    const issuers = [trusted({ subjectAliases: aliases.map((alias) => [alias]) })];
    const readEntries = async (targets: readonly string[]) =>
      targets.includes(target) ? [{ target, before: undefined }] : [];
    return (await authorizerUnderTest({ issuers, readEntries }).decide(`Bearer ${tokenOf(claims)}`)).kind;
  };

  it.each<[string, string, Readonly<Record<string, unknown>>, 'allowed' | 'unauthorized']>([
    ['by the alias', 'sub#main#00u1', { uid: '00u1' }, 'unauthorized'],
    ['by sub', 'sub#main#alice', { uid: '00u1' }, 'unauthorized'],
    ['of another alias', 'sub#main#00u2', { uid: '00u1' }, 'allowed'],
    ['by an alias of another case', 'sub#main#00U1', { uid: '00u1' }, 'allowed'],
    ['by e-mail address, whatever its case', 'sub#main#al@acme.example', { email: 'Al@ACME.example' }, 'unauthorized'],
    ['by an e-mail address with the same capitals', 'sub#main#Al@ACME.b', { email: 'Al@ACME.b' }, 'unauthorized'],
    ['by an e-mail address with other capitals', 'sub#main#AL@ACME.b', { email: 'Al@ACME.b' }, 'allowed'],
    ['by an e-mail address without @', 'sub#main#Alice', { email: 'Alice' }, 'unauthorized'],
    ['by sub where the alias is malformed', 'sub#main#alice', { uid: ['00u1'] }, 'unauthorized'],
    ['of somebody else where the alias is malformed', 'sub#main#bob', { uid: ['00u1'], email: {} }, 'allowed'],
    ['by a claim that is no alias', 'sub#main#oid-1', { oid: 'oid-1' }, 'allowed'],
  ])('%s: %s, token with %j: %s', async (_name, target, claims, kind) => {
    expect(await kindOf(target, claims, ['uid', 'email'])).toBe(kind);
  });

  it('is asked for once where several claims have its value, since DynamoDB rejects a read that names a key twice', async () => {
    const issuers = [trusted({ subjectAliases: [['uid'], ['email']] })];
    const authorizer = authorizerUnderTest({ issuers });
    await authorizer.decide(`Bearer ${tokenOf({ sub: 'al@b.c', uid: 'AL@b.c', email: 'Al@B.c' })}`);
    const subjects = authorizer.reads.flat().filter((target) => target.startsWith('sub#'));
    // The subject is also the address in lower case.
    expect(subjects).toEqual(['sub#main#al@b.c', 'sub#main#AL@b.c', 'sub#main#Al@B.c']);
  });

  it('by an alias counts only where the issuer has the alias', async () => {
    expect(await kindOf('sub#main#00u1', { uid: '00u1' }, [])).toBe('allowed');
  });
});

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('Al@b.c', 'al@b.c', 'uid', '00u1', 'x'.repeat(256)),
);
const value = fc.oneof({ weight: 5, arbitrary: text }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 1 }) });
const alias = fc.constantFrom('uid', 'oid', 'email');

it('B15 an alias revokes too much and never too little: a token keeps every name that it has without the alias', () => {
  const claims = fc.record({ sub: text, uid: value, oid: value, email: value }, { requiredKeys: ['sub'] });
  const aliases = fc.uniqueArray(alias, { maxLength: MAX_SUBJECT_ALIASES });
  fc.assert(
    fc.property(claims, aliases, (token, names) => {
      const found = subjectNames(
        token,
        names.map((name) => [name]),
      );
      const fewer = subjectNames(
        token,
        names.slice(1).map((name) => [name]),
      );
      for (const { name } of fewer) expect(found.map((one) => one.name)).toContain(name);
      for (const { claim, name } of found) {
        const own = (token as Readonly<Record<string, unknown>>)[claim];
        expect([String(own), mailForm(String(own))]).toContain(name);
      }
    }),
    { numRuns: 2_000 },
  );
});
