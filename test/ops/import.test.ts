import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { csvFields } from '../../ops/csv.ts';
import { NOW } from '../support/trusted-issuer.ts';
import { type OperatorAtWork, operatorAtWork } from './operator-at-work.ts';

let operator: OperatorAtWork;
beforeAll(async () => {
  operator = await operatorAtWork();
});
afterAll(() => operator.leave());
beforeEach(() => operator.setClock(NOW));

describe('CSV fields', () => {
  it.each([
    ['a,b,c', ['a', 'b', 'c']],
    ['a,,', ['a', '', '']],
    [' a , b', ['a', 'b']],
    ['"a, b","say ""hi""",c', ['a, b', 'say "hi"', 'c']],
    ['', ['']],
    ['"a', undefined],
    ['a"b', undefined],
    ['"a"b', undefined],
  ])('%s', (line, fields) => expect(csvFields(line)).toEqual(fields));
});

describe('import', () => {
  it('writes each line of a CSV file as the revoke command would', async () => {
    const file = [
      'level,value,before,endsAt,reason',
      'subject,imp-1,now,,"left, yesterday"',
      'subject,imp-2,block,,',
      'client,imp-3,1799999000,,',
      'token,imp-4,,1800000600,',
      'session,imp-5,,,',
      'key,imp-6,,,',
      'issuer,main,2027-01-15T07:00:00Z,,',
    ].join('\r\n');
    const { exitCode, out } = await operator.run('import - --by ann --reason closed', file);
    expect({ exitCode, out }).toEqual({
      exitCode: 0,
      out: expect.stringMatching(/7 entries written, 0 were there already/),
    });
    const times = async (target: string) => {
      const entry = await operator.entry(target);
      return [entry?.before?.N, entry?.purgeAt?.N, entry?.reason?.S, entry?.revokedBy?.S];
    };
    const purgeAt = String(NOW + 2 + 86_400 + 5 + 3600);
    expect(await times('sub#main#imp-1')).toEqual([String(NOW), purgeAt, 'left, yesterday', 'ann']);
    expect(await times('sub#main#imp-2')).toEqual([undefined, undefined, 'closed', 'ann']);
    expect(await times('cid#main#imp-3')).toEqual(['1799999000', purgeAt, 'closed', 'ann']);
    expect(await times('jti#main#imp-4')).toEqual([undefined, String(NOW + 600 + 3605), 'closed', 'ann']);
    expect(await times('sid#main#imp-5')).toEqual([undefined, undefined, 'closed', 'ann']);
    expect(await times('kid#main#imp-6')).toEqual([undefined, undefined, 'closed', 'ann']);
    expect(await times('iss#main')).toEqual([String(NOW - 3600), purgeAt, 'closed', 'ann']);
  });

  it('takes JSONL, from a file', async () => {
    const file = join(operator.folder, 'revocations.jsonl');
    await writeFile(
      file,
      '{"level":"subject","value":"jsonl-1","before":1799999999}\n\n{"level":"key","value":"jsonl-2","reason":null}\n',
    );
    expect(await operator.run(`import ${file}`)).toMatchObject({ exitCode: 0 });
    expect(await operator.entry('sub#main#jsonl-1')).toMatchObject({ before: { N: '1799999999' } });
    expect(await operator.entry('kid#main#jsonl-2')).toBeDefined();
  });

  it('writes a target that stands in several lines once, as strong as all of them', async () => {
    const lines = [
      'subject,dup,1799999000',
      'subject,dup,1799999500',
      'subject,dup,1799999100',
      'subject,dup2,block',
      'subject,dup2,now',
    ];
    await operator.run('import -', ['level,value,before', ...lines].join('\n'));
    expect((await operator.entry('sub#main#dup'))?.before).toEqual({ N: '1799999500' });
    expect(await operator.entry('sub#main#dup2')).not.toHaveProperty('before');
  });

  it('never weakens an entry that is there', async () => {
    await operator.table.put({ target: { S: 'sub#main#strong' }, reason: { S: 'closed' } });
    await operator.run('import -', 'level,value\nsubject,strong');
    expect(await operator.entry('sub#main#strong')).toEqual({
      target: { S: 'sub#main#strong' },
      reason: { S: 'closed' },
    });
  });

  it('writes an entry anew that was kept from flushing, unless --no-flush is given', async () => {
    await operator.table.put({ target: { S: 'kid#main#unflushed' }, flush: { BOOL: false } });
    const file = 'level,value\nkey,unflushed';
    expect((await operator.run('import - --no-flush', file)).out).toMatch(/0 entries written, 1 were there already/);
    expect((await operator.run('import -', file)).out).toMatch(/1 entries written, 0 were there already/);
    expect(await operator.entry('kid#main#unflushed')).not.toHaveProperty('flush');
  });

  it('that was stopped is resumed by its --as-of, without writing anything again', async () => {
    const lines = Array.from({ length: 260 }, (_, index) => `subject,resumed-${index}\ntoken,resumed-${index}`);
    const first = await operator.run('import -', ['level,value', ...lines.slice(0, 130)].join('\n'));
    const asOf = /--as-of (\S+)\./.exec(first.err)?.[1];
    operator.setClock(NOW + 900);
    const second = await operator.run(`import - --as-of ${asOf}`, ['level,value', ...lines].join('\n'));
    expect(second.out).toMatch(/260 entries written, 260 were there already/);
    expect((await operator.entry('sub#main#resumed-0'))?.before).toEqual({ N: String(NOW) });
    expect((await operator.entry('sub#main#resumed-259'))?.before).toEqual({ N: String(NOW) });
  });

  it('leaves out tokens that have expired for certain, and names the lines', async () => {
    const file = 'level,value,endsAt\ntoken,past,1700000000\ntoken,half-an-hour,1799998200\nsession,old,1799913000';
    const { out, err } = await operator.run('import -', file);
    expect(out).toMatch(/0 entries written.*3 lines left out because their tokens have expired/);
    expect(err).toMatch(/line 2: left out, because by its endsAt, 2023-11-14T22:13:20Z, its tokens have all expired/);
    expect(err).toMatch(/line 3: left out/);
    expect(err).toMatch(/line 4: left out/);
  });

  it('names the --as-of to repeat in its first line on standard error, whatever else it says there', async () => {
    const file = 'level,value,endsAt\nuser,x,\ntoken,past,1700000000\nkey,first-line,';
    const { err } = await operator.run('import - --skip-bad', file);
    expect(err).toMatch(/^If this import is stopped, resume it with --as-of 2027-01-15T08:00:00Z\.\n/);
    expect(err).toMatch(/line 2: its level/);
  });

  it('writes an ineffective `before` only with --force', async () => {
    const file = 'level,value,before\nsubject,forced,1700000000';
    expect(await operator.run('import - --force', file)).toMatchObject({ exitCode: 0 });
    expect(await operator.entry('sub#main#forced')).toMatchObject({ before: { N: '1700000000' } });
  });

  it('with an --as-of so old that `now` would revoke nothing is refused', async () => {
    const { exitCode, err } = await operator.run('import - --as-of 1799900000', 'level,value\nsubject,late-resume');
    expect({ exitCode, err }).toEqual({ exitCode: 1, err: expect.stringMatching(/line 2: .*have all expired/) });
    expect(await operator.entry('sub#main#late-resume')).toBeUndefined();
  });

  it('--dry-run writes nothing', async () => {
    const { out } = await operator.run('import - --dry-run', 'level,value\nkey,dry');
    expect({ out, entry: await operator.entry('kid#main#dry') }).toEqual({
      out: expect.stringMatching(/would write up to 1 entries/),
      entry: undefined,
    });
  });
});

describe('bad lines', () => {
  const token = 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2kifQ.c2lnbmF0dXJl';
  it.each([
    ['user,x,,,', /line 3: its level is none of token, session/],
    ['subject,,,,', /line 3: it has no value for its subject/],
    [`token,${token},,,`, /line 3: the value looks like a token/],
    ['subject,x,other,,', /line 3: .*no issuer with the alias "other"/],
    ['subject,x,,tomorrow,', /line 3: before is "tomorrow", which is no instant/],
    ['subject,x,,1800000000000,', /line 3: before is 1800000000000, which looks like milliseconds/],
    ['subject,x,,1900000000,', /line 3: `before` is .*more than 24 h ahead/],
    ['subject,x,,1700000000,', /line 3: .*2023-11-14T22:13:20Z have all expired.*--force/],
    ['key,x,,now,', /line 3: `before` goes with subject, client and issuer only/],
    ['key,x,,,1800000000', /line 3: `endsAt` goes with token and session only/],
    ['key,x,,,,,', /line 3: it has 7 fields under 5 columns/],
    ['key,"x,,,', /line 3: its quotes do not match/],
  ])('%s', async (line, sentence) => {
    const file = `level,value,issuer,before,endsAt\nkey,good-neighbour,,,\n${line}`;
    const { exitCode, out, err } = await operator.run('import -', file);
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
    expect(err).toMatch(sentence);
    expect(err).toMatch(/Nothing was written, because 1 of 2 lines are bad/);
    expect(err).not.toMatch(/eyJ/);
    expect(await operator.entry('kid#main#good-neighbour')).toBeUndefined();
  });

  it.each([
    ['', /The file is empty/],
    ['level,ttl\nkey,x', /The header line has "ttl"/],
    ['value\nx', /The header line lacks "level"/],
    ['level,value,value\nkey,x,x', /names a column twice/],
    ['{"level":"key"', /line 1: it is no JSON object/],
    ['{"level":"key","value":{}}', /line 1: its member "value" is neither text nor number/],
    ['{"level":"key","user":"x"}', /line 1: it has the unknown member "user"/],
  ])('a file that is not one: %j', async (file, sentence) => {
    const { exitCode, err } = await operator.run('import -', file);
    expect({ exitCode, err }).toEqual({ exitCode: 1, err: expect.stringMatching(sentence) });
  });

  it.each([
    ['{"level":"key","value":"x","\\u001b[2J":"x"}', /member "\\u001b\[2J"/],
    ['{"level":"subject","value":"x","before":"\\u001b[2J"}', /before is "\\u001b\[2J"/],
    ['{"level":"subject","value":"x","issuer":"\\u001b[2J"}', /alias "\\u001b\[2J"/],
    ['level,\u001b[2J\nkey,x', /The header line has "\\u001b\[2J"/],
  ])('%j does not drive the terminal', async (file, sentence) => {
    const { exitCode, err } = await operator.run('import -', file);
    expect({ exitCode, err }).toEqual({ exitCode: 1, err: expect.stringMatching(sentence) });
    expect(err).not.toContain('\u001b');
  });

  const latin1 = Buffer.from('level,value\nsubject,j\u00fcrgen', 'latin1');

  it.each(['', ' --skip-bad', ' --dry-run'])(
    'a file that is not UTF-8 is refused, for its names match nobody%s',
    async (option) => {
      const file = join(operator.folder, 'latin1.csv');
      await writeFile(file, latin1);
      const { exitCode, out, err } = await operator.run(`import ${file}${option}`);
      expect({ exitCode, out, err }).toEqual({
        exitCode: 1,
        out: '',
        err: `The file ${file} is not UTF-8: save it as UTF-8.\n`,
      });
    },
  );

  it('standard input that is not UTF-8 is refused too', async () => {
    const { exitCode, out, err } = await operator.run('import -', new TextDecoder().decode(latin1));
    expect({ exitCode, out, err }).toEqual({
      exitCode: 1,
      out: '',
      err: 'Standard input is not UTF-8: save it as UTF-8.\n',
    });
  });

  it('--skip-bad writes the others', async () => {
    const { exitCode, out } = await operator.run('import - --skip-bad', 'level,value\nuser,x\nkey,survivor');
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: expect.stringMatching(/1 bad lines left out/) });
    expect(await operator.entry('kid#main#survivor')).toBeDefined();
  });

  it('a missing file is a failure in one sentence', async () => {
    expect(await operator.run('import nowhere.csv')).toMatchObject({
      exitCode: 1,
      err: expect.stringMatching(/^The file nowhere.csv cannot be read: Error: ENOENT/),
    });
  });

  it('a folder in the place of a file is named', async () => {
    expect(await operator.run(`import ${operator.folder}`)).toMatchObject({
      exitCode: 1,
      err: expect.stringMatching(/^The file \/.* cannot be read: it is a folder/),
    });
  });
});
