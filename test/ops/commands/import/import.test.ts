import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { csvFields } from '../../../../ops/commands/import/import-file.ts';
import { type OperatorAtWork, operatorAtWork } from '../../../support/operator/operator-at-work.ts';
import { NOW } from '../../../support/tokens/sample-issuer.ts';

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
    ['a,"', undefined],
    ['"" , b', undefined],
    ['"","a,""b""c"', ['', 'a,"b"c']],
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

  it('reads JSONL from a file', async () => {
    const file = join(operator.folder, 'revocations.jsonl');
    await writeFile(
      file,
      '{"level":"subject","value":"jsonl-1","before":1799999999}\n\n{"level":"key","value":"jsonl-2","reason":null}\n',
    );
    expect(await operator.run(`import ${file}`)).toMatchObject({ exitCode: 0 });
    expect(await operator.entry('sub#main#jsonl-1')).toMatchObject({ before: { N: '1799999999' } });
    expect(await operator.entry('kid#main#jsonl-2')).toBeDefined();
  });

  it('writes a target of several lines once, as strong as all of them', async () => {
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

  it('writes an entry with `flush: false` again, unless --no-flush is given', async () => {
    await operator.table.put({ target: { S: 'kid#main#unflushed' }, flush: { BOOL: false } });
    const file = 'level,value\nkey,unflushed';
    expect((await operator.run('import - --no-flush', file)).out).toMatch(/0 entries written, 1 was there already/);
    expect((await operator.run('import -', file)).out).toMatch(/1 entry written, 0 were there already/);
    expect(await operator.entry('kid#main#unflushed')).not.toHaveProperty('flush');
  });

  it('is resumed by its --as-of after a stop, without writing anything again', async () => {
    const lines = Array.from({ length: 60 }, (_, index) => `subject,resumed-${index}\ntoken,resumed-${index}`);
    const first = await operator.run('import -', ['level,value', ...lines.slice(0, 30)].join('\n'));
    const asOf = /--as-of (\S+)\./.exec(first.err)?.[1];
    operator.setClock(NOW + 900);
    const second = await operator.run(`import - --as-of ${asOf}`, ['level,value', ...lines].join('\n'));
    expect(second.out).toMatch(/60 entries written, 60 were there already/);
    expect((await operator.entry('sub#main#resumed-0'))?.before).toEqual({ N: String(NOW) });
    expect((await operator.entry('sub#main#resumed-59'))?.before).toEqual({ N: String(NOW) });
  });

  it('leaves out tokens that have expired for certain, and names the lines', async () => {
    const file = 'level,value,endsAt\ntoken,past,1700000000\ntoken,half-an-hour,1799998200\nsession,old,1799913000';
    const { out, err } = await operator.run('import -', file);
    expect(out).toMatch(/0 entries written.*3 lines left out because the tokens have expired/);
    expect(err).toMatch(/line 2: left out, because by its endsAt, 2023-11-14T22:13:20Z, its tokens have all expired/);
    expect(err).toMatch(/line 3: left out/);
    expect(err).toMatch(/line 4: left out/);
  });

  it('names the --as-of to repeat in the first line on standard error, before all other messages', async () => {
    const file = 'level,value,endsAt\nuser,x,\ntoken,past,1700000000\nkey,first-line,';
    const { err } = await operator.run('import - --skip-bad', file);
    expect(err).toMatch(/^If this import is stopped, resume it with --as-of 2027-01-15T08:00:00Z\.\n/);
    expect(err).toMatch(/line 2: level is "user"/);
  });

  it('writes an ineffective `before` only with --force', async () => {
    const file = 'level,value,before\nsubject,forced,1700000000';
    expect(await operator.run('import - --force', file)).toMatchObject({ exitCode: 0 });
    expect(await operator.entry('sub#main#forced')).toMatchObject({ before: { N: '1700000000' } });
  });

  it('rejects an --as-of so old that `now` would revoke nothing', async () => {
    const { exitCode, err } = await operator.run('import - --as-of 1799900000', 'level,value\nsubject,late-resume');
    expect({ exitCode, err }).toEqual({ exitCode: 1, err: expect.stringMatching(/line 2: .*have all expired/) });
    expect(await operator.entry('sub#main#late-resume')).toBeUndefined();
  });

  it('writes nothing with --dry-run', async () => {
    const { out } = await operator.run('import - --dry-run', 'level,value\nkey,dry');
    expect({ out, entry: await operator.entry('kid#main#dry') }).toEqual({
      out: expect.stringMatching(/would write 1 entry; 0 are there already/),
      entry: undefined,
    });
  });
});

describe('bad lines and files', () => {
  const token = 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2kifQ.c2lnbmF0dXJl';
  it.each([
    ['user,x,,,', /line 3: level is "user", which is none of token, session/],
    [',x,,,', /line 3: it has no level: write one of token, session/],
    [`${token},x,,,`, /line 3: level is "[^"]{0,20}", which is none of/],
    ['subject,,,,', /line 3: it has no value for its subject/],
    [`token,${token},,,`, /line 3: the value looks like a token/],
    ['subject,x,other,,', /line 3: .*no issuer with the alias "other"/],
    ['subject,x,,tomorrow,', /line 3: before is "tomorrow", which is not an instant/],
    ['subject,x,,1800000000000,', /line 3: before is 1800000000000, which looks like milliseconds/],
    ['subject,x,,1900000000,', /line 3: `before` is .*more than 24 h ahead/],
    ['subject,x,,1700000000,', /line 3: .*2023-11-14T22:13:20Z have all expired.*--force/],
    ['key,x,,now,', /line 3: `before` goes with subject, client, claim and issuer only/],
    ['key,x,,,1800000000', /line 3: `endsAt` goes with token and session only/],
    ['key,x,,,,,', /line 3: it has 7 fields under 5 columns/],
    ['key,"x,,,', /line 3: its quotes do not match/],
  ])('%s', async (line, sentence) => {
    const file = `level,value,issuer,before,endsAt\nkey,good-neighbour,,,\n${line}`;
    const { exitCode, out, err } = await operator.run('import -', file);
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
    expect(err).toMatch(sentence);
    expect(err).toMatch(/Nothing was written, because 1 of 2 lines is bad/);
    expect(err).not.toMatch(/eyJ/);
    expect(await operator.entry('kid#main#good-neighbour')).toBeUndefined();
  });

  it.each([
    ['', /The file is empty/],
    ['level,ttl\nkey,x', /The header line has "ttl"/],
    ['value\nx', /The header line lacks "level"/],
    ['level,value,value\nkey,x,x', /names a column twice/],
    ['{"level":"key"', /line 1: it is not a JSON object/],
    ['{"level":"key","user":"x"}', /line 1: it has the unknown member "user"/],
    ['level;value\nkey;x', /The header line separates its columns by ";": save the file with commas/],
    ['level\tvalue\nkey\tx', /The header line separates its columns by a tab: save the file with commas/],
    ['value|level|reason\nx|key|r', /The header line separates its columns by "\|": save the file with commas/],
    ['"level";"value"\n"key";"x"', /The header line separates its columns by ";"/],
    ['sep=;\nlevel;value\nkey;x', /The first line is `sep=…`, for a spreadsheet: delete it/],
    ['[{"level":"key","value":"x"}]', /The file is a JSON array: write one object a line/],
    ['level,value\nkey;x', /line 2: it separates its fields by ";": write commas/],
    ['level,value\nkey\tx', /line 2: it separates its fields by a tab: write commas/],
    ['level,value,\nkey,x,y', /line 2: it has a field in column 3, which has no name/],
    ['level,value\nkey,"x', /line 2: its quotes do not match/],
    ['level,value,reason\nkey,x,"two\nlines"', /line 2: its quotes do not match: .*line breaks/],
    ['l\u0000e\u0000v\u0000e\u0000l\u0000', /Standard input holds NUL characters, as UTF-16 does: save it as UTF-8/],
    ['level,value\nkey,x\u0000', /Standard input holds NUL characters/],
  ])('in a file without a valid form are reported: %j', async (file, sentence) => {
    const { exitCode, err } = await operator.run('import -', file);
    expect({ exitCode, err }).toEqual({ exitCode: 1, err: expect.stringMatching(sentence) });
  });

  it.each([
    ['{"level":"key","value":"x","\\u001b[2J":"x"}', /member "\\u001b\[2J"/],
    ['{"level":"subject","value":"x","before":"\\u001b[2J"}', /before is "\\u001b\[2J"/],
    ['{"level":"subject","value":"x","issuer":"\\u001b[2J"}', /alias "\\u001b\[2J"/],
    ['level,\u001b[2J\nkey,x', /The header line has "\\u001b\[2J"/],
  ])('are escaped in messages: %j', async (file, sentence) => {
    const { exitCode, err } = await operator.run('import -', file);
    expect({ exitCode, err }).toEqual({ exitCode: 1, err: expect.stringMatching(sentence) });
    expect(err).not.toContain('\u001b');
  });

  it.each(['le', 'be'])('in UTF-16 (%s) are rejected, with and without a byte order mark', async (order) => {
    const little = Buffer.from('\ufefflevel,value\nkey,x', 'utf16le');
    const bytes = order === 'le' ? little : little.swap16();
    for (const start of [0, 2]) {
      const file = join(operator.folder, 'utf16.csv');
      await writeFile(file, bytes.subarray(start));
      const { exitCode, err } = await operator.run(`import ${file}`);
      expect({ exitCode, err }).toEqual({
        exitCode: 1,
        err: expect.stringMatching(/^The file .*(is not UTF-8|as UTF-16 does): save it as UTF-8\.\n$/),
      });
    }
  });

  const latin1 = Buffer.from('level,value\nsubject,j\u00fcrgen', 'latin1');

  it.each(['', ' --skip-bad', ' --dry-run'])(
    'in another encoding than UTF-8 are rejected, because names would match nobody%s',
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

  it('in another encoding are rejected on standard input too', async () => {
    const { exitCode, out, err } = await operator.run('import -', new TextDecoder().decode(latin1));
    expect({ exitCode, out, err }).toEqual({
      exitCode: 1,
      out: '',
      err: 'Standard input is not UTF-8: save it as UTF-8.\n',
    });
  });

  it('are left out with --skip-bad, the others are written, and the exit code is 1', async () => {
    const { exitCode, out } = await operator.run('import - --skip-bad', 'level,value\nuser,x\nkey,survivor');
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: expect.stringMatching(/1 bad line left out/) });
    expect(await operator.entry('kid#main#survivor')).toBeDefined();
  });

  it('cannot be read from a missing file: the error is one sentence', async () => {
    expect(await operator.run('import nowhere.csv')).toMatchObject({
      exitCode: 1,
      err: expect.stringMatching(/^The file nowhere.csv cannot be read: there is no such file: check its name/),
    });
  });

  it('cannot be read from a folder: the error says so', async () => {
    expect(await operator.run(`import ${operator.folder}`)).toMatchObject({
      exitCode: 1,
      err: expect.stringMatching(/^The file \/.* cannot be read: it is a folder/),
    });
  });
});

describe('an identifier in JSON is text, because a number may have been rounded', () => {
  it.each([
    ['{"level":"subject","value":115234567890123456789}', /line 1: its member "value" is a number: write it in quotes/],
    ['{"level":"subject","value":1e3}', /line 1: its member "value" is a number: write it in quotes/],
    ['{"level":"subject","value":12}', /line 1: its member "value" is a number: write it in quotes/],
    ['{"level":"subject","value":-0}', /its member "value" is a number/],
    ['{"level":"subject","value":true}', /its member "value" is true or false: write it in quotes/],
    ['{"level":"subject","value":null}', /its member "value" is null: write it in quotes, or leave it out/],
    ['{"level":"subject","value":{"a":1}}', /its member "value" is an object: write it in quotes/],
    ['{"level":"subject","value":["a"]}', /its member "value" is a list: write it in quotes/],
    ['{"level":1,"value":"x"}', /its member "level" is a number/],
    ['{"level":"subject","value":"x","issuer":7}', /its member "issuer" is a number/],
    ['{"level":"subject","value":"x","issuer":null}', /its member "issuer" is null/],
    ['{"level":"subject","value":"x","reason":7}', /its member "reason" is a number/],
    ['{"level":"subject","value":"x","before":true}', /its member "before" is true or false/],
    // `list --json` prints null where an entry blocks all tokens, and here it would mean now.
    [
      '{"level":"subject","value":"x","before":null}',
      /its member "before" is null: write it in quotes, or leave it out/,
    ],
    ['{"level":"subject","value":"x","before":1.8e9}', /its member "before" is not a whole number of seconds/],
    ['{"level":"subject","value":"x","before":1799999999.5}', /its member "before" is not a whole number of seconds/],
    ['{"level":"subject","value":"x","before":1799999999.00000001}', /its member "before" is not a whole number of/],
    ['{"level":"subject","value":"x","before":-1}', /its member "before" is not a whole number of seconds/],
    ['{"level":"token","value":"x","endsAt":1e400}', /its member "endsAt" is not a whole number of seconds/],
    ['{"level":"token","value":"x","purgeAt":1800000000}', /it has the unknown member "purgeAt"/],
    ['{"level":"token","value":"x","purgeAt":null}', /it has the unknown member "purgeAt"/],
    ['{"level":"subject","value":"a","value":"b"}', /it has a member twice, and only the last would count/],
    ['{"level":"subject","value":"a","\\u0076alue":"b"}', /it has a member twice/],
    ['{"level":"subject","value":"x","__proto__":{"before":"block"}}', /it has the unknown member "__proto__"/],
  ])('%s', async (line, sentence) => {
    const { exitCode, err } = await operator.run('import -', line);
    expect({ exitCode, err }).toEqual({ exitCode: 1, err: expect.stringMatching(sentence) });
    expect(err).toMatch(/Nothing was written/);
  });

  it('and is written digit by digit when it is text', async () => {
    await operator.run('import -', '{"level":"subject","value":"115234567890123456789","endsAt":null,"reason":null}');
    expect(await operator.entry('sub#main#115234567890123456789')).toBeDefined();
  });
});

describe('an identifier that a spreadsheet has changed causes a warning', () => {
  it.each([
    ['1.2E+10', /a number that a spreadsheet has shortened/],
    ['1.15234567890123E+20', /a number that a spreadsheet has shortened/],
    ['"1,2E+10"', /a number that a spreadsheet has shortened/],
    ['115234567890123000000', /a number that a spreadsheet has rounded/],
    ['115234567890123460000', /a number that a program has rounded/],
    ['12345678901234567000', /a number that a program has rounded/],
    ['123456789012345680', /a number that a program has rounded/],
    ['115234567890123456512', /a number that a program has rounded/],
    ['1e3', /a number that a spreadsheet has shortened/],
    ['1E5', /a number that a spreadsheet has shortened/],
    ['1e10', /a number that a spreadsheet has shortened/],
    ['12345.0', /a number that a program has rewritten/],
    ['"1,234,567"', /a number that a program has rewritten/],
    ['3/4/2026', /a date/],
    ['3.4.2026', /a date/],
    ['4-Mar', /a date/],
    ['Mar-26', /a date/],
    ["'00123", /marked as text or a formula/],
    ['="00123"', /marked as text or a formula/],
    ['#N/A', /an error or an empty cell/],
    ['########', /an error or an empty cell/],
    ['TRUE', /an error or an empty cell/],
    ['NaN', /an error or an empty cell/],
    ['null', /an error or an empty cell/],
    ['ali\u200bce', /an invisible character/],
  ])('%s', async (value, what) => {
    const field = value.startsWith('="') ? `"${value.replaceAll('"', '""')}"` : value;
    const { exitCode, out, err } = await operator.run('import - --dry-run', `level,value\nsubject,${field}`);
    expect(err).toMatch(/^WARNING: line 2: its value /m);
    expect(err).toMatch(what);
    expect({ exitCode, out }).toMatchObject({ exitCode: 0, out: expect.stringMatching(/1 doubtful value/) });
  });

  it.each([
    '115234567890123456789',
    '00u1a2b3c4d5e6F7g8h9',
    'auth0|5f7c8ec7c33c6c004bbafe82',
    '115234567890123456700',
    '1234567890123450',
    '12e4567',
    '2026-09-01',
    '+491701234567',
    '4b1c9d9e-7b5f-4c4e-9d53-2f1d9e1c7a10',
    '1.2.3',
    '1000',
    '5f0c1000000000000000',
    'alice@example.com',
    'https://idp.example/users/3/4/2026',
  ])('and %s causes none', async (value) => {
    const { out, err } = await operator.run('import - --dry-run', `level,value\nsubject,${value}`);
    expect({ out, err }).toEqual({
      out: expect.stringMatching(/would write (1 entry|0 entries); (1 is|0 are) there already/),
      err: '',
    });
  });

  it('and a number in the document, and its entry is written', async () => {
    const file = 'level,value\nsubject,1.2E+10\nsubject,doubtless';
    const { doubtfulValues, regions } = await operator.document('import -', file);
    expect({ doubtfulValues, regions }).toMatchObject({ doubtfulValues: 1, regions: [{ written: 2 }] });
  });
});

describe('a file as spreadsheets and editors write it is read', () => {
  it.each([
    ['blank rows', 'level,value,before\n,,,\nkey,VALUE,\n , ,\n"","",\n'],
    ['blank rows that are longer than the header', 'level,value\nkey,VALUE\n,,,,,,\n'],
    ['columns without a name', 'level,value,,\nkey,VALUE,,\n,,,'],
    ['CRLF', 'level,value\r\nkey,VALUE\r\n'],
    ['CR', 'level,value\rkey,VALUE\r'],
    ['a byte order mark', '\ufefflevel,value\nkey,VALUE'],
    ['a byte order mark before JSON', '\ufeff{"level":"key","value":"VALUE"}'],
  ])('with %s', async (what, template) => {
    const value = what.replaceAll(' ', '-');
    const { exitCode, out } = await operator.run('import -', template.replace('VALUE', value));
    expect({ exitCode, out }).toMatchObject({ exitCode: 0, out: expect.stringMatching(/1 entry written/) });
    expect(await operator.entry(`kid#main#${value}`)).toBeDefined();
  });
});

describe('size limits', () => {
  it.each([' --dry-run', ''])('a quoted field of 9 MB is rejected in one sentence%s', async (option) => {
    const { exitCode, err } = await operator.run(`import -${option}`, `level,value\nkey,"${'x'.repeat(9_000_000)}"`);
    expect({ exitCode, err }).toEqual({
      exitCode: 1,
      err: expect.stringMatching(/^line 2: the value is longer than 255 characters/),
    });
  });

  it.each([
    ['import - --dry-run', 'CSV', `level,value,reason\nkey,large,${'é'.repeat(205_000)}`],
    ['import -', 'JSONL', `{"level":"key","value":"large","reason":"${'x'.repeat(410_000)}"}`],
    ['import - --dry-run', '--reason', 'level,value\nkey,large'],
    ['revoke key large --dry-run', '--reason', ''],
    ['revoke key large', '--by', ''],
  ])('an entry over 400 KB is found before anything is written: %s, %s', async (words, where, file) => {
    const commandLine = where.startsWith('--') ? `${words} ${where} ${'x'.repeat(410_000)}` : words;
    const { exitCode, err } = await operator.run(commandLine, file);
    expect({ exitCode, err }).toEqual({
      exitCode: 1,
      err: expect.stringMatching(
        /the entry would take 41\d,\d\d\d bytes, and DynamoDB holds 409,600: shorten its (reason|revokedBy)/,
      ),
    });
    expect(await operator.entry('kid#main#large')).toBeUndefined();
  });

  it('an entry of exactly 400 KB is written', async () => {
    const rest = 'target'.length + 'kid#main#full'.length + 'reason'.length + 'revokedBy'.length + 'ann'.length;
    const reason = 'x'.repeat(409_600 - rest - 'revokedAt'.length - '2027-01-15T08:00:00Z'.length);
    const { exitCode } = await operator.run('import - --by ann', `level,value,reason\nkey,full,${reason}`);
    expect(exitCode).toBe(0);
  });
});
