import { describe, expect, it } from 'vitest';
import { UsageError } from '../../ops/cli/operator-error.ts';
import { parseCommandLine } from '../../ops/cli/quiet-commander.ts';
import { revocationsGrammar } from '../../ops/revocations.ts';
import type { Command } from '../../ops/verbs.ts';
import { wordsOf } from '../support/operator/operator-at-work.ts';

const parse = (commandLine: string) =>
  parseCommandLine<Command>((found) => revocationsGrammar(found), wordsOf(commandLine));

const TOKEN = 'eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlLyJ9.c2lnbmF0dXJl';

describe('the command line is parsed', () => {
  it.each([
    [
      'revoke subject alice',
      {
        ...{ kind: 'revoke', before: 'now', flush: true, dryRun: false, where: { kind: 'any' } },
        selector: { by: 'value', level: 'subject', value: 'alice', issuer: undefined, verb: 'revoke' },
      },
    ],
    ['revoke subject alice --block', { before: 'block' }],
    ['revoke client c --before 1799999999', { before: 1_799_999_999 }],
    ['revoke issuer main --before 2026-10-01T12:00:00Z', { before: 1_790_856_000 }],
    ['revoke issuer main --before 2026-10-01T14:00:00+02:00', { before: 1_790_856_000 }],
    ['revoke issuer main --before 2036-10-01T12:00:00Z --force', { force: true }],
    ['revoke token -', { selector: { by: 'jwt', jwt: '-' } }],
    [
      'revoke token --jwt-id x1 --issuer main',
      { selector: { by: 'value', level: 'token', value: 'x1', issuer: 'main' } },
    ],
    ['revoke session s --ends-at 1800000100', { endsAt: 1_800_000_100 }],
    ['revoke key k --no-flush --reason "x" --by ann', { flush: false, by: 'ann' }],
    ['revoke token - --wait', { wait: { token: 'selector' } }],
    ['revoke subject alice --wait --probe -', { wait: { token: '-' } }],
    [
      'revoke key k --stack Api --region eu-west-1 --region us-east-1 --region eu-west-1',
      { where: { kind: 'stack', name: 'Api', regions: ['eu-west-1', 'us-east-1'] } },
    ],
    ['revoke session --issuer main -- -s1', { selector: { value: '-s1' } }],
    ['revoke token --jwt-id -t1', { selector: { value: '-t1' } }],
    ['restore subject alice --dry-run --local', { kind: 'restore', dryRun: true, where: { kind: 'local' } }],
    ["restore target 'SUB#main#alice'", { selector: { by: 'target', target: 'SUB#main#alice' } }],
    ['show key k --json', { kind: 'show', json: true }],
    ['list', { kind: 'list', limit: 100, level: undefined }],
    ['list --level key --all', { limit: undefined, level: 'key' }],
    ['check -', { kind: 'check' }],
    [
      'import f.csv --skip-bad --as-of 1799990000',
      { kind: 'import', file: 'f.csv', skipBad: true, asOf: 1_799_990_000 },
    ],
    ['lint --stack Api', { kind: 'lint', where: { kind: 'stack', name: 'Api', regions: [] } }],
  ])('%s', (commandLine, expected) => {
    expect(parse(commandLine)).toMatchObject(expected);
  });
});

describe('a wrong command line is rejected in one sentence', () => {
  it.each([
    ['frobnicate', /Unknown command 'frobnicate'/],
    ['revoke subjects alice', /Unknown command 'subjects'/],
    ['revoke subject', /Missing required argument/],
    ['revoke subject alice --reson x', /Did you mean --reason/],
    ['revoke subject alice --block --before now', /cannot be used with/],
    ['revoke subject alice --before yesterday', /ISO 8601 with a time zone/],
    ['revoke subject alice --before 2026-10-01', /ISO 8601 with a time zone/],
    ['revoke subject alice --before 2026-10-01T12:00:00', /ISO 8601 with a time zone/],
    ['revoke subject alice --before 2026-02-31T12:00:00Z', /ISO 8601 with a time zone/],
    ['revoke subject alice --before 1800000000000', /milliseconds.*\(1800000000\)/],
    ['revoke key k --before now', /Unknown option '--before'/],
    ['revoke token', /either the token .* or --jwt-id/],
    ['revoke token - --jwt-id x', /either the token .* or --jwt-id/],
    ['revoke token - --issuer main', /names its issuer itself/],
    [`revoke subject ${TOKEN}`, /looks like a token/],
    [`revoke token --jwt-id ${TOKEN}`, /looks like a token/],
    ["revoke subject ' alice'", /begins or ends with a space/],
    [`revoke subject ${'a'.repeat(256)}`, /longer than 255/],
    ['revoke key k --local --stack Api', /cannot be used with/],
    ['revoke key k --region eu-west-1', /--region goes with --stack/],
    ['revoke session -s1', /begins with a dash goes to the end, after --/],
    ['revoke key k --wait', /needs a token to watch/],
    ['revoke key k --probe f', /--probe goes with --wait/],
    ['revoke token - --wait --probe -', /Standard input holds one token/],
    ['revoke token - --wait --dry-run', /nothing to wait for/],
    ['revoke target x', /Unknown command 'target'/],
    ['list --level user', /allowed choices are token, session/],
    ['list --limit 0', /whole number/],
    ['list --all --limit 1', /cannot be used with/],
    ['list -limit 3', /^Unknown option '-limit': see list --help\.$/],
    ['lint -x', /^Unknown option '-x': see lint --help\.$/],
    [
      'revoke subject alice bob',
      /^Too many arguments for 'subject': expected 1 argument but got 2: alice, bob: see revoke subject --help\.$/,
    ],
    ['list --stack Api --region eu-west-1 --region us-east-1', /reads one Region's table: give --region once/],
    ['check - --stack Api --region eu-west-1 --region us-east-1', /reads one Region's table: give --region once/],
    ['check', /^The argument is missing: write - to read the token from standard input: see check --help\.$/],
    [
      'signals test',
      /^The argument is missing: write - to read the signal from standard input: see signals test --help\.$/,
    ],
    [`signals test ${TOKEN}`, /pipe it in instead: .* signals test -$/],
    ['import', /Missing required argument/],
  ])('%s', (commandLine, sentence) => {
    const error = errorOf(commandLine);
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toMatch(sentence);
    expect(error.message).not.toMatch(/\n|^error|\. /);
  });

  it.each(['revoke', 'revoke token a', 'frobnicate', 'list', 'check a', 'revoke subject', 'import a', 'restore'])(
    'that repeats no piece of a misplaced token: %s',
    (commandLine) => {
      expect(errorOf(`${commandLine} ${TOKEN}`).message).not.toMatch(/eyJ|[\w.-]{20,}/);
    },
  );
});

describe('--help teaches by example', () => {
  const levels = ['token', 'session', 'subject', 'client', 'claim', 'key', 'issuer'];
  const commands = [
    '',
    'revoke',
    ...levels.map((level) => `revoke ${level}`),
    'restore',
    'show',
    'list',
    'check',
    'import',
    'lint',
  ];
  it.each(commands)('revocations %s --help', (command) => {
    const help = parse(`${command} --help`);
    expect(help).toMatchObject({ kind: 'help', exitCode: 0, text: expect.stringContaining('Examples:') });
  });

  it.each(['subject', 'client', 'claim', 'issuer'])(
    'revoke %s --help warns that npm swallows --before silently',
    (level) => {
      const text = expect.stringMatching(/put `--` after `npm run revocations`, or npm takes\s--before for itself/);
      expect(parse(`revoke ${level} --help`)).toMatchObject({ text });
    },
  );

  it.each(['', 'revoke', 'restore', 'show'])(
    'and is printed with exit code 2 where something is missing after "%s"',
    (command) => {
      expect(parse(command)).toMatchObject({ kind: 'help', exitCode: 2 });
    },
  );
});

function errorOf(commandLine: string): Error {
  try {
    parse(commandLine);
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error(`"${commandLine}" was accepted.`);
}
