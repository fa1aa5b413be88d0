import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { type ApiIdentity, apiBehind } from './api-identity.ts';
import { propertyOf, referencedElements } from './resource-reference.ts';

/** The stack whose tokens an API's id contains; undefined: it contains none, so any stack may write it. */
export function homeOf(id: unknown, scope: IConstruct): Stack | undefined {
  const identity = apiBehind(id, scope);
  if (typeof identity !== 'string') return Stack.of(identity);
  const [element] = referencedElements(id, scope);
  return element && Stack.of(element);
}

/**
 * Whether `stack` may refer to an API whose stack, `home`, refers to `stack` by the authorizer. It may if one of the two contains the
 * other, because CloudFormation orders a parent's resources around the nested stack. A nested `stack` may not if the API's document names
 * its function, because then the API waits for the nested stack.
 */
export function mayReferToApi(stack: Stack, home: Stack, identity: ApiIdentity): boolean {
  if (stack === home || isInside(home, stack)) return true;
  return isInside(stack, home) && (typeof identity === 'string' || propertyOf(identity, 'Body') === undefined);
}

/** The outermost stack around a nested stack; the stack itself if it is not nested. */
export function rootOf(stack: Stack): Stack {
  return stack.nestedStackParent === undefined ? stack : rootOf(stack.nestedStackParent);
}

/** Whether a nested stack is inside another stack, at any depth. */
export function isInside(inner: Stack, outer: Stack): boolean {
  const { nestedStackParent: parent } = inner;
  return parent !== undefined && (parent === outer || isInside(parent, outer));
}
