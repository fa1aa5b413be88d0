import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { propertyOf, referencedElements } from './resource-reference.ts';
import { type RestApiIdentity, restApiBehind } from './rest-api-identity.ts';

/** The stack whose tokens an API's id holds; undefined: none, so that any stack may write it. */
export function homeOf(id: unknown, scope: IConstruct): Stack | undefined {
  const identity = restApiBehind(id, scope);
  if (typeof identity !== 'string') return Stack.of(identity);
  const [element] = referencedElements(id, scope);
  return element && Stack.of(element);
}

/**
 * Whether `stack` may refer to an API whose stack, `home`, refers to `stack` by the authorizer. Within one root stack it may
 * where one of the two holds the other: CloudFormation orders a parent's resources around the nested stack. A nested
 * `stack` may not where the API's document names its function, since then the API waits for the nested stack.
 */
export function mayReferToApi(stack: Stack, home: Stack, identity: RestApiIdentity): boolean {
  if (stack === home || isInside(home, stack)) return true;
  return isInside(stack, home) && (typeof identity === 'string' || propertyOf(identity, 'Body') === undefined);
}

/** The stack that holds a nested one, and itself for a stack that is not nested. */
export function rootOf(stack: Stack): Stack {
  return stack.nestedStackParent === undefined ? stack : rootOf(stack.nestedStackParent);
}

/** Whether a nested stack stands in another, at any depth. */
export function isInside(inner: Stack, outer: Stack): boolean {
  const { nestedStackParent: parent } = inner;
  return parent !== undefined && (parent === outer || isInside(parent, outer));
}
