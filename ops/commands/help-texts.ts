import { REVOCATION_LEVELS } from '../../lambda/revocation/revocation-level.ts';
import {
  LEVEL_WORDS,
  LEVELS_WITH_BEFORE,
  LEVELS_WITH_END,
  LEVELS_WITH_VALUE,
  levelsInWords,
} from '../entry/level-words.ts';

const REVOKE_CASES = REVOCATION_LEVELS.flatMap((level) => LEVEL_WORDS[level].cases);

/** What each `--help` ends with: commands to copy, most wanted first. */
export const HELP_TEXTS = {
  revocations: `
Examples:
  npm run revocations -- revoke subject alice --reason "laptop lost"
  npm run revocations -- revoke token -          (paste the token, then Ctrl-D: it stays out of the shell's history)
  npm run revocations -- check -                 (why is this token rejected, or not?)
  npm run revocations -- list --level subject
  npm run revocations -- restore subject alice

Which deployment: --local is what \`npm start\` runs here, and the default while it runs; --stack NAME is a CloudFormation
stack, with --region once for every Region it stands in. AWS credentials come from where the AWS CLI finds them.

Exit codes: 0 done; 1 could not be done or not be confirmed (\`lint\`: something was found, or could not be
looked at); 2 wrong command line, nothing written.`,
  revoke: `
Examples:
${REVOKE_CASES.map(([what, command]) => `  ${what.padEnd(26)}${command}`).join('\n')}
  look before you leap      revoke subject alice --dry-run
  two Regions               revoke subject alice --stack Api --region eu-west-1 --region us-east-1

Revoking again keeps the stronger of the two entries, unless --replace is given. Refresh tokens are the issuer's: revoke them there as well.`,
  restore: `
Examples:
  restore subject alice
  restore token --jwt-id 7d1e…
  restore subject alice --dry-run          what would come back to life?
  restore target 'SUB#main#alice'          deletes an entry exactly as written, for what \`lint\` finds

Restoring deletes the entry as it is found; what other entries reject stays rejected. An entry that somebody else changes
meanwhile stands.`,
  show: `
Examples:
  show subject alice
  show token -                             is this very token revoked by its id? (check tells about all levels)
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
expired, revoked and foreign tokens. Exit code 0 whatever the verdict; 1 when it could not be reached.`,
  import: `
Examples:
  import leavers.csv --dry-run
  import leavers.csv --reason "left the company"
  import - --stack Api --region eu-west-1 < revocations.jsonl

A CSV file has a header line; a JSONL file has one object a line. Columns, or members:
  level    ${levelsInWords(REVOCATION_LEVELS, 'disjunction')}
  value    the ${LEVELS_WITH_VALUE.map((level) => LEVEL_WORDS[level].value).join(', ')}; for an issuer, its alias
  exact    true: take the value as it stands, even where it begins with an issuer's alias (default: false)
  issuer   the alias (default: --issuer, or the only issuer)
  before   ${LEVELS_WITH_BEFORE.join(', ')}: now (the default), block, an instant in ISO 8601 with a zone, or seconds since 1970
  endsAt   ${LEVELS_WITH_END.join(', ')}: when it ends for certain; lets the entry be deleted afterwards
  reason   for people (default: --reason)
In JSON all are text, in quotes; instants may be plain numbers, and \`exact\` plain true or false. In a spreadsheet, format the columns as text first.

  level,value,before,reason
  subject,alice,now,left the company
  client,old-app,block,

Nothing is written when a line is bad, unless --skip-bad is given. To resume an import that was stopped, run it again:
entries that are there already are read, not written. Its first line on standard error names the --as-of to repeat.
Entries flush as they are written, so that those of a stopped import have; the flusher joins what arrives together.`,
  lint: `
Examples:
  lint
  lint --stack Api --region eu-west-1 --json

Reads the whole table, reports entries that revoke nothing, or too much, or will vanish too early, and prints the
command that puts each right. Exit code 1 when it finds any.`,
  upgrade: `
Examples:
  npx cdk synth --quiet && npm run revocations -- upgrade cdk.out/bearer-authorizer.template.json --stack bearer-authorizer

Reads the whole table of the deployed stack, and says which entries the template's authorizer would not read any more: an
alias that is renamed, a level that is left out, another table. Writes nothing. Exit code 1 when it finds any.`,
} as const;
