import { OperatorError } from '../cli/operator-error.ts';
import type { Report } from '../cli/program.ts';
import type { Terminal } from '../cli/terminal.ts';
import { noRunSentence, readRunningStack } from '../stack/running-stack.ts';
import { requestToken, type TokenRequest } from './client-credentials.ts';
import { deployedClient } from './deployed-client.ts';
import type { TokenCommand } from './token-command-line.ts';

/** Gets an access token for the API: from `npm start`, or from the user pool of a deployed stack. */
export async function token(command: TokenCommand, terminal: Terminal): Promise<Report> {
  const request =
    command.where.kind === 'stack' ? await deployedClient(command, terminal) : await localClient(command, terminal);
  const accessToken = await requestToken(request);
  const document = { command: 'token', client: request.clientId, accessToken };
  return { text: accessToken, document, exitCode: 0 };
}

async function localClient({ client, scope }: TokenCommand, terminal: Terminal): Promise<TokenRequest> {
  const running = await readRunningStack(terminal.localFolder);
  if (running === undefined) {
    const sentence = '`npm start` is not running here: start it, or name a deployed stack with --stack NAME.';
    throw new OperatorError(noRunSentence(terminal, sentence));
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
