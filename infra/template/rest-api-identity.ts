import { type CfnResource, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { elementsBehind, isOfType, namedBy, propertyOf, renderedProperties, resolvedIn } from './resource-reference.ts';

/**
 * Identifies an API: its resource if this app defines it, otherwise the text of its id. It is equal for all objects that stand for the
 * same API, in any stack.
 */
export type RestApiIdentity = CfnResource | string;

/** @param id - an API's id, possibly a token, as a construct at `scope` writes it */
export function restApiBehind(id: unknown, scope: IConstruct): RestApiIdentity {
  const value = resolvedIn(scope, id);
  const named = namedBy(value, Stack.of(scope));
  if (named === undefined) return typeof value === 'string' ? value : JSON.stringify(value);
  const { element, attribute } = named;
  return isOfType(element, 'AWS::ApiGateway::RestApi') ? element : `${element.node.path}.${attribute}`;
}

/** The APIs of this app from which an id is computed in a way that `restApiBehind` cannot follow. Only the deployment shows which it names. */
export function apisHiddenIn(id: unknown, scope: IConstruct): readonly CfnResource[] {
  if (typeof restApiBehind(id, scope) !== 'string') return [];
  const elements = elementsBehind(resolvedIn(scope, id), Stack.of(scope));
  return elements.filter((element) => isOfType(element, 'AWS::ApiGateway::RestApi'));
}

/** The API of a stage, a deployment or a method, with overrides applied. */
export function restApiOf(resource: CfnResource): RestApiIdentity {
  return restApiBehind(propertyOf(resource, 'RestApiId'), resource);
}

/** The path of the construct that people know: the `RestApi` that made the resource, otherwise the resource itself. */
export function pathOfResource({ node }: CfnResource): string {
  const { scope } = node;
  return scope?.node.defaultChild?.node === node ? scope.node.path : node.path;
}

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
