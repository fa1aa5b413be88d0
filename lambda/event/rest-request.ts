import { type AuthorizationRequest, authorizationIn, stageArnOf, type UnreadEvent } from './authorization-request.ts';

/**
 * The sources of the cache key of the REQUEST authorizer of `cachePer: 'route'`. The decision depends on nothing else of the
 * request. If API Gateway left one of them out of the key, a cached policy would still allow only its own route's pattern.
 */
export const REQUEST_IDENTITY_SOURCES = [
  'method.request.header.Authorization',
  'context.resourcePath',
  'context.httpMethod',
] as const;

/**
 * Reads the event of a REST API's REQUEST authorizer (API Gateway developer guide, "Input to an API Gateway Lambda
 * authorizer"). Names of headers come as the client wrote them. undefined: another event, such as an HTTP API's in payload
 * format 1.0, which alone has `identitySource`: its routes are selected by other rules.
 *
 * A request without the header is a client's fault: with a result TTL of 0, API Gateway may invoke the function although an
 * identity source is absent.
 */
export function readRestRequest(event: UnreadEvent): AuthorizationRequest | undefined {
  const { type, methodArn, multiValueHeaders, identitySource, requestContext } = event;
  const { resourcePath, httpMethod } = Object(requestContext) as { resourcePath?: unknown; httpMethod?: unknown };
  if (type !== 'REQUEST' || typeof methodArn !== 'string' || multiValueHeaders === undefined) return undefined;
  if (typeof resourcePath !== 'string' || typeof httpMethod !== 'string') return undefined;
  const authorizationToken = authorizationIn(multiValueHeaders);
  if (authorizationToken === undefined || identitySource !== undefined) return undefined;
  return {
    api: 'rest',
    authorizationToken,
    stageArn: stageArnOf(methodArn),
    route: { method: httpMethod, path: resourcePath },
  };
}
