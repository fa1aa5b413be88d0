import { createHash } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { errorPage, signedOutPage, signInPage, signOutPage } from '../../../local/authorization-server/pages.ts';
import { locationOf } from '../../../ops/token/browser.ts';
import { appAt } from '../../support/network/app-at-work.ts';
import { startAuthorizationServer } from '../../support/network/local-authorization-server.ts';

const server = await startAuthorizationServer();
afterAll(() => server.stop());

const challenge = createHash('sha256').update('v'.repeat(43)).digest('base64url');

const signInPageOf = async () => {
  const { browser } = appAt(server);
  const redirect_uri = 'http://127.0.0.1:3004/';
  const asked = { response_type: 'code', client_id: 'web-app', redirect_uri, scope: 'openid' };
  const pkce = { code_challenge: challenge, code_challenge_method: 'S256' };
  const address =
    locationOf(await browser(`${server.issuer}/auth?${new URLSearchParams({ ...asked, ...pkce })}`)) ?? '';
  return { address, response: await browser(address) };
};

describe('the sign-in page', () => {
  it('has a button for each user, and one to leave', async () => {
    const html = await (await signInPageOf()).response.text();
    const buttons = [...html.matchAll(/<button name="user" value="([^"]*)">([^<]*)<\/button>/g)];
    expect(buttons.map(([, value, text]) => [value, text])).toEqual([
      ['alice', 'Sign in as alice'],
      ['bob', 'Sign in as bob'],
      ['', 'Do not sign in'],
    ]);
  });

  it('allows no script, no frame, and only its own style', async () => {
    const { response } = await signInPageOf();
    const policy = response.headers.get('content-security-policy') ?? '';
    const [, style = ''] = /<style>([\s\S]*)<\/style>/.exec(await response.text()) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `style-src 'sha256-${hash}'`,
      "form-action 'self' http://127.0.0.1:* http://localhost:*",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ]);
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('says in another browser that the sign-in has ended', async () => {
    const { address } = await signInPageOf();
    const response = await appAt(server).browser(address);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('start it again in the app');
  });
});

it.each([
  ['sign-in', signInPage([{ subject: 'alice', scope: '' }], 'web-app')],
  ['sign-out', signOutPage('<form id="op.logoutForm"></form>', true)],
  ['signed-out', signedOutPage()],
  ['error', errorPage('invalid_request', 'missing')],
])('the %s page has a language, a title that is its only heading, one main part, and no script', (_, html) => {
  const [, title] = /<title>(.*)<\/title>/.exec(html) ?? [];
  expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect([...html.matchAll(/<h\d>(.*)<\/h\d>/g)].map(([, heading]) => heading)).toEqual([title]);
  expect(html.match(/<main>/g)).toHaveLength(1);
  expect(html).not.toMatch(/<script|javascript:| on\w+=/i);
});

it('text from a request cannot become markup', () => {
  expect(errorPage('<b>', '"<script>')).toContain('<code>&#60;b&#62;</code>: &#34;&#60;script&#62;');
});
