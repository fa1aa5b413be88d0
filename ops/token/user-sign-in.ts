import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { OperatorError, sentenceOf } from '../cli/operator-error.ts';
import { printable, withholdToken } from '../cli/terminal-text.ts';
import type { LocalApp, LocalUser } from '../stack/running-stack.ts';
import { type Browser, locationOf, newBrowser } from './browser.ts';
import { type IssuedTokens, requestTokens } from './token-endpoint.ts';

export interface SignInRequest {
  readonly issuer: string;
  readonly app: LocalApp;
  readonly user: LocalUser;
  /** Separated by spaces; undefined: all that the user may have. */
  readonly scope: string | undefined;
}

/**
 * Signs a user in at the local authorization server, as an app and a browser do: authorization code with PKCE (RFC 7636), and the
 * sign-in page. Each call is a sign-in of its own, with its own session.
 * @throws OperatorError
 */
export async function userTokens({ issuer, app, user, scope }: SignInRequest): Promise<IssuedTokens> {
  const metadata = await metadataOf(issuer);
  const verifier = randomBytes(32).toString('base64url');
  const state = randomUUID();
  const asked = new URLSearchParams({
    ...{ response_type: 'code', client_id: app.clientId, redirect_uri: app.redirectUri, state },
    ...{ code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' },
    scope: `openid ${scope ?? user.scope}`.trim(),
  });
  const answer = await answerAfterSignIn(`${metadata.authorization_endpoint}?${asked}`, app.redirectUri, user.subject);
  return requestTokens({
    tokenEndpoint: metadata.token_endpoint,
    grantee: `The user ${user.subject}`,
    form: {
      ...{ grant_type: 'authorization_code', client_id: app.clientId, redirect_uri: app.redirectUri },
      ...{ code: codeIn(answer, state, issuer), code_verifier: verifier },
    },
    scope,
  });
}

interface Metadata {
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
}

async function metadataOf(issuer: string): Promise<Metadata> {
  try {
    return (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as Metadata;
  } catch (error) {
    throw new OperatorError(`The authorization server ${issuer} does not answer: ${sentenceOf(error)}`);
  }
}

/** Opens the sign-in page, chooses the user there, and follows the redirects up to the app's own. @returns where that leads */
async function answerAfterSignIn(start: string, redirectUri: string, user: string): Promise<URL> {
  const browser = newBrowser();
  const page = locationOf(await browser(start));
  if (page === undefined || page.startsWith(`${redirectUri}?`)) return answerAt(page);
  await browser(page);
  const chosen = await browser(page, { method: 'POST', body: new URLSearchParams({ user }) });
  return answerAt(await followed(browser, locationOf(chosen), redirectUri));
}

async function followed(
  browser: Browser,
  location: string | undefined,
  redirectUri: string,
): Promise<string | undefined> {
  if (location === undefined || location.startsWith(`${redirectUri}?`)) return location;
  return followed(browser, locationOf(await browser(location)), redirectUri);
}

function answerAt(location: string | undefined): URL {
  if (location !== undefined) return new URL(location);
  throw new OperatorError('The authorization server ended the sign-in without an answer: start the run again.');
}

/** The code of an authorization response (RFC 6749 section 4.1.2, RFC 9207). @throws OperatorError */
function codeIn({ searchParams: answer }: URL, state: string, issuer: string): string {
  const code = answer.get('code');
  if (code !== null && answer.get('state') === state && answer.get('iss') === issuer) return code;
  const cause = [answer.get('error'), answer.get('error_description')].filter((text) => text !== null).join(': ');
  throw new OperatorError(
    `The sign-in brought no code: ${withholdToken(printable(cause)) || 'its state or issuer is another'}.`,
  );
}
