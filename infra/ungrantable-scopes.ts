import { type AuthorizerSettings, DeploymentError, type IssuerSettings } from './deployment-schema.ts';
import { isKnownLater, shown } from './setting-demands.ts';

type Issuers = AuthorizerSettings['issuers'];

/**
 * A route whose scopes no token can carry would answer 403 to everybody. Without any issuer the stack makes one that can.
 * @throws DeploymentError naming the route
 */
export function refuseUngrantableScopes(issuers: Issuers, routes: AuthorizerSettings['routes']): void {
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
