import { CannotDecideError } from '../errors.ts';
import { type AuthorizationRequest, stageArnOf, type UnreadEvent } from './authorization-request.ts';

const READERS = [readRestToken, readRestRequest] as const;

/** Reads an authorizer event. @throws CannotDecideError for any other: a mistake of the deployment, not of a client */
export function readEvent(event: unknown): AuthorizationRequest {
  for (const read of READERS) {
    const request = read(Object(event) as UnreadEvent);
    if (request !== undefined) return request;
  }
  throw new CannotDecideError('event', 'not an authorizer event');
}

/**
 * Reads the event of a REST API's TOKEN authorizer. API Gateway caches the decision for the header value, so nothing else of
 * the request may enter it. undefined: another event.
 */
function readRestToken({ type, methodArn, authorizationToken }: UnreadEvent): AuthorizationRequest | undefined {
  if (type !== 'TOKEN' || typeof methodArn !== 'string' || typeof authorizationToken !== 'string') return undefined;
  return { api: 'rest', authorizationToken, stageArn: stageArnOf(methodArn), route: undefined };
}

/** The header whose value is a part of the cache key. */
const AUTHORIZATION = 'authorization';

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
 * authorizer"). Names of headers come as the client wrote them. undefined: another event.
 *
 * A request without the header is a client's fault: with a result TTL of 0, API Gateway may invoke the function although an
 * identity source is absent.
 */
function readRestRequest(event: UnreadEvent): AuthorizationRequest | undefined {
  const { type, methodArn, multiValueHeaders, requestContext } = event;
  const { resourcePath, httpMethod } = Object(requestContext) as { resourcePath?: unknown; httpMethod?: unknown };
  if (type !== 'REQUEST' || typeof methodArn !== 'string' || multiValueHeaders === undefined) return undefined;
  if (typeof resourcePath !== 'string' || typeof httpMethod !== 'string') return undefined;
  const values = Object.entries(Object(multiValueHeaders) as object)
    .filter(([name]) => name.toLowerCase() === AUTHORIZATION)
    .flatMap(([, listed]: [string, unknown]) => listed);
  if (!values.every((value) => typeof value === 'string')) return undefined;
  return {
    api: 'rest',
    authorizationToken: values.join(', '),
    stageArn: stageArnOf(methodArn),
    route: { method: httpMethod, path: resourcePath },
  };
}
