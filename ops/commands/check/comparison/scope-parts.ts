import type { CompiledRoute } from '../../../../lambda/policy/route.ts';
import { claimAt } from '../../../../lambda/token/claim-path.ts';
import type { JsonObject } from '../../../../lambda/token/json-object.ts';
import type { ScopeClaim, TrustedIssuer } from '../../../../lambda/token/trusted-issuer.ts';
import type { ComparedPart } from './compared-token.ts';
import { foundText } from './found-text.ts';
import { nearMiss } from './near-miss.ts';
import { providerOf } from './provider.ts';

/** A good token's scopes, and the routes that they may open. */
export interface ComparedScopes {
  /** The token's payload. */
  readonly payload: JsonObject;
  readonly issuer: TrustedIssuer;
  readonly routes: readonly CompiledRoute[];
  /** The token's scopes that open a route. */
  readonly openingScopes: readonly string[];
}

/** Compares the claims that list scopes. They match where one of the scopes opens a route, or no route asks for any. */
export function scopeParts(compared: ComparedScopes): readonly ComparedPart[] {
  const { issuer, routes, openingScopes } = compared;
  const [example] = routes.flatMap(({ scopes }) => scopes);
  const matches = openingScopes.length > 0 || example === undefined;
  return issuer.claimNames.scopes.map((claim) => {
    const expected = `${FORMS[claim.form]}${example === undefined ? '' : `, such as ${foundText(issuer.scopePrefix + example)}`}`;
    const change = matches ? undefined : changeOf(claim, compared);
    const part = {
      name: claim.path.join('.'),
      step: 'claims',
      found: foundText(claimAt(compared.payload, claim.path)),
    } as const;
    return { ...part, expected, matches, isCause: false, change };
  });
}

const FORMS = { string: 'a string of scopes with spaces between', array: 'an array of scopes' } as const;

/** Claims in which providers list what a token permits. */
const KNOWN_CLAIMS = ['scope', 'scp', 'scopes', 'permissions', 'roles', 'groups'];

function changeOf(claim: ScopeClaim, compared: ComparedScopes): string {
  const { payload, issuer } = compared;
  const value = claimAt(compared.payload, claim.path);
  const { preset } = providerOf(issuer);
  const setting = `{ ...${preset}({ … }), claimNames: { … } } as issuers.${issuer.alias}`;
  const otherForm = claim.form === 'string' ? 'array' : 'string';
  if (value !== undefined && listed(value, otherForm).length > 0) {
    return `have the provider write ${FORMS[claim.form]}, or, for its ${otherForm}, set form: '${otherForm}' in claimNames.scopes: ${setting}`;
  }
  const [first] = listed(value, claim.form).flatMap((scope) => differencesOf(scope, compared));
  if (first !== undefined) return first;
  const others = KNOWN_CLAIMS.filter((name) => payload[name] !== undefined && name !== claim.path.join('.'));
  if (value === undefined && others.length > 0) {
    return `the token has ${others.join(' and ')}: have the provider write ${claim.path.join('.')}, or name that claim in claimNames.scopes: ${setting}`;
  }
  return 'ask for the token with the scope of a route that its client may call';
}

function listed(value: unknown, form: ScopeClaim['form']): readonly string[] {
  if (form === 'string') return typeof value === 'string' ? value.split(' ').filter((scope) => scope !== '') : [];
  return Array.isArray(value) ? value.filter((scope) => typeof scope === 'string') : [];
}

/** How little a scope differs from one of a route. */
function differencesOf(scope: string, { issuer, routes }: ComparedScopes): readonly string[] {
  const { alias, scopePrefix } = issuer;
  const option = providerOf(issuer).preset === 'cognito' ? 'resourceServer' : 'scopePrefix';
  return routes
    .flatMap((route) => route.scopes)
    .flatMap((expected) => {
      const missed = nearMiss(scope, scopePrefix + expected);
      if (missed !== undefined)
        return [`${foundText(scope)} differs from the routes' ${foundText(expected)} only in ${missed}`];
      const before = scope.endsWith(expected) ? scope.slice(0, -expected.length) : '';
      if (!/[/:.]$/.test(before) || before === scopePrefix) return [];
      return [
        `the provider writes ${foundText(before)} before ${foundText(expected)}: set \`${option}\` of issuers.${alias}, or write the scopes of the routes as the token has them`,
      ];
    });
}
