import { type CfnResource, Stack } from 'aws-cdk-lib';
import { Method } from 'aws-cdk-lib/aws-apigateway';
import type { IConstruct } from 'constructs';
import { pathOfMethod } from '../template/api-content.ts';
import { type ApiIdentity, apiOf } from '../template/api-identity.ts';
import { isOfType, namedBy, propertyOf } from '../template/resource-reference.ts';

/** A method of a REST API or a route of an HTTP API, as CloudFormation reads it, with overrides applied. */
export interface DefinedRoute {
  readonly resource: CfnResource;
  /** `GET /orders/{id}`, or `$default` */
  readonly name: string;
  readonly api: ApiIdentity;
  /** The resource of its Lambda authorizer; undefined: it has none, or one that this app does not define. */
  readonly authorizer: IConstruct | undefined;
}

/** Every method and every route of the app, of all APIs. */
export function definedRoutesIn(root: IConstruct): readonly DefinedRoute[] {
  return root.node.findAll().flatMap((construct) => {
    if (isOfType(construct, 'AWS::ApiGateway::Method')) return defined(construct, nameOfMethod(construct));
    return isOfType(construct, 'AWS::ApiGatewayV2::Route') ? defined(construct, nameOfRoute(construct)) : [];
  });
}

function defined(resource: CfnResource, name: string): DefinedRoute {
  return { resource, name, api: apiOf(resource), authorizer: authorizerOf(resource) };
}

function nameOfMethod(method: CfnResource): string {
  return `${propertyOf(method, 'HttpMethod')} ${pathOfMethod(method)}`;
}

/** A route key is the name of its rule, as `nameOf` gives it. */
function nameOfRoute(route: CfnResource): string {
  const key = propertyOf(route, 'RouteKey');
  return typeof key === 'string' ? key : JSON.stringify(key);
}

function authorizerOf(route: CfnResource): IConstruct | undefined {
  if (propertyOf(route, 'AuthorizationType') !== 'CUSTOM') return undefined;
  return namedBy(propertyOf(route, 'AuthorizerId'), Stack.of(route))?.element;
}

/** Whether CDK's `Method` made the resource. */
export function isOfMethod({ resource: { node } }: DefinedRoute): boolean {
  return node.scope instanceof Method && node.scope.node.defaultChild?.node === node;
}
