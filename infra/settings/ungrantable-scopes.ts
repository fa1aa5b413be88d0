import { DeploymentError } from '../errors.ts';
import type { AuthorizerSettings, IssuerSettings } from './deployment-schema.ts';
import { shown } from './values/shown-value.ts';
import { isKnownLater } from './values/validators.ts';

type Issuers = AuthorizerSettings['issuers'];

/**
 * Rejects a route whose scopes no token can carry: it would answer 403 to everybody. Without issuers nothing is checked, because the
 * stack creates one that can grant them.
 * @throws DeploymentError naming the route
 */
export function rejectUngrantableScopes(issuers: Issuers, routes: AuthorizerSettings['routes']): void {
  const all = Object.entries(issuers);
  if (all.length === 0) return;
  const index = routes.findIndex(
    ({ scopes }) => scopes.length > 0 && !scopes.some((scope) => all.some(([, issuer]) => canGrant(issuer, scope))),
  );
  const route = routes[index];
  if (route === undefined) return;
  const found = `routes[${index}] is ${route.method} ${route.path} with the scopes ${shown(route.scopes)}`;
  throw new DeploymentError(`${found}: ${fixFor(issuers)}.`);
}

function canGrant({ claimNames, scopePrefix }: IssuerSettings, scope: string): boolean {
  if (claimNames.scopes.length === 0) return false;
  return scopePrefix === '' || isKnownLater(scopePrefix) || !scope.startsWith(scopePrefix);
}

function fixFor(issuers: Issuers): string {
  const prefixed = Object.entries(issuers).find(([, { claimNames }]) => claimNames.scopes.length > 0);
  if (prefixed === undefined) {
    const aliases = Object.keys(issuers).map((alias) => `issuers.${alias}`);
    return `write scopes: [], or add an issuer whose tokens carry scopes, because those of ${aliases.join(', ')} carry none`;
  }
  const [alias, { scopePrefix }] = prefixed;
  return `leave out ${shown(scopePrefix)}, because issuers.${alias} takes it off every scope (scopePrefix)`;
}

/**
 * A warning of scopes that Cognito does not write by itself. It writes `<resource server>/<scope>`, so without `resourceServer` only a
 * trigger of the pool can add a scope without a slash. Undefined: there is nothing to warn of.
 */
export function bareScopeWarning(issuers: Issuers, routes: AuthorizerSettings['routes']): string | undefined {
  const aliases = Object.keys(issuers);
  if (!Object.values(issuers).every(isCognitoWithoutPrefix)) return undefined;
  const bare = routes.find(({ scopes }) => scopes.length > 0 && !scopes.some(isWrittenByCognito));
  if (bare === undefined) return undefined;
  return (
    `${bare.method} ${bare.path} asks for ${shown(bare.scopes)}, and tokens of ${aliases.join(', ')} carry such a scope as ` +
    '<resource server>/<scope>: set resourceServer, unless a trigger of the user pool adds it.'
  );
}

function isCognitoWithoutPrefix({ requiredClaims, scopePrefix }: IssuerSettings): boolean {
  return requiredClaims.token_use === 'access' && scopePrefix === '';
}

/** Whether Cognito writes the scope by itself: scopes of resource servers, and those that every user pool has. */
function isWrittenByCognito(scope: string): boolean {
  return /\/|^(openid|email|phone|profile|aws\.cognito\.signin\.user\.admin)$/.test(scope);
}
