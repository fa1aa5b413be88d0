import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keySet, type LoopbackServer, startLoopbackServer } from '../../support/network/loopback-server.ts';
import { describedAuthorizer, type OperatorAtWork, operatorAtWork } from '../../support/operator/operator-at-work.ts';
import { trustedIssuer } from '../../support/tokens/sample-issuer.ts';
import { createSigningKey } from '../../support/tokens/signing-keys.ts';

const key = createSigningKey('ES256', 'key-1');
let issuer: LoopbackServer;
let operator: OperatorAtWork;
beforeAll(async () => {
  issuer = await startLoopbackServer(keySet(key.publicJwk));
  const issuers = [
    trustedIssuer({ jwksUri: `${issuer.address}/jwks` }),
    trustedIssuer({ alias: 'other', issuer: 'https://other.example/', jwksUri: 'http://127.0.0.1:9/jwks' }),
  ];
  operator = await operatorAtWork(describedAuthorizer(issuers));
});
afterAll(async () => {
  await operator.leave();
  await issuer.close();
});

const count = async () => (await operator.document('list --all')).entries.length;

describe('a value that no token carries is rejected with the command that was meant, and nothing is written', () => {
  it.each([
    ['principalId', 'subject main#alice', 'revoke subject alice --issuer main'],
    [
      'principalId of another issuer than named',
      'subject other#alice --issuer main',
      'revoke subject alice --issuer other',
    ],
    ['principalId with its alias in capitals', 'subject MAIN#alice', 'revoke subject alice --issuer main'],
    ['principalId as a URL has it', 'subject main%23alice', 'revoke subject alice --issuer main'],
    ['principalId with a # in the subject', 'subject main#a#b', "revoke subject 'a#b' --issuer main"],
    ['principalId twice', 'subject main#main#alice', 'revoke subject alice --issuer main'],
    ['a client with the alias', 'client main#app', 'revoke client app --issuer main'],
    ['a session with the alias', 'session main#s', 'revoke session s --issuer main'],
    ['a key with the alias', 'key main#k', 'revoke key k --issuer main'],
    ['a token id with the alias', 'token --jwt-id main#t', 'revoke token --jwt-id t --issuer main'],
    ['a partition key', 'subject sub#main#alice', 'revoke subject alice --issuer main'],
    ['a partition key in capitals', 'subject SUB#Main#alice', 'revoke subject alice --issuer main'],
    ['a partition key of another level', 'subject jti#main#x', 'revoke token --jwt-id x --issuer main'],
    ['a partition key as a token id', 'token --jwt-id jti#main#x', 'revoke token --jwt-id x --issuer main'],
    ['a partition key of an issuer', 'issuer iss#main', 'revoke issuer main'],
    ['an issuer as a subject', 'subject iss#other', 'revoke issuer other'],
    ['double quotes', `subject '"alice"' --issuer main`, 'revoke subject alice --issuer ALIAS'],
    ['quotes around principalId', `subject '"main#alice"'`, 'revoke subject alice --issuer main'],
    ['backquotes', 'subject `alice`', 'revoke subject alice --issuer ALIAS'],
    ['Bearer', "token --jwt-id 'Bearer abc'", 'revoke token --jwt-id abc --issuer ALIAS'],
    ['the whole header', "token --jwt-id 'Authorization: Bearer abc'", 'revoke token --jwt-id abc --issuer ALIAS'],
  ])('%s: revoke %s', async (_, words, meant) => {
    const before = await count();
    const { exitCode, out, err } = await operator.run(`revoke ${words}`);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toContain(`npm run revocations -- ${meant}`);
    expect(await count()).toBe(before);
  });

  it.each(['restore', 'show'])('by %s too', async (verb) => {
    const { exitCode, err } = await operator.run(`${verb} subject main#alice`);
    expect({ exitCode, err }).toEqual({
      exitCode: 2,
      err: expect.stringContaining(`${verb} subject alice --issuer main`),
    });
  });

  it('from a line of a file too', async () => {
    const { exitCode, err } = await operator.run('import -', 'level,value,issuer\nsubject,main#alice,main\n');
    expect({ exitCode, err }).toEqual({
      exitCode: 1,
      err: expect.stringMatching(/line 2: .*begins with an issuer's alias/),
    });
  });
});

describe('a subject that really begins with an alias', () => {
  it('is explained in the rejection of a file’s line, with `exact` as the remedy', async () => {
    const { err } = await operator.run('import -', 'level,value,issuer\nsubject,main#alice,main\n');
    expect(err).toMatch(
      /write the value alice and the issuer main; if a token really carries it like that, set `exact` to true/,
    );
    expect(err).not.toMatch(/--exact|npm run/);
  });

  it.each([
    ['a column', 'level,value,issuer,exact\nsubject,main#column,main,TRUE\nsubject,plain,main,\n', 'column'],
    ['a member', '{"level":"subject","value":"main#member","issuer":"main","exact":true}', 'member'],
    ['a member in quotes', '{"level":"subject","value":"main#quoted","issuer":"main","exact":"true"}', 'quoted'],
  ])('is imported with `exact`, %s', async (_, file, subject) => {
    expect(await operator.run('import -', file)).toMatchObject({ exitCode: 0 });
    expect(await operator.entry(`sub#main#main#${subject}`)).toBeDefined();
  });

  it.each([
    ['level,value,issuer,exact\nsubject,main#x,main,false', /begins with an issuer's alias/],
    ['{"level":"subject","value":"main#x","issuer":"main","exact":false}', /begins with an issuer's alias/],
    ['level,value,issuer,exact\nsubject,x,main,yes', /its exact is neither true nor false/],
    ['{"level":"subject","value":"x","issuer":"main","exact":1}', /its member "exact" is a number/],
    ['{"level":"subject","value":"x","issuer":"main","reason":true}', /its member "reason" is true or false/],
  ])('is not imported from %s', async (file, sentence) => {
    const { exitCode, err } = await operator.run('import -', file);
    expect({ exitCode, err }).toEqual({ exitCode: 1, err: expect.stringMatching(sentence) });
  });

  it('is revoked, shown and restored with --exact', async () => {
    const words = 'subject main#alice --issuer main --exact';
    expect(await operator.run(`revoke ${words}`)).toMatchObject({ exitCode: 0 });
    expect(await operator.entry('sub#main#main#alice')).toBeDefined();
    expect((await operator.run(`show ${words}`)).out).toMatch(/subject main#alice of main/);
    expect(await operator.run(`restore ${words}`)).toMatchObject({ exitCode: 0 });
    expect(await operator.entry('sub#main#main#alice')).toBeUndefined();
  });

  it.each(['main', 'mainly#alice', 'third#alice', '#alice', 'main#', 'sub#third#x', "d'arc", '"', 'a "b" c'])(
    'needs --exact, but other ids do not: %s',
    async (value) => {
      const { exitCode } = await operator.run(`revoke subject ${quoted(value)} --issuer main --dry-run`);
      expect(exitCode).toBe(0);
    },
  );
});

/** The value quoted for the tests' command lines, which know no escapes. */
function quoted(value: string): string {
  return value.includes("'") ? value.replaceAll("'", '’') : `'${value}'`;
}

describe('revoke key asks the issuer', () => {
  it('and says nothing about a key that the issuer publishes', async () => {
    const { exitCode, out } = await operator.run('revoke key key-1 --issuer main');
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: expect.not.stringContaining('publishes') });
  });

  it.each(['', ' --dry-run', ' --json'])('and says when the issuer publishes no such key%s', async (options) => {
    const { exitCode, out } = await operator.run(`revoke key kye-1 --issuer main${options}`);
    expect({ exitCode, out }).toEqual({
      exitCode: 0,
      out: expect.stringMatching(
        /main publishes no usable key with this id now: check the id \(kid\)\. .*the key kye-1/,
      ),
    });
  });

  it('and says when it cannot reach the issuer, but writes the entry', async () => {
    const { exitCode, out } = await operator.run('revoke key k --issuer other');
    expect({ exitCode, out }).toEqual({
      exitCode: 0,
      out: expect.stringMatching(/\nWhether other publishes the key k could not be looked up \(.*\): check the id/),
    });
    expect(await operator.entry('kid#other#k')).toBeDefined();
  });
});
