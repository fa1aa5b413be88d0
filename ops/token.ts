import { OperatorError } from './cli/operator-error.ts';
import { printReport, runProgram } from './cli/program.ts';
import { processTerminal, type Terminal } from './cli/terminal.ts';
import { readRunningStack } from './stack/running-stack.ts';
import { requestToken, type TokenRequest } from './token/client-credentials.ts';
import { deployedClient } from './token/deployed-client.ts';
import { type TokenCommand, tokenGrammar } from './token/token-command-line.ts';

/** Prints an access token. @returns the exit code */
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
