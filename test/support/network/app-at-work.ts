import { createHash, randomBytes } from 'node:crypto';
import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import { type Browser, locationOf, newBrowser } from '../../../ops/token/browser.ts';
import type { StartedAuthorizationServer } from './local-authorization-server.ts';

type FormFields = Readonly<Record<string, string>>;

/** A single-page app and the browser of its user. */
export interface AppAtWork {
  readonly browser: Browser;
  /** Asks for a code, and signs in where the page for that appears. @returns where the browser ends up */
  authorize(user: string, parameters?: FormFields): Promise<Response>;
  /** The same, with the response's parameters exchanged for tokens. */
  signIn(user: string, parameters?: FormFields): Promise<Tokens>;
  token(form: FormFields): Promise<Response>;
  /** Opens the page that ends the session, and confirms. */
  signOut(parameters?: FormFields): Promise<Response>;
}

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly id_token: string;
  readonly scope: string;
  readonly token_type: string;
  readonly expires_in: number;
}

export const REDIRECT_URI = 'http://localhost:5173/callback';

type Server = Pick<StartedAuthorizationServer, 'issuer' | 'app'>;

/** An app of somebody's own, on a port of its own, in a browser of its own. */
export function appAt({ issuer, app: { clientId } }: Server): AppAtWork {
  const browser = newBrowser();
  const verifier = randomBytes(32).toString('base64url');
  const usual = {
    ...{ response_type: 'code', client_id: clientId, redirect_uri: REDIRECT_URI, scope: 'openid orders:read' },
    ...{ code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' },
  };
  const follow = async (response: Response, user: string): Promise<Response> => {
    const location = locationOf(response);
    if (location === undefined || location.startsWith(REDIRECT_URI)) return response;
    const isPage = location.startsWith(`${issuer}/interaction/`);
    const next = await browser(location);
    if (!isPage || next.status !== 200) return follow(next, user);
    return follow(await browser(location, { method: 'POST', body: new URLSearchParams({ user }) }), user);
  };
  const token: AppAtWork['token'] = (form) =>
    fetch(`${issuer}/token`, {
      method: 'POST',
      headers: { origin: new URL(REDIRECT_URI).origin },
      body: new URLSearchParams({ client_id: clientId, ...form }),
    });
  const authorize = async (user: string, parameters: FormFields = {}) =>
    follow(await browser(`${issuer}/auth?${new URLSearchParams({ ...usual, ...parameters })}`), user);
  const signOut = async (parameters: FormFields = {}) => {
    const page = await browser(`${issuer}/session/end?${new URLSearchParams(parameters)}`);
    const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(await page.text()) ?? [];
    const confirmed = new URLSearchParams({ xsrf, logout: 'yes' });
    return browser(`${issuer}/session/end/confirm`, { method: 'POST', body: confirmed });
  };
  return {
    browser,
    authorize,
    token,
    signOut,
    signIn: async (user, parameters) => {
      const code = answerOf(await authorize(user, parameters)).get('code') ?? '';
      const form = { grant_type: 'authorization_code', redirect_uri: REDIRECT_URI, code, code_verifier: verifier };
      return (await (await token(form)).json()) as Tokens;
    },
  };
}

/** The parameters of a response that went to the app's redirect URI. */
export function answerOf(response: Response): URLSearchParams {
  return new URL(locationOf(response) ?? 'http://nowhere').searchParams;
}

/** The claims of a token that the server has signed. */
export async function verified(issuer: string, token: string, audience: string): Promise<JWTPayload> {
  const keys = createLocalJWKSet((await (await fetch(`${issuer}/jwks`)).json()) as JSONWebKeySet);
  return (await jwtVerify(token, keys, { issuer, audience })).payload;
}
