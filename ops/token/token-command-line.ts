import type { Command as Commander } from 'commander';
import type { Caller } from '../cli/caller.ts';
import { UsageError } from '../cli/operator-error.ts';
import type { Found } from '../cli/quiet-commander.ts';
import { oneRegionChoice, type StackCommand, type StackOptions, withOneRegionOptions } from '../stack/stack-choice.ts';

export interface TokenCommand extends StackCommand {
  readonly kind: 'token';
  /** The client to ask as; undefined: the first. */
  readonly client: string | undefined;
  /** Scopes separated by spaces; undefined: all that the client may have. */
  readonly scope: string | undefined;
  /** The file with the client's secret, `-` for standard input; undefined: Cognito is asked. */
  readonly secret: string | undefined;
}

type Options = StackOptions & { client?: string; scope?: string; secret?: string };

export function addToken(program: Commander, found: Found<TokenCommand>, caller: Caller): void {
  withOneRegionOptions(program.command('token').description('Prints an access token for the API.'))
    .option('--client <id>', 'the client to ask as (default: the first)')
    .option('--scope <scopes>', 'what to ask for, separated by spaces (default: all the client may have)')
    .option('--secret <file>', "with --stack: the client's secret, in a file, or - for standard input")
    .addHelpText('after', helpText(caller))
    .action(({ client, scope, secret, ...options }: Options) => {
      if (secret !== undefined && options.stack === undefined) {
        throw new UsageError('--secret goes with --stack NAME: `npm start` gives the secrets of its clients itself.');
      }
      found({ kind: 'token', client, scope, secret, ...oneRegionChoice('A token comes from one Region', options) });
    });
}

function helpText(caller: Caller): string {
  return `
Examples:
  ${caller('token', 'piped')}
      a token of the first client
  ${caller('token --client visitor', 'piped')}
  ${caller('token --client orders-service --scope "orders:read"', 'piped')}
  ${caller('token --stack Api --region eu-west-1', 'piped')}
      from the Cognito user pool that the stack made

For a stack, the machine client's secret is asked of Cognito (cognito-idp:DescribeUserPoolClient), or given: --secret
FILE, or --secret - for standard input.

Prints the access token alone, on standard output; with --json, a document with the client and the token. Exit codes:
0 printed; 1 rejected by the issuer; 2 wrong command line.`;
}
