import { type CfnResource, Stack } from 'aws-cdk-lib';
import { isOfType, namedBy, propertyOf, renderedProperties } from './resource-reference.ts';

/**
 * The path of a method, such as `/orders/{id}`, by the parents that CloudFormation sees: an imported API may call any resource its root.
 * A parent that is not a resource of this app counts as the root.
 */
export function pathOfMethod(method: CfnResource): string {
  return `/${pathParts(propertyOf(method, 'ResourceId'), Stack.of(method)).join('/')}`;
}

function pathParts(resourceId: unknown, stack: Stack): readonly string[] {
  const element = namedBy(resourceId, stack)?.element;
  if (element === undefined || !isOfType(element, 'AWS::ApiGateway::Resource')) return [];
  return [...pathParts(propertyOf(element, 'ParentId'), Stack.of(element)), String(propertyOf(element, 'PathPart'))];
}

/** The API's OpenAPI document; empty if synth cannot read its members. */
export function documentOf(api: CfnResource): Readonly<Record<string, unknown>> {
  const { Body } = renderedProperties(api);
  return hiddenContentOf(api) === undefined ? (Object(Body) as Readonly<Record<string, unknown>>) : {};
}

/** The property from which an API has content that synth cannot read; undefined: there is none. */
export function hiddenContentOf(api: CfnResource): string | undefined {
  const { Body, BodyS3Location, CloneFrom } = renderedProperties(api);
  if (BodyS3Location !== undefined) return 'BodyS3Location';
  if (CloneFrom !== undefined) return 'CloneFrom';
  if (typeof Body === 'string') return 'text in Body';
  const intrinsic = Object.keys(Object(Body) as object).find((name) => name === 'Ref' || name.startsWith('Fn::'));
  return intrinsic && `${intrinsic} in Body`;
}
