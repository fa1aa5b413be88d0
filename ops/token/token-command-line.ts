import { Command as Commander } from 'commander';
import { UsageError } from '../cli/operator-error.ts';
import type { StackChoice } from '../stack/stack-choice.ts';
import { oneRegionChoice, type StackOptions, withStackOptions } from '../stack/stack-choice.ts';

const HELP = `
Examples:
  npm run --silent token                                          a token of the first client
  npm run --silent token -- --client visitor
  npm run --silent token -- --client orders-service --scope "orders:read"
  npm run --silent token -- --stack Api --region eu-west-1        from the Cognito user pool that the stack made

For a stack, the machine client's secret is asked of Cognito (cognito-idp:DescribeUserPoolClient), or given: --secret
FILE, or --secret - for standard input.

Prints the access token alone, on standard output; with --json, a document with the client and the token. Exit codes:
0 printed; 1 rejected by the issuer; 2 wrong command line.`;

export interface TokenCommand {
  readonly kind: 'token';
  readonly where: StackChoice;
  readonly json: boolean;
  readonly client: string | undefined;
  readonly scope: string | undefined;
  /** A file, or `-`, that holds the client's secret. */
  readonly secret: string | undefined;
}

type Options = StackOptions & { client?: string; scope?: string; secret?: string };

export function tokenGrammar(found: (command: TokenCommand) => void): Commander {
  return withStackOptions(new Commander('token').description('Prints an access token for the API.'))
    .option('--client <id>', 'the client to ask as (default: the first)')
    .option('--scope <scopes>', 'what to ask for, separated by spaces (default: all the client may have)')
    .option('--secret <file>', "with --stack: the client's secret, in a file, or - for standard input")
    .addHelpText('after', HELP)
    .action(({ client, scope, secret, ...options }: Options) => {
      if (secret !== undefined && options.stack === undefined) {
        throw new UsageError('--secret goes with --stack NAME: `npm start` says the secrets of its clients itself.');
      }
      found({ kind: 'token', client, scope, secret, ...oneRegionChoice('A token comes from one Region', options) });
    });
}
