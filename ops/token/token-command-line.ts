import type { Command as Commander } from 'commander';
import type { Caller } from '../cli/caller.ts';
import { UsageError } from '../cli/operator-error.ts';
import type { Found } from '../cli/quiet-commander.ts';
import { oneRegionChoice, type StackCommand, type StackOptions, withOneRegionOptions } from '../stack/stack-choice.ts';

export interface TokenCommand extends StackCommand {
  readonly kind: 'token';
  /** The user to sign in; undefined: a client asks by itself. */
  readonly user: string | undefined;
  /** The client to ask as; undefined: the first. */
  readonly client: string | undefined;
  /** Scopes separated by spaces; undefined: all that the client, or the user, may have. */
  readonly scope: string | undefined;
  /** The file with the client's secret, `-` for standard input; undefined: Cognito is asked. */
  readonly secret: string | undefined;
}

type Options = StackOptions & { user?: string; client?: string; scope?: string; secret?: string };

export function addToken(program: Commander, found: Found<TokenCommand>, caller: Caller): void {
  withOneRegionOptions(program.command('token').description('Prints an access token for the API.'))
    .option('--user <subject>', 'the user to sign in: alice or bob, in a session of its own each time')
    .option('--client <id>', 'the client to ask as (default: the first)')
    .option('--scope <scopes>', 'what to ask for, separated by spaces (default: all the client or user may have)')
    .option('--secret <file>', "with --stack: the client's secret, in a file, or - for standard input")
    .addHelpText('after', helpText(caller))
    .action(({ user, client, scope, secret, ...options }: Options) => {
      if (user !== undefined) requireOnlyUser(client, options.stack);
      if (secret !== undefined && options.stack === undefined) {
        throw new UsageError(
          '--secret goes with --stack NAME: a run on this machine gives the secrets of its clients itself.',
        );
      }
      found({
        kind: 'token',
        user,
        client,
        scope,
        secret,
        ...oneRegionChoice('A token comes from one Region', options),
      });
    });
}

function requireOnlyUser(client: string | undefined, stack: string | undefined): void {
  if (stack !== undefined) {
    throw new UsageError(
      '--user is for the users of a run on this machine: those of a deployed stack sign in at its issuer.',
    );
  }
  if (client !== undefined)
    throw new UsageError('--user signs in at the app of the run on this machine: leave --client out.');
}

function helpText(caller: Caller): string {
  return `
Examples:
  ${caller('token', 'piped')}
      a token of the first client
  ${caller('token --client visitor', 'piped')}
  ${caller('token --client service --scope "orders:read"', 'piped')}
  ${caller('token --user alice', 'piped')}
      of a user who signs in, with a session: authorization code with PKCE
  ${caller('token --stack Api --region eu-west-1', 'piped')}
      from the Cognito user pool that the stack made

For a stack, the machine client's secret is asked of Cognito (cognito-idp:DescribeUserPoolClient), or given: --secret
FILE, or --secret - for standard input.

Prints the access token alone, on standard output; with --json, a document with the client and the token, and for a user
with the session (its sid) and a refresh token of it. Exit codes: 0 printed; 1 rejected by the issuer, or a scope of
--scope not granted; 2 wrong command line.`;
}
