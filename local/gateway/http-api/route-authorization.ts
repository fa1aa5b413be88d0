import type { JsonObject } from '../../cloudformation/template.ts';
import { LocalRunError } from '../../errors.ts';
import { type AuthorizerAnswer, contextAsWritten } from '../authorization/authorizer-answer.ts';
import {
  type Authorization,
  type AuthorizationDependencies,
  type Authorize,
  lambdaAuthorizer,
  presentIdentity,
} from '../authorization/lambda-authorizer.ts';
import type { ResultCache } from '../authorization/result-cache.ts';
import { conditionKeysOf } from '../exchange/gateway-request.ts';
import type { HttpApi, HttpRoute } from './http-api.ts';
import { type HttpIdentitySource, httpIdentityValue } from './identity-source.ts';
import { payload2Context, payload2Members, type RoutedHttpRequest } from './routed-request.ts';

/** Authorizes one request for one route. */
export type AuthorizeRoute = (routed: RoutedHttpRequest) => Promise<Authorization>;

/** The result cache of a stage, by its name. */
export type CacheOf = (stageName: string) => ResultCache<AuthorizerAnswer>;

/**
 * @throws LocalRunError when an authorizer is not one of the API's, or its function is not in the template
 */
export function routeAuthorization(
  api: HttpApi,
  apiArn: string,
  dependencies: AuthorizationDependencies,
  cacheOf: CacheOf,
): AuthorizeRoute {
  const { clock, warn } = dependencies;
  const authorizers = authorizersOf(api, apiArn, dependencies);
  return async (routed) => {
    const { route, request, stageName, path } = routed;
    const authorizer = authorizers.get(route);
    if (authorizer === undefined) return { integrationLatency: 0 };
    const routeArn = `${apiArn}/${stageName}/${request.method}${path}`;
    const values = authorizer.identitySources.map((source) => httpIdentityValue(source, routed, warn));
    const authorizationRequest = {
      identity: presentIdentity(values),
      invokeArn: routeArn,
      keys: conditionKeysOf(request, clock()),
      eventFor: (identity: readonly string[]) => authorizerEvent(routeArn, identity, routed),
    };
    const authorization = await authorizer.authorize(authorizationRequest, cacheOf(stageName));
    const { failure, decision } = authorization;
    if (failure === 'unauthorized') warn('http-thrown-unauthorized');
    if (failure?.endsWith('deny') && decision?.event === 'cached') warn('http-deny-cached');
    return authorization;
  };
}

interface Authorizer {
  readonly identitySources: readonly HttpIdentitySource[];
  readonly authorize: Authorize;
}

/** The authorizers of the routes that have one. */
function authorizersOf(
  { routes, authorizers }: HttpApi,
  apiArn: string,
  dependencies: AuthorizationDependencies,
): ReadonlyMap<HttpRoute, Authorizer> {
  const byId = new Map(
    authorizers.map((settings): [string, Authorizer] => {
      const authorize = lambdaAuthorizer(settings, apiArn, contextAsWritten, dependencies);
      return [settings.authorizerId, { identitySources: settings.identitySources, authorize }];
    }),
  );
  return new Map(
    routes.flatMap((route): [HttpRoute, Authorizer][] => {
      if (route.authorizerId === undefined) return [];
      const authorizer = byId.get(route.authorizerId);
      if (authorizer !== undefined) return [[route, authorizer]];
      throw new LocalRunError(
        `${route.routeKey} has the authorizer ${route.authorizerId}, which its API does not have.`,
      );
    }),
  );
}

/** Payload format 2.0 (developer guide, "Control access to HTTP APIs with AWS Lambda authorizers"). */
function authorizerEvent(routeArn: string, identity: readonly string[], routed: RoutedHttpRequest): JsonObject {
  return {
    ...payload2Members(routed),
    type: 'REQUEST',
    routeArn,
    identitySource: identity,
    requestContext: payload2Context(routed),
  };
}
