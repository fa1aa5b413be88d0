import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { errors, type InteractionResults, type Provider } from 'oidc-provider';
import type { LocalUser } from '../../ops/stack/running-stack.ts';
import { errorPage, PAGE_HEADERS, signInPage } from './pages.ts';

/** Answers a request under `/interaction/`: shows the sign-in page, and takes what is chosen there. */
export async function signIn(
  provider: Provider,
  users: readonly LocalUser[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const { prompt, params } = await provider.interactionDetails(request, response);
    const finish = (result: InteractionResults) => provider.interactionFinished(request, response, result);
    // Only a request with prompt=consent comes here. Users of our own app are not asked.
    if (prompt.name === 'consent') await finish({ consent: {} });
    else if (request.method === 'POST') await finish(chosenIn(await text(request), users));
    else response.writeHead(200, PAGE_HEADERS).end(signInPage(users, String(params.client_id)));
  } catch (error) {
    if (!(error instanceof errors.SessionNotFound)) throw error;
    const sentence = 'this sign-in has ended, or began in another browser: start it again in the app';
    response.writeHead(400, PAGE_HEADERS).end(errorPage(error.error, sentence));
  }
}

function chosenIn(form: string, users: readonly LocalUser[]): InteractionResults {
  const chosen = new URLSearchParams(form).get('user');
  const user = users.find(({ subject }) => subject === chosen);
  if (user !== undefined) return { login: { accountId: user.subject } };
  return { error: 'access_denied', error_description: 'no user was chosen on the sign-in page' };
}
