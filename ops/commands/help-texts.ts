import { REVOCATION_LEVELS, type RevocationLevel } from '../../lambda/revocation/revocation-level.ts';
import type { Caller } from '../cli/caller.ts';
import {
  LEVEL_WORDS,
  LEVELS_WITH_BEFORE,
  LEVELS_WITH_END,
  LEVELS_WITH_VALUE,
  levelsInWords,
} from '../entry/level-words.ts';

/** A command to copy, and what it is for; undefined: the command says it. */
type Example = readonly [command: string, what?: string];

/** The examples of a help text, each written as the operator starts the command. */
export function examples(caller: Caller, all: readonly Example[]): string {
  const lines = all.map(([command, what]) => `  ${caller(command)}${what === undefined ? '' : `\n      ${what}`}`);
  return ['\nExamples:', ...lines].join('\n');
}

const REVOKE_CASES: readonly Example[] = REVOCATION_LEVELS.flatMap((level) =>
  LEVEL_WORDS[level].cases.map(([what, command]): Example => [command, what]),
);

/** The text at the end of each `--help`: commands to copy, the most used first. */
export const HELP_TEXTS = {
  revoke: (caller: Caller) => `${examples(caller, [
    ...REVOKE_CASES,
    ['revoke subject alice --dry-run', 'a dry run'],
    ['revoke subject alice --stack Api --region eu-west-1 --region us-east-1', 'two Regions'],
  ])}

Revoking again keeps the stronger of the two entries, unless --replace is given. Refresh tokens belong to the issuer:
revoke them there as well.`,
  restore: (caller: Caller) => `${examples(caller, [
    ['restore subject alice'],
    ['restore token --jwt-id 7d1e…'],
    ['restore subject alice --dry-run', 'what would work again?'],
    ["restore target 'SUB#main#alice'", 'deletes an entry exactly as written, for what `lint` finds'],
  ])}

Restoring deletes the entry as it was read; what other entries reject stays rejected. An entry that somebody else changes
meanwhile is kept.`,
  show: (caller: Caller) =>
    examples(caller, [
      ['show subject alice'],
      ['show token -', 'is this token revoked by its id? (check covers all levels)'],
      ["show target 'jti#main#7d1e…' --json"],
    ]),
  list: (caller: Caller) =>
    examples(caller, [
      ['list', 'the first 100 entries'],
      ['list --level key'],
      ['list --issuer main --all --json'],
      ["list --after 'sub#main#alice'", 'the next page: the command is printed under each page'],
    ]),
  check: (caller: Caller) => `
Examples:
  ${caller('token', 'piped')} | ${caller('check -', 'piped')}
  pbpaste | ${caller('check - --stack Api', 'piped')}

Runs the authorizer's own code against the deployment's configuration and table, and explains each step. For each part
of the token that differs it shows what is found and expected, and what to change in the deployment or at the provider.
Works for expired, revoked and foreign tokens. Exit code 0 whatever the verdict; 1 when there could be none.`,
  import: (caller: Caller) => `${examples(caller, [
    ['import leavers.csv --dry-run'],
    ['import leavers.csv --reason "left the company"'],
    ['import - --stack Api --region eu-west-1 < revocations.jsonl'],
  ])}

A CSV file has a header line; a JSONL file has one object per line. Columns, or members:
  level    ${levelsInWords(REVOCATION_LEVELS, 'disjunction')}
  value    the ${LEVELS_WITH_VALUE.map((level) => LEVEL_WORDS[level].value).join(', ')}; for an issuer, its alias
  exact    true: take the value as written, even where it begins with an issuer's alias (default: false)
  issuer   the alias (default: --issuer, or the only issuer)
  before   ${LEVELS_WITH_BEFORE.join(', ')}: now (the default), block, an instant in ISO 8601 with a zone, or seconds since 1970
  endsAt   ${LEVELS_WITH_END.join(', ')}: when it has certainly ended; the entry can then be deleted
  reason   for people (default: --reason)
In JSON all values are strings; instants may also be numbers, and \`exact\` true or false. In a spreadsheet, format the
columns as text first.

  level,value,before,reason
  subject,alice,now,left the company
  client,old-app,block,

Nothing is written when a line is bad, unless --skip-bad is given. To resume a stopped import, run it again with the
--as-of that its first line on standard error names: entries that exist already are read, not written. Entries flush as
they are written, so those of a stopped import have flushed; the flusher combines entries that arrive together.`,
  lint: (caller: Caller) => `${examples(caller, [['lint'], ['lint --stack Api --region eu-west-1 --json']])}

Reads the whole table, reports entries that revoke nothing, or too much, or will vanish too early, and prints the
command that repairs each. Exit code 1 when it finds any.`,
  upgrade: (caller: Caller) => `
Examples:
  npx cdk synth --quiet && ${caller('upgrade cdk.out/bearer-authorizer.template.json --stack bearer-authorizer')}

Reads the whole table of the deployed stack, and lists the entries that the template's authorizer would no longer read:
of a renamed alias, of a level that is left out, or of another table. Writes nothing. Exit code 1 when it finds any.`,
} as const;

/** The text at the end of the help of `revoke` of one level. */
export function revokeHelp(level: RevocationLevel, caller: Caller): string {
  return `${REVOKE_EXAMPLES[level](caller)}\n\n${LEVEL_WORDS[level].help}`;
}

const EXAMPLES_WITH_BEFORE = (words: string) => (caller: Caller) =>
  examples(caller, [
    [`revoke ${words}`, 'tokens issued until now; later ones work'],
    [`revoke ${words} --before 2026-10-01T12:00:00Z`, 'tokens issued until then; seconds since 1970 work as well'],
    [`revoke ${words} --block`, 'every token, also later ones, until restored'],
  ]);

const REVOKE_EXAMPLES: Readonly<Record<RevocationLevel, (caller: Caller) => string>> = {
  token: (caller) => `
Examples:
  ${caller('revoke token -')}
      reads the token from standard input: paste it, then Ctrl-D
  printf %s "$TOKEN" | ${caller('revoke token -', 'piped')}
  ${caller('revoke token --jwt-id 7d1e… --issuer main')}
  ${caller('revoke token - --wait', 'piped')} < token.txt
      measures how long the token keeps working`,
  session: (caller) =>
    examples(caller, [
      ['revoke session 5f0c… --reason "laptop lost"'],
      [
        'revoke session 5f0c… --ends-at 2026-12-24T18:00:00Z',
        "lets the entry be deleted some time after the session's end",
      ],
    ]),
  subject: EXAMPLES_WITH_BEFORE('subject alice'),
  client: EXAMPLES_WITH_BEFORE('client orders-service'),
  claim: EXAMPLES_WITH_BEFORE('claim tenant=acme'),
  key: (caller) => examples(caller, [['revoke key 2026-09-key --reason "private key leaked"']]),
  issuer: EXAMPLES_WITH_BEFORE('issuer main'),
};
