import { createHash } from 'node:crypto';
import type { LocalUser } from '../../ops/stack/running-stack.ts';

const STYLE = `:root { color-scheme: light dark; font: 1.125rem/1.5 system-ui, sans-serif; }
body { max-width: 34rem; margin: 10vh auto; padding: 0 1rem; }
ul { list-style: none; padding: 0; }
button { font: inherit; padding: 0.5rem 1rem; margin: 0.5rem 0.5rem 0 0; }
code { overflow-wrap: anywhere; }`;

/**
 * The headers of every page. Pages have no script. `form-action` also governs the redirects that follow a form, which lead to an
 * app on this machine.
 */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
    "form-action 'self' http://127.0.0.1:* http://localhost:*",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; '),
};

/** The page on which people choose who they are: the users are made up, and have no password. */
export function signInPage(users: readonly LocalUser[], clientId: string): string {
  const items = users.map(
    ({ subject, scope }) =>
      `<li><button name="user" value="${escaped(subject)}">Sign in as ${escaped(subject)}</button>
<small>${scope === '' ? 'no scope' : `<code>${escaped(scope)}</code>`}</small></li>`,
  );
  return pageOf(
    'Sign in',
    `<p><strong>${escaped(clientId)}</strong> asks who you are. These users are made up, and have no password.</p>
<form method="post">
<ul>
${items.join('\n')}
</ul>
<button name="user" value="">Do not sign in</button>
</form>`,
  );
}

/**
 * @param form - the authorization server's own form, which has no button
 * @param isApiTold - whether the end of the session is told to the API
 */
export function signOutPage(form: string, isApiTold: boolean): string {
  return pageOf(
    'Sign out',
    `<p>This ends your session here. ${isApiTold ? 'The API is told, and rejects access tokens that the session has brought.' : 'Access tokens that the session has brought work until they expire, or are revoked.'}</p>
${form}
<button form="op.logoutForm" name="logout" value="yes">Sign out</button>
<button form="op.logoutForm">Stay signed in</button>`,
  );
}

export function signedOutPage(): string {
  return pageOf('Signed out', '<p>Your session has ended. You can close this page.</p>');
}

export function errorPage(error: string, description = ''): string {
  return pageOf('That did not work', `<p><code>${escaped(error)}</code>: ${escaped(description)}</p>`);
}

function pageOf(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
