import { type AuthorizerDescription, DESCRIPTION_KEY } from '../../lambda/configuration/authorizer-description.ts';
import type { SignalsDescription } from '../../lambda/configuration/signals-environment.ts';
import type { Place } from '../cloudformation/place.ts';
import type { Stack, StackResource } from '../cloudformation/stack.ts';
import { LocalRunError } from '../errors.ts';

export const FUNCTION_TYPE = 'AWS::Lambda::Function';

/** The authorizer's function, and its description of itself. */
export interface FoundAuthorizer {
  /** The function's. */
  readonly logicalId: string;
  /** The function's. */
  readonly place: Place;
  readonly description: AuthorizerDescription;
}

/** @throws LocalRunError when the stack has no authorizer */
export function authorizerOf(stack: Stack): FoundAuthorizer {
  const [found] = stack.resourcesOfType(FUNCTION_TYPE).flatMap((resource) => {
    const description = describedAuthorizer(resource);
    return description === undefined ? [] : [{ logicalId: resource.logicalId, place: resource.place, description }];
  });
  if (found !== undefined) return found;
  throw new LocalRunError(`No function of the stack ${stack.name} describes an authorizer in its metadata.`);
}

/** The description of the receiver of signals; undefined: the stack has none. */
export function signalsDescription(stack: Stack): SignalsDescription | undefined {
  return stack.resourcesOfType(FUNCTION_TYPE).flatMap((resource) => describedReceiver(resource) ?? [])[0];
}

/** undefined: the function is no authorizer. */
export function describedAuthorizer(resource: StackResource): AuthorizerDescription | undefined {
  const found = described(resource);
  return found !== undefined && 'routes' in found ? (found as AuthorizerDescription) : undefined;
}

/** undefined: the function is no receiver of signals. */
export function describedReceiver(resource: StackResource): SignalsDescription | undefined {
  const found = described(resource);
  return found !== undefined && 'endpoints' in found ? (found as SignalsDescription) : undefined;
}

/** The JSON text that our functions have in their metadata. */
function described({ metadata: { [DESCRIPTION_KEY]: text } }: StackResource): object | undefined {
  return typeof text === 'string' ? Object(JSON.parse(text)) : undefined;
}
