import { OperatorError } from '../cli/operator-error.ts';
import type { Report } from '../cli/program.ts';
import type { Screen } from '../cli/progress.ts';
import {
  hasLocalIssuer,
  type IssuingRun,
  noRunSentence,
  readRunningStack,
  sayWhichRun,
} from '../stack/running-stack.ts';
import { requestToken, type TokenRequest } from './client-credentials.ts';
import { deployedClient } from './deployed-client.ts';
import type { TokenCommand } from './token-command-line.ts';
import { unverifiedClaims } from './token-endpoint.ts';
import { userTokens } from './user-sign-in.ts';

/** Gets an access token for the API: from `npm start`, or from the user pool of a deployed stack. */
export async function token(command: TokenCommand, screen: Screen): Promise<Report> {
  if (command.user !== undefined) return userToken(command.user, command, await running(screen));
  const request =
    command.where.kind === 'stack'
      ? await deployedClient(command, screen)
      : localClient(command, await running(screen));
  const accessToken = await requestToken(request);
  return { text: accessToken, document: { command: 'token', client: request.clientId, accessToken }, exitCode: 0 };
}

async function running(screen: Screen): Promise<IssuingRun> {
  await sayWhichRun(screen);
  const found = await readRunningStack(screen.localFolder);
  if (found === undefined) throw new OperatorError(noRunSentence(screen));
  if (hasLocalIssuer(found)) return found;
  const trusted = found.realIssuers.map(({ alias, issuer }) => `${alias} (${issuer})`).join(', ');
  throw new OperatorError(
    `What runs here trusts tokens of ${trusted} only: get one there, or start it again with --issuers both.`,
  );
}

function localClient({ client, scope }: TokenCommand, { clients, tokenEndpoint }: IssuingRun): TokenRequest {
  const found = client === undefined ? clients[0] : clients.find(({ clientId }) => clientId === client);
  if (found !== undefined) {
    return { tokenEndpoint, clientId: found.clientId, clientSecret: found.clientSecret, scope };
  }
  const names = clients.map(({ clientId }) => clientId).join(', ');
  throw new OperatorError(`There is no client "${client}" here: choose ${names}.`);
}

async function userToken(
  subject: string,
  { scope }: TokenCommand,
  { issuer, app, users }: IssuingRun,
): Promise<Report> {
  const user = users.find((each) => each.subject === subject);
  if (user === undefined) {
    throw new OperatorError(
      `There is no user "${subject}" here: choose ${users.map((each) => each.subject).join(', ')}.`,
    );
  }
  const { accessToken, refreshToken } = await userTokens({ issuer, app, user, scope });
  const session = unverifiedClaims(accessToken)?.sid;
  const document = { command: 'token', user: subject, client: app.clientId, session, accessToken, refreshToken };
  return { text: accessToken, document, exitCode: 0 };
}
