import { Command as Commander } from 'commander';
import { wholeNumber } from '../../ops/cli/option-values.ts';
import {
  oneRegionChoice,
  type StackChoice,
  type StackOptions,
  withOneRegionOptions,
} from '../../ops/stack/stack-choice.ts';

const HELP = `
Examples:
  npm run test:deployed                                                against \`npm start\`
  npm run test:deployed -- --stack bearer-authorizer --region eu-west-1
  npm run test:deployed -- --stack bearer-authorizer --longest-wait 3700 --runs 20 --json

Calls the API with tokens of the stack's own Cognito client, and writes revocation entries for them, all of which it
deletes again, also when it is interrupted. Meanwhile other tokens of that client may be rejected for seconds: use a stack
of your own. Entries that others write at the same time flush the cache, and spoil the measurements of it.
Methods other than GET and HEAD are called only where the example backend answers.

Permissions it needs:
  cloudformation:DescribeStacks, cloudformation:DescribeStackResource    on the stack
  cognito-idp:DescribeUserPoolClient                                     on the user pool, unless --secret is given
  dynamodb:BatchGetItem, dynamodb:PutItem, dynamodb:DeleteItem           on the revocation table (and its KMS key, if any)
  apigateway:DELETE    on arn:aws:apigateway:REGION::/restapis/API/stages/STAGE/cache/authorizers or, for an HTTP API,
                       .../apis/API/stages/STAGE/cache/authorizers; without it, how long a flush takes is not measured

Exit codes: 0 every promise that could be tested was kept; 1 one was broken, or an entry could not be deleted; 2 wrong
command line; 130 interrupted. A fact that differs from what was expected is marked, and does not fail the run.`;

export interface DeployedTestCommand {
  readonly kind: 'test:deployed';
  readonly where: StackChoice;
  readonly json: boolean;
  readonly client: string | undefined;
  /** A file, or `-`, that holds the client's secret. */
  readonly secret: string | undefined;
  /** How often lags are measured. */
  readonly runs: number;
  /** The maximum seconds that one measurement waits for time to pass. */
  readonly longestWait: number;
  readonly breakGlass: boolean;
}

type Options = StackOptions & {
  client?: string;
  secret?: string;
  runs: number;
  longestWait: number;
  breakGlass?: true;
};

export function deployedTestGrammar(found: (command: DeployedTestCommand) => void): Commander {
  const description = 'Tests the promises on a deployed stack, and measures what AWS does not document.';
  return withOneRegionOptions(new Commander('test:deployed').description(description))
    .option('--client <id>', 'the client to ask tokens as (default: the first)')
    .option('--secret <file>', "with --stack: the client's secret, in a file, or - for standard input")
    .option('--runs <count>', 'how often lags are measured', wholeNumber('--runs', 1, 100), 5)
    .option(
      '--longest-wait <seconds>',
      'for time to pass, in one measurement',
      wholeNumber('--longest-wait', 0, 90_000),
      180,
    )
    .option('--break-glass', 'also revoke the signing key and the issuer: everybody is rejected for seconds')
    .addHelpText('after', HELP)
    .action(({ client, secret, runs, longestWait, breakGlass, ...options }: Options) => {
      found({
        kind: 'test:deployed',
        client,
        secret,
        runs,
        longestWait,
        breakGlass: breakGlass === true,
        ...oneRegionChoice('One Region is measured at a time', options),
      });
    });
}
