import { KeySet } from '../../lambda/key-set/key-set.ts';
import { Grants } from '../../lambda/policy/grants.ts';
import type { Grant } from '../../lambda/policy/listed-grant.ts';
import { type ApiKind, type CompiledRoute, DEFAULT_ROUTE, type HttpMethod } from '../../lambda/policy/route.ts';
import type { AccessToken } from '../../lambda/token/access-token.ts';
import type { TrustedIssuer } from '../../lambda/token/trusted-issuer.ts';
import { createTokenVerifier } from '../../lambda/token-verifier.ts';
import { OperatorError } from '../../ops/cli/operator-error.ts';
import { verifyToken } from '../../ops/commands/check/token-verdict.ts';
import { issuerOf } from '../../ops/entry/revocation.ts';
import type { RegionalStack } from '../../ops/stack/revocation-stack.ts';
import { requestToken, type TokenRequest } from '../../ops/token/client-credentials.ts';

/** A token that the authorizer should accept, and the routes that it should open. */
export interface HeldToken {
  readonly authorization: string;
  readonly accessToken: AccessToken;
  readonly issuer: TrustedIssuer;
  readonly grant: Grant;
}

export interface TokenSource {
  /** A new token with every scope that the client may have. */
  broad(): Promise<HeldToken>;
  /** A new token with one scope, so that there are routes that it does not open. */
  narrow(): Promise<HeldToken>;
}

/** A deployment, and the routes as its API selects them. */
interface TokenPlace {
  readonly region: RegionalStack;
  readonly kind: ApiKind;
  readonly routes: readonly CompiledRoute[];
}

/** @throws OperatorError when the client gets no token, or one that is rejected */
export async function tokenSource(place: TokenPlace, client: TokenRequest): Promise<TokenSource> {
  const { region, routes } = place;
  const { scopes, issuerAlias } = await acceptedToken(region, client);
  const scope = narrowestScope(routes, scopes);
  const { scopePrefix } = issuerOf(region.authorizer, issuerAlias);
  const hold = tokenHolder(place);
  return {
    broad: async () => hold(await requestToken(client)),
    narrow: async () =>
      hold(await requestToken(scope === undefined ? client : { ...client, scope: `${scopePrefix}${scope}` })),
  };
}

/** Verifies a first token in full: a client whose tokens are rejected cannot measure anything. */
async function acceptedToken(region: RegionalStack, client: TokenRequest): Promise<AccessToken> {
  const { accessToken, rejection, obstacle } = await verifyToken(await requestToken(client), region, Date.now() / 1000);
  if (accessToken !== undefined && rejection === undefined && obstacle === undefined) return accessToken;
  throw new OperatorError(
    `The authorizer would reject a new token of the client ${client.clientId}: ${rejection ?? obstacle}; \`revocations check\` says more.`,
  );
}

/** One key set for all tokens, so that it is downloaded once. */
function tokenHolder({ region: { authorizer }, kind, routes }: TokenPlace): (jwt: string) => Promise<HeldToken> {
  const keySetOf = (issuer: TrustedIssuer) => new KeySet(issuer, { now: Date.now, report: () => {} });
  const verify = createTokenVerifier({ ...authorizer.configuration, keySetOf, now: Date.now });
  const grants = new Grants(routes, kind);
  return async (jwt) => {
    const accessToken = await verify(jwt);
    return {
      authorization: `Bearer ${jwt}`,
      accessToken,
      issuer: issuerOf(authorizer, accessToken.issuerAlias),
      grant: grants.routesGrantedBy(accessToken.scopes),
    };
  };
}

/** A scope that opens a route with a parameter, whose pattern has a star, so that the spelling of paths matters. */
function narrowestScope(routes: readonly CompiledRoute[], scopes: ReadonlySet<string>): string | undefined {
  const opening = routes.flatMap((route) => route.scopes.map((scope) => ({ scope, path: route.path })));
  const held = opening.filter(({ scope }) => scopes.has(scope));
  return (held.find(({ path }) => path.includes('{')) ?? held[0])?.scope;
}

export interface RouteRequest {
  readonly method: HttpMethod;
  readonly path: string;
}

/** A text for a parameter, such that no route spells the path out. */
const PARAMETER = '7';

/** A path that only `$default` takes, or a `{proxy+}`. */
const UNROUTED = '/unrouted/7/7/7/7/7/7/7';

export function requestFor({
  method,
  path,
}: {
  readonly method: HttpMethod | 'ANY';
  readonly path: string;
}): RouteRequest {
  const sent = path === DEFAULT_ROUTE ? UNROUTED : path.replace(/\{[^}]*\}/g, PARAMETER);
  return { method: method === 'ANY' ? 'GET' : method, path: sent };
}
