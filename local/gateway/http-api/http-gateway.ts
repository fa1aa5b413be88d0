import type { RouteReadingName } from '../../../infra/routes/route-readings.ts';
import type { AuthorizerAnswer } from '../authorization/authorizer-answer.ts';
import type { AuthorizationDependencies } from '../authorization/lambda-authorizer.ts';
import { type ResultCache, resultCache } from '../authorization/result-cache.ts';
import type { Gateway, GatewayAnswer } from '../exchange/gateway.ts';
import { type GatewayRequest, pathOf } from '../exchange/gateway-request.ts';
import { notRunAnswer } from '../exchange/not-run-answer.ts';
import { preflightResponse, withCorsHeaders } from './cors.ts';
import type { HttpApi } from './http-api.ts';
import { failureAnswer } from './http-failure.ts';
import { integrationOf } from './integration.ts';
import { type CacheOf, routeAuthorization } from './route-authorization.ts';
import { routeSelection, stagePathOf } from './route-selection.ts';
import { decoded, type RoutedHttpRequest } from './routed-request.ts';

/** A served HTTP API. */
export interface HttpGateway {
  readonly answer: Gateway;
  /** ResetAuthorizersCache: empties the result cache of a stage. A stage that the API does not have changes nothing. */
  flush(stageName: string): void;
}

/**
 * Answers requests as an HTTP API does.
 * @param reading - how the gateway selects a route where AWS does not document it
 */
export function httpGateway(
  api: HttpApi,
  dependencies: AuthorizationDependencies,
  reading?: RouteReadingName<'http'>,
): HttpGateway {
  const caches = new Map<string, ResultCache<AuthorizerAnswer>>();
  const cacheOf: CacheOf = (stageName) => {
    const cache = caches.get(stageName) ?? resultCache(dependencies.clock, dependencies.warn);
    caches.set(stageName, cache);
    return cache;
  };
  const route = requestRouting(api, dependencies, reading);
  const pass = requestPassing(api, dependencies, cacheOf);
  const answerTo = async (request: GatewayRequest): Promise<GatewayAnswer> => {
    const routed = route(request);
    if (routed !== undefined) return withCorsHeaders(api.cors, request, await pass(routed));
    if (request.method === 'OPTIONS' && api.cors !== undefined) return preflightResponse(api.cors, request);
    return withCorsHeaders(api.cors, request, failureAnswer('no such route'));
  };
  return {
    answer: async (request) => {
      const { headers, ...answer } = await answerTo(request);
      return { ...answer, headers: { ...headers, 'apigw-requestid': request.requestId } };
    },
    flush: (stageName) => caches.get(stageName)?.flush(),
  };
}

/** Finds the stage and the route of a request. undefined: the API lacks one of them. */
function requestRouting(
  { apiId, arn, stageNames, variables, routes }: HttpApi,
  { clock, warn }: AuthorizationDependencies,
  reading: RouteReadingName<'http'> | undefined,
): (request: GatewayRequest) => RoutedHttpRequest | undefined {
  const select = routeSelection(routes, reading, warn);
  const accountId = arn.split(':')[4] ?? '';
  return (request) => {
    const sent = pathOf(request);
    if (sent.includes('%')) warn('http-encoded-path');
    const place = stagePathOf(stageNames, decoded(sent));
    if (place === undefined) return undefined;
    const selected = select(request.method, place.path);
    if (selected === undefined) return undefined;
    const stageVariables = variables[place.stageName] ?? {};
    return { request, apiId, accountId, variables: stageVariables, ...place, ...selected, at: clock() };
  };
}

/** Authorizes a request, then passes it to the route's integration. */
function requestPassing(
  api: HttpApi,
  dependencies: AuthorizationDependencies,
  cacheOf: CacheOf,
): (routed: RoutedHttpRequest) => Promise<GatewayAnswer> {
  const { arn: apiArn } = api;
  const authorize = routeAuthorization(api, apiArn, dependencies, cacheOf);
  const integrations = new Map(api.routes.map((route) => [route, integrationOf(route, apiArn, dependencies)]));
  return async (routed) => {
    const { answer, decision, failure, notRun } = await authorize(routed);
    if (notRun !== undefined) return notRunAnswer(notRun);
    if (failure !== undefined) return { ...failureAnswer(failure), decision };
    const result = (await integrations.get(routed.route)?.({ ...routed, answer })) ?? 'no such route';
    return { ...(typeof result === 'string' ? failureAnswer(result) : result), decision };
  };
}
