import * as oauth from 'oauth4webapi';
import type { SignInFacts } from '../page-server/page-messages.ts';
import { SIGN_IN_CHANNEL } from './sign-in-channel.ts';

/** Milliseconds between looks at whether the person has closed the sign-in window: no event says so. */
const CLOSED_CHECK = 300;

/** The local authorization server is plain HTTP, on loopback. */
const INSECURE = { [oauth.allowInsecureRequests]: true };

/** The person did not sign in. `message` says why, in a sentence. */
export class SignInError extends Error {}

/**
 * Signs a person in: authorization code with PKCE (RFC 7636), in a window of its own, so that this page keeps what it shows. Nothing is
 * stored: the verifier and the state live in this call, and the token in what it returns.
 *
 * @param prompt - `login`: the authorization server asks who it is, even where a session lives
 * @returns the answer of the token endpoint
 * @throws SignInError; the signal's reason when it aborts
 */
export async function signIn(
  facts: SignInFacts,
  prompt?: 'login',
  signal?: AbortSignal,
): Promise<oauth.TokenEndpointResponse> {
  // Before anything is awaited: browsers open windows only right after a click.
  const popup = window.open('', '_blank', 'popup,width=480,height=640');
  if (popup === null) throw new SignInError('The browser has blocked the sign-in window: allow it, and sign in again.');
  // The authorization server's page must not be able to lead this one elsewhere.
  popup.opener = null;
  try {
    return await signInAt(popup, facts, prompt, signal);
  } finally {
    popup.close();
  }
}

async function signInAt(
  popup: Window,
  facts: SignInFacts,
  prompt: 'login' | undefined,
  signal: AbortSignal | undefined,
): Promise<oauth.TokenEndpointResponse> {
  const server = await discovered(facts.issuer);
  const client: oauth.Client = { client_id: facts.clientId };
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const redirectUri = `${location.origin}/callback`;
  const address = new URL(server.authorization_endpoint ?? '');
  const request = { facts, redirectUri, state, verifier, prompt };
  address.search = (await authorizationRequest(request)).toString();
  const answered = authorizationResponse(popup, state, signal);
  popup.location.href = address.href;
  const parameters = validated(server, client, await answered, state);
  const grant = [oauth.None(), parameters, redirectUri, verifier, INSECURE] as const;
  const response = await oauth.authorizationCodeGrantRequest(server, client, ...grant);
  return oauth.processAuthorizationCodeResponse(server, client, response);
}

interface AuthorizationRequest {
  readonly facts: SignInFacts;
  readonly redirectUri: string;
  readonly state: string;
  readonly verifier: string;
  readonly prompt: 'login' | undefined;
}

/** The parameters of the authorization request (RFC 6749 section 4.1.1, RFC 7636 section 4.3). */
async function authorizationRequest({ facts, redirectUri, state, verifier, prompt }: AuthorizationRequest) {
  return new URLSearchParams({
    response_type: 'code',
    client_id: facts.clientId,
    redirect_uri: redirectUri,
    state,
    scope: ['openid', ...facts.scopes].join(' '),
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(prompt && { prompt }),
  });
}

async function discovered(issuer: string): Promise<oauth.AuthorizationServer> {
  const address = new URL(issuer);
  return oauth.processDiscoveryResponse(address, await oauth.discoveryRequest(address, INSECURE));
}

function validated(
  server: oauth.AuthorizationServer,
  client: oauth.Client,
  answer: URLSearchParams,
  state: string,
): URLSearchParams {
  try {
    return oauth.validateAuthResponse(server, client, answer, state);
  } catch (error) {
    if (!(error instanceof oauth.AuthorizationResponseError)) throw error;
    throw new SignInError(`Nobody has signed in: ${error.error_description ?? error.error}.`);
  }
}

/** Waits for the response that comes to `/callback` for this state. Another window of this page may sign in meanwhile. */
function authorizationResponse(popup: Window, state: string, signal?: AbortSignal): Promise<URLSearchParams> {
  const { promise, resolve, reject } = Promise.withResolvers<URLSearchParams>();
  const channel = new BroadcastChannel(SIGN_IN_CHANNEL);
  channel.onmessage = ({ data }: MessageEvent<string>) => {
    const answer = new URLSearchParams(data);
    if (answer.get('state') === state) resolve(answer);
  };
  let wasClosed = false;
  const check = setInterval(() => {
    // Twice: a window that has sent its response closes at once.
    if (wasClosed) reject(new SignInError('The sign-in window was closed before anybody had signed in.'));
    wasClosed = popup.closed;
  }, CLOSED_CHECK);
  const abort = () => reject(signal?.reason);
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  return promise.finally(() => {
    channel.close();
    clearInterval(check);
    signal?.removeEventListener('abort', abort);
  });
}
