import type { AuthorizerDescription } from '../../lambda/configuration/authorizer-description.ts';
import { type CompiledRoute, nameOf } from '../../lambda/policy/route.ts';
import { describedLosses } from '../../ops/routes/token-losses.ts';

/**
 * Says what has changed between two syntheses of an app, a sentence a line: routes, scopes, issuers, times, and requests that are lost
 * (403 although the token's scopes grant the route). Empty: nothing that tokens notice.
 */
export function descriptionChanges(before: AuthorizerDescription, after: AuthorizerDescription): readonly string[] {
  return [
    ...routeChanges('', before.routes, after.routes),
    ...routeChanges(' of the HTTP API', before.httpRoutes ?? [], after.httpRoutes ?? []),
    ...lossChanges(before, after),
    ...issuerChanges(before, after),
    ...settingChanges(before, after),
  ];
}

function routeChanges(
  where: string,
  before: readonly CompiledRoute[],
  after: readonly CompiledRoute[],
): readonly string[] {
  const [earlier, later] = [byName(before), byName(after)];
  const names = [...new Set([...earlier.keys(), ...later.keys()])];
  return names.flatMap((name) => {
    const [old, now] = [earlier.get(name), later.get(name)];
    if (old === undefined) return now === undefined ? [] : [`Route added${where}: ${name} (${scopesText(now)}).`];
    if (now === undefined) return [`Route removed${where}: ${name}.`];
    if (scopesText(old) === scopesText(now)) return [];
    return [`Scopes changed${where}: ${name} (${scopesText(now)}; before: ${scopesText(old)}).`];
  });
}

function byName(routes: readonly CompiledRoute[]): ReadonlyMap<string, CompiledRoute> {
  return new Map(routes.map((route) => [nameOf(route), route]));
}

function scopesText({ scopes }: CompiledRoute): string {
  return scopes.length === 0 ? 'any valid token' : scopes.toSorted().join(' or ');
}

function lossChanges(before: AuthorizerDescription, after: AuthorizerDescription): readonly string[] {
  const [earlier, later] = [lossesOf(before), lossesOf(after)];
  return [
    ...[...later].filter((loss) => !earlier.has(loss)).map((loss) => `Lost now (403 although granted): ${loss}.`),
    ...[...earlier].filter((loss) => !later.has(loss)).map((loss) => `No longer lost: ${loss}.`),
  ];
}

function lossesOf({ routes, losses, httpRoutes = [], httpLosses }: AuthorizerDescription): ReadonlySet<string> {
  const tables = [
    { routes, losses },
    { routes: httpRoutes, losses: httpLosses },
  ];
  const listed = tables.flatMap((table) => describedLosses(table)?.listed ?? []);
  return new Set(
    listed.flatMap(({ inWords, route, denied }) =>
      inWords.map((request) => `${request}, of tokens that may call ${nameOf(route)} but not ${nameOf(denied)}`),
    ),
  );
}

function issuerChanges(before: AuthorizerDescription, after: AuthorizerDescription): readonly string[] {
  const [earlier, later] = [before, after].map(({ configuration }) => configuration.issuers);
  const aliases = [...new Set([...(earlier ?? []), ...(later ?? [])].map(({ alias }) => alias))];
  return aliases.flatMap((alias) => {
    const [old, now] = [earlier, later].map((issuers) => issuers?.find((issuer) => issuer.alias === alias));
    if (JSON.stringify(old) === JSON.stringify(now)) return [];
    const verb = old === undefined ? 'added' : now === undefined ? 'removed' : 'changed';
    return [`Issuer ${verb}: ${alias} (${(now ?? old)?.issuer}).`];
  });
}

function settingChanges(before: AuthorizerDescription, after: AuthorizerDescription): readonly string[] {
  const settings: readonly (readonly [name: string, of: (description: AuthorizerDescription) => unknown])[] = [
    ['Result TTL', ({ resultTtlSeconds }) => `${resultTtlSeconds} s`],
    ['Decisions cached', ({ cachePer = 'token' }) => `per ${cachePer}`],
    ['Flush', ({ flush }) => (flush ? 'on' : 'off')],
    ['Revocation levels', ({ configuration }) => configuration.revocationLevels.join(', ')],
  ];
  return settings.flatMap(([name, of]) =>
    of(before) === of(after) ? [] : [`${name}: ${of(after)} (before: ${of(before)}).`],
  );
}
