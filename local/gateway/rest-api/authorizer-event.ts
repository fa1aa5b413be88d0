import type { JsonObject } from '../../cloudformation/template.ts';
import type { AuthorizerType } from './rest-api.ts';
import { type RoutedRequest, requestContext, requestMembers } from './routed-request.ts';

/**
 * The event of an authorizer's function (developer guide, "Input to an API Gateway Lambda authorizer").
 * @param identity - the values of the authorizer's identity sources, in order
 */
export function authorizerEvent(
  type: AuthorizerType,
  methodArn: string,
  identity: readonly string[],
  routed: RoutedRequest,
): JsonObject {
  if (type === 'TOKEN') return { type, methodArn, authorizationToken: identity[0] ?? '' };
  return {
    type,
    methodArn,
    ...requestMembers(routed),
    stageVariables: routed.variables,
    requestContext: requestContext(routed),
  };
}
