import type { JsonObject } from '../../cloudformation/template.ts';
import { notRunSentence } from '../../functions/not-run.ts';
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
import type { HttpAuthorizerSettings } from './authorizer-settings.ts';
import type { HttpApi, HttpRoute } from './http-api.ts';
import { httpIdentityValue } from './identity-source.ts';
import { payload1Members } from './proxy-event.ts';
import { payload2Context, payload2Members, type RoutedHttpRequest } from './routed-request.ts';

/** Authorizes one request for one route. */
export type AuthorizeRoute = (routed: RoutedHttpRequest) => Promise<Authorization>;

/** The result cache of a stage, by its name. */
export type CacheOf = (stageName: string) => ResultCache<AuthorizerAnswer>;

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
    if (authorizer === undefined) return { integrationLatency: 0, ...unknownAuthorization(route) };
    const routeArn = `${apiArn}/${stageName}/${request.method}${path}`;
    const { identitySources, payloadFormat = '2.0' } = authorizer.settings;
    const values = identitySources.map((source) => httpIdentityValue(source, routed, warn));
    const authorizationRequest = {
      identity: presentIdentity(values),
      invokeArn: routeArn,
      keys: conditionKeysOf(request, clock()),
      eventFor: (identity: readonly string[]) => EVENTS[payloadFormat](routeArn, identity, routed),
    };
    const authorization = await authorizer.authorize(authorizationRequest, cacheOf(stageName));
    const { failure, decision } = authorization;
    if (failure === 'unauthorized') warn('http-thrown-unauthorized');
    if (failure?.endsWith('deny') && decision?.event === 'cached') warn('http-deny-cached');
    return authorization;
  };
}

/** Empty for a route that anybody may call. */
function unknownAuthorization({ routeKey, authorizerId, ...route }: HttpRoute): Pick<Authorization, 'notRun'> {
  const { notRun = authorizerId && `its authorizer ${authorizerId} is none of the API` } = route;
  return notRun === undefined ? {} : { notRun: notRunSentence(routeKey, notRun) };
}

interface Authorizer {
  readonly settings: HttpAuthorizerSettings;
  readonly authorize: Authorize;
}

/** The authorizers of the routes that have one of the API's. */
function authorizersOf(
  { routes, authorizers }: HttpApi,
  apiArn: string,
  dependencies: AuthorizationDependencies,
): ReadonlyMap<HttpRoute, Authorizer> {
  const byId = new Map(
    authorizers.map((settings): [string, Authorizer] => {
      const authorize = lambdaAuthorizer(settings, apiArn, contextAsWritten, dependencies);
      return [settings.authorizerId, { settings, authorize }];
    }),
  );
  return new Map(
    routes.flatMap((route): [HttpRoute, Authorizer][] => {
      const authorizer = byId.get(route.authorizerId ?? '');
      return authorizer === undefined ? [] : [[route, authorizer]];
    }),
  );
}

type AuthorizerEvent = (routeArn: string, identity: readonly string[], routed: RoutedHttpRequest) => JsonObject;

/** By payload format (developer guide, "Control access to HTTP APIs with AWS Lambda authorizers"). */
const EVENTS: Readonly<Record<'1.0' | '2.0', AuthorizerEvent>> = { '1.0': payload1Event, '2.0': payload2Event };

function payload1Event(routeArn: string, identity: readonly string[], routed: RoutedHttpRequest): JsonObject {
  const identitySource = identity.join(',');
  const members = payload1Members({ ...routed, answer: undefined });
  return { ...members, type: 'REQUEST', methodArn: routeArn, identitySource, authorizationToken: identitySource };
}

function payload2Event(routeArn: string, identity: readonly string[], routed: RoutedHttpRequest): JsonObject {
  return {
    ...payload2Members(routed),
    type: 'REQUEST',
    routeArn,
    identitySource: identity,
    requestContext: payload2Context(routed),
  };
}
