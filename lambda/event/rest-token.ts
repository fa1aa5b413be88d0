import { type AuthorizationRequest, stageArnOf, type UnreadEvent } from './authorization-request.ts';

/**
 * Reads the event of a REST API's TOKEN authorizer. API Gateway caches the decision for the header value, so nothing else of
 * the request may enter it. undefined: another event.
 */
export function readRestToken({ type, methodArn, authorizationToken }: UnreadEvent): AuthorizationRequest | undefined {
  if (type !== 'TOKEN' || typeof methodArn !== 'string' || typeof authorizationToken !== 'string') return undefined;
  return { api: 'rest', authorizationToken, stageArn: stageArnOf(methodArn), route: undefined };
}
