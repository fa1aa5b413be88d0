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

  it('leaves out tokens that have expired for certain', async () => {
    const { out } = await operator.run('import -', 'level,value,endsAt\ntoken,past,1700000000');
    expect(out).toMatch(/0 entries written.*1 lines left out because their tokens have expired/);
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

  it('--skip-bad writes the others', async () => {
    const { exitCode, out } = await operator.run('import - --skip-bad', 'level,value\nuser,x\nkey,survivor');
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: expect.stringMatching(/1 bad lines left out/) });
    expect(await operator.entry('kid#main#survivor')).toBeDefined();
  });

  it('a missing file is a failure in one sentence', async () => {
    expect(await operator.run('import nowhere.csv')).toMatchObject({
      exitCode: 1,
      err: expect.stringMatching(/cannot be read/),
    });
  });
});
