import { REVOCATION_LEVELS } from '../../lambda/revocation/revocation-level.ts';
import {
  LEVEL_WORDS,
  LEVELS_WITH_BEFORE,
  LEVELS_WITH_END,
  LEVELS_WITH_VALUE,
  levelsInWords,
} from '../entry/level-words.ts';

const REVOKE_CASES = REVOCATION_LEVELS.flatMap((level) => LEVEL_WORDS[level].cases);

/** The text at the end of each `--help`: commands to copy, the most used first. */
export const HELP_TEXTS = {
  revocations: `
Examples:
  npm run revocations -- revoke subject alice --reason "laptop lost"
  npm run revocations -- revoke token -          (paste the token, then Ctrl-D: it stays out of the shell's history)
  npm run revocations -- check -                 (why is this token rejected, or not?)
  npm run revocations -- list --level subject
  npm run revocations -- restore subject alice

Which deployment: --local is the one that \`npm start\` runs here, and the default while it runs; --stack NAME is a
CloudFormation stack, with one --region for each of its Regions. AWS credentials are found as by the AWS CLI.

Exit codes: 0 done; 1 not done or not confirmed (\`lint\`: something was found, or could not be read);
2 wrong command line, nothing written.`,
  revoke: `
Examples:
${REVOKE_CASES.map(([what, command]) => `  ${what.padEnd(26)}${command}`).join('\n')}
  a dry run                 revoke subject alice --dry-run
  two Regions               revoke subject alice --stack Api --region eu-west-1 --region us-east-1

Revoking again keeps the stronger of the two entries, unless --replace is given. Refresh tokens belong to the issuer:
revoke them there as well.`,
  restore: `
Examples:
  restore subject alice
  restore token --jwt-id 7d1e…
  restore subject alice --dry-run          what would work again?
  restore target 'SUB#main#alice'          deletes an entry exactly as written, for what \`lint\` finds

Restoring deletes the entry as it was read; what other entries reject stays rejected. An entry that somebody else changes
meanwhile is kept.`,
  show: `
Examples:
  show subject alice
  show token -                             is this token revoked by its id? (check covers all levels)
  show target 'jti#main#7d1e…' --json`,
  list: `
Examples:
  list                                     the first 100 entries
  list --level key
  list --issuer main --all --json
  list --after 'sub#main#alice'            the next page: the command is printed under each page`,
  check: `
Examples:
  npm run token | npm run --silent revocations -- check -
  pbpaste | npm run --silent revocations -- check - --stack Api

Runs the authorizer's own code against the deployment's configuration and table, and explains each step. Works for
expired, revoked and foreign tokens. Exit code 0 whatever the verdict; 1 when there could be none.`,
  import: `
Examples:
  import leavers.csv --dry-run
  import leavers.csv --reason "left the company"
  import - --stack Api --region eu-west-1 < revocations.jsonl

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
  lint: `
Examples:
  lint
  lint --stack Api --region eu-west-1 --json

Reads the whole table, reports entries that revoke nothing, or too much, or will vanish too early, and prints the
command that repairs each. Exit code 1 when it finds any.`,
  upgrade: `
Examples:
  npx cdk synth --quiet && npm run revocations -- upgrade cdk.out/bearer-authorizer.template.json --stack bearer-authorizer

Reads the whole table of the deployed stack, and lists the entries that the template's authorizer would no longer read:
of a renamed alias, of a level that is left out, or of another table. Writes nothing. Exit code 1 when it finds any.`,
} as const;
