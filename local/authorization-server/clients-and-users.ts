import type { Route } from '../../lambda/policy/route.ts';
import type { LocalApp, LocalClient, LocalUser } from '../../ops/stack/running-stack.ts';

/** Who may get a token from the authorization server. All are made up, and follow from the routes of the deployment. */
export interface ClientsAndUsers {
  /** Services with a secret, which get tokens by client credentials. */
  readonly clients: readonly LocalClient[];
  /** The single-page app at which the users sign in. */
  readonly app: LocalApp;
  readonly users: readonly LocalUser[];
  /** Every scope of the routes. */
  readonly scopes: readonly string[];
}

/** The id of the single-page app. */
export const appClientId = 'web-app';

export function clientsAndUsers(routes: readonly Pick<Route, 'method' | 'scopes'>[]): ClientsAndUsers {
  const scopes = [...new Set(routes.flatMap((route) => route.scopes))];
  const all = scopes.join(' ');
  const reading = readingScopes(routes).join(' ');
  return {
    clients: [
      { clientId: 'service', clientSecret: 'service-secret', scope: all },
      { clientId: 'reader', clientSecret: 'reader-secret', scope: reading },
      { clientId: 'visitor', clientSecret: 'visitor-secret', scope: '' },
    ],
    app: { clientId: appClientId, redirectUri: 'http://127.0.0.1/callback' },
    users: [
      { subject: 'alice', scope: all },
      { subject: 'bob', scope: reading },
    ],
    scopes,
  };
}

/** One scope for each route that is read: any one of a route's scopes opens it. */
function readingScopes(routes: readonly Pick<Route, 'method' | 'scopes'>[]): readonly string[] {
  const read = routes.filter(({ method }) => method === 'GET');
  return [...new Set(read.flatMap(({ scopes }) => scopes.slice(0, 1)))];
}
