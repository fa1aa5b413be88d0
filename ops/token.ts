import { Command, type Command as Commander } from 'commander';
import { requestToken, type TokenRequest } from './client-credentials.ts';
import type { StackChoice } from './command.ts';
import { deployedClient } from './deployed-client.ts';
import { readRunningStack } from './local-stack.ts';
import { OperatorError, sentenceOf, UsageError } from './operator-error.ts';
import { printHelp, quietly } from './quiet-commander.ts';
import { type StackOptions, stackChoice, withStackOptions } from './stack-options.ts';
import { processTerminal, type Terminal } from './terminal.ts';

const HELP = `
Examples:
  npm run --silent token                                          a token of the first client
  npm run --silent token -- --client visitor
  npm run --silent token -- --client orders-service --scope "orders:read"
  npm run --silent token -- --stack Api --region eu-west-1        from the Cognito user pool that the stack made

For a stack, the machine client's secret is asked of Cognito (cognito-idp:DescribeUserPoolClient), or given: --secret
FILE, or --secret - for standard input.

Prints the access token alone, on standard output. Exit codes: 0 printed; 1 refused by the issuer; 2 wrong command line.`;

export interface TokenCommand {
  readonly kind: 'token';
  readonly where: StackChoice;
  readonly client: string | undefined;
  readonly scope: string | undefined;
  /** A file, or `-`, that holds the client's secret. */
  readonly secret: string | undefined;
}

/** @throws UsageError */
export function parseTokenCommandLine(argv: readonly string[]) {
  type Options = StackOptions & { client?: string; scope?: string; secret?: string };
  let parsed: TokenCommand | undefined;
  const program: Commander = withStackOptions(new Command('token').description('Prints an access token for the API.'))
    .option('--client <id>', 'the client to ask as (default: the first)')
    .option('--scope <scopes>', 'what to ask for, separated by spaces (default: all the client may have)')
    .option('--secret <file>', "with --stack: the client's secret, in a file, or - for standard input")
    .addHelpText('after', HELP)
    .action(({ client, scope, secret, ...options }: Options) => {
      const { where } = stackChoice(options);
      if (where.kind === 'stack' && where.regions.length > 1)
        throw new UsageError('A token comes from one Region: give --region once.');
      parsed = { kind: 'token', where, client, scope, secret };
    });
  return quietly(program, argv, () => parsed);
}

/** Prints an access token. @returns the exit code */
export async function main(argv: readonly string[], terminal: Terminal): Promise<0 | 1 | 2> {
  try {
    const command = parseTokenCommandLine(argv);
    if (command.kind === 'help') return printHelp(command, terminal);
    const request =
      command.where.kind === 'stack' ? await deployedClient(command, terminal) : await localClient(command, terminal);
    terminal.out.write(`${await requestToken(request)}\n`);
    return 0;
  } catch (error) {
    terminal.err.write(`${sentenceOf(error)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

async function localClient({ client, scope }: TokenCommand, { localFolder }: Terminal): Promise<TokenRequest> {
  const running = await readRunningStack(localFolder);
  if (running === undefined) {
    throw new OperatorError('`npm start` is not running here: start it, or name a deployed stack with --stack NAME.');
  }
  const { clients, tokenEndpoint } = running;
  const found = client === undefined ? clients[0] : clients.find(({ clientId }) => clientId === client);
  if (found === undefined) {
    throw new OperatorError(
      `There is no client "${client}" here: there are ${clients.map(({ clientId }) => clientId).join(', ')}.`,
    );
  }
  return { tokenEndpoint, clientId: found.clientId, clientSecret: found.clientSecret, scope };
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2), processTerminal());
