import type { Stack, StackResource } from '../../cloudformation/stack.ts';
import { isObject, type JsonObject, textOrEmpty } from '../../cloudformation/template.ts';
import { describedParts } from './openapi-parts.ts';

/** The parts of a REST API, each with the properties that CloudFormation has for it. */
export interface ApiParts {
  readonly methods: readonly MethodPart[];
  readonly authorizers: readonly AuthorizerPart[];
  readonly gatewayResponses: readonly JsonObject[];
}

export interface MethodPart {
  readonly resourceId: string;
  readonly resourcePath: string;
  readonly properties: JsonObject;
}

export interface AuthorizerPart {
  readonly authorizerId: string;
  readonly properties: JsonObject;
}

/** Reads the parts of an API from the resources of the template and from its OpenAPI document. */
export function partsOf(stack: Stack, api: StackResource): ApiParts {
  const { Body: document } = api.properties;
  const { methods, authorizers, gatewayResponses } = declaredParts(stack, api);
  const described = isObject(document) ? describedParts(document) : undefined;
  return {
    methods: [...methods, ...(described?.methods ?? [])],
    authorizers: [...authorizers, ...(described?.authorizers ?? [])],
    gatewayResponses: [...gatewayResponses, ...(described?.gatewayResponses ?? [])],
  };
}

function declaredParts(stack: Stack, api: StackResource): ApiParts {
  const paths = resourcePaths(resourcesOfApi(stack, api, 'Resource'), stack.attribute(api.logicalId, 'RootResourceId'));
  return {
    methods: resourcesOfApi(stack, api, 'Method').map(({ properties }) => {
      const resourceId = textOrEmpty(properties, 'ResourceId');
      return { resourceId, resourcePath: paths.get(resourceId) ?? '/', properties };
    }),
    authorizers: resourcesOfApi(stack, api, 'Authorizer').map(({ logicalId, properties }) => ({
      authorizerId: stack.ref(logicalId),
      properties,
    })),
    gatewayResponses: resourcesOfApi(stack, api, 'GatewayResponse').map(({ properties }) => properties),
  };
}

/** The resources of one API, by the part of their type after `AWS::ApiGateway::`. */
export function resourcesOfApi(stack: Stack, { logicalId }: StackResource, type: string): readonly StackResource[] {
  const apiId = stack.ref(logicalId);
  return stack.resourcesOfType(`AWS::ApiGateway::${type}`).filter(({ properties }) => properties.RestApiId === apiId);
}

function resourcePaths(list: readonly StackResource[], rootResourceId: string): ReadonlyMap<string, string> {
  const resources = new Map(list.map(({ logicalId, properties }) => [logicalId, properties]));
  const pathOf = (resourceId: string): string => {
    const properties = resources.get(resourceId);
    return properties === undefined
      ? ''
      : `${pathOf(textOrEmpty(properties, 'ParentId'))}/${textOrEmpty(properties, 'PathPart')}`;
  };
  return new Map([[rootResourceId, '/'], ...[...resources.keys()].map((id) => [id, pathOf(id)] as const)]);
}
