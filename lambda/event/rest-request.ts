import type { AuthorizationRequest, UnreadEvent } from './authorization-request.ts';
import { stageArnOf } from './stage-arn.ts';

/** The header whose value is a part of the cache key. */
const AUTHORIZATION = 'authorization';

/**
 * What the REQUEST authorizer of `cachePer: 'route'` makes its cache key of. The decision depends on nothing else of the
 * request. If API Gateway left one of them out of the key, a cached policy would still allow only its own route's pattern.
 */
export const REQUEST_IDENTITY_SOURCES = [
  'method.request.header.Authorization',
  'context.resourcePath',
  'context.httpMethod',
] as const;

/**
 * Reads the event of a REST API's REQUEST authorizer (API Gateway developer guide, "Input to an API Gateway Lambda
 * authorizer"). Names of headers come as the client wrote them. undefined: another event.
 *
 * A request without the header is a client's fault: with a result TTL of 0, API Gateway need not look for identity sources
 * before it invokes the function.
 */
export function readRestRequest(event: UnreadEvent): AuthorizationRequest | undefined {
  const { type, methodArn, multiValueHeaders, requestContext } = event;
  const { resourcePath, httpMethod } = Object(requestContext) as { resourcePath?: unknown; httpMethod?: unknown };
  if (type !== 'REQUEST' || typeof methodArn !== 'string' || multiValueHeaders === undefined) return undefined;
  if (typeof resourcePath !== 'string' || typeof httpMethod !== 'string') return undefined;
  const values = Object.entries(Object(multiValueHeaders) as object)
    .filter(([name]) => name.toLowerCase() === AUTHORIZATION)
    .flatMap(([, listed]: [string, unknown]) => listed);
  if (!values.every((value) => typeof value === 'string')) return undefined;
  return {
    authorizationToken: values.join(', '),
    stageArn: stageArnOf(methodArn),
    route: { method: httpMethod, path: resourcePath },
  };
}
