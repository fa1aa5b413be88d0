import { Command as Commander } from 'commander';
import { OperatorError, UsageError } from './cli/operator-error.ts';
import { printReport, runProgram } from './cli/program.ts';
import type { Found } from './cli/quiet-commander.ts';
import { processTerminal, type Terminal } from './cli/terminal.ts';
import { readRunningStack } from './stack/running-stack.ts';
import { oneRegionChoice, type StackOptions, withOneRegionOptions } from './stack/stack-choice.ts';
import { requestToken, type TokenRequest } from './token/client-credentials.ts';
import { type ClientChoice, deployedClient } from './token/deployed-client.ts';

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

interface TokenCommand extends ClientChoice {
  readonly kind: 'token';
  readonly json: boolean;
}

type Options = StackOptions & { client?: string; scope?: string; secret?: string };

function tokenGrammar(found: Found<TokenCommand>): Commander {
  return withOneRegionOptions(new Commander('token').description('Prints an access token for the API.'))
    .option('--client <id>', 'the client to ask as (default: the first)')
    .option('--scope <scopes>', 'what to ask for, separated by spaces (default: all the client may have)')
    .option('--secret <file>', "with --stack: the client's secret, in a file, or - for standard input")
    .addHelpText('after', HELP)
    .action(({ client, scope, secret, ...options }: Options) => {
      if (secret !== undefined && options.stack === undefined) {
        throw new UsageError('--secret goes with --stack NAME: `npm start` gives the secrets of its clients itself.');
      }
      found({ kind: 'token', client, scope, secret, ...oneRegionChoice('A token comes from one Region', options) });
    });
}

/** Runs `npm run token`: prints an access token. @returns the exit code */
export function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  return runProgram({ grammar: tokenGrammar, run: printToken }, argv, terminal);
}

async function printToken(command: TokenCommand, terminal: Terminal): Promise<number> {
  const request =
    command.where.kind === 'stack' ? await deployedClient(command, terminal) : await localClient(command, terminal);
  const accessToken = await requestToken(request);
  const document = { command: 'token', client: request.clientId, accessToken };
  return printReport({ text: accessToken, document, exitCode: 0 }, command, terminal);
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
