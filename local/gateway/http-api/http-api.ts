import { DEFAULT_ROUTE } from '../../../lambda/policy/route.ts';
import { arnIn } from '../../cloudformation/place.ts';
import type { Stack, StackResource } from '../../cloudformation/stack.ts';
import { textOrEmpty, textsOf } from '../../cloudformation/template.ts';
import { authorizerSettingsOf, type HttpAuthorizerSettings } from './authorizer-settings.ts';
import { type CorsConfiguration, corsConfigurationOf } from './cors.ts';
import { type IntegrationSettings, integrationSettingsOf } from './integration-settings.ts';

/** The stage for every path that names no stage. */
export const DEFAULT_STAGE = '$default';

/** An HTTP API as the template describes it: everything the local gateway serves. */
export interface HttpApi {
  /** What sentences call the API. */
  readonly name: string;
  readonly apiId: string;
  /** `arn:aws:execute-api:<region>:<account>:<API id>`. */
  readonly arn: string;
  /** Names of its stages; `$default` is the one whose paths have no stage. */
  readonly stageNames: readonly string[];
  /** The variables of each stage, by its name. */
  readonly variables: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly routes: readonly HttpRoute[];
  readonly authorizers: readonly HttpAuthorizerSettings[];
  /** undefined: the API does not answer for CORS. */
  readonly cors: CorsConfiguration | undefined;
}

export interface HttpRoute {
  /** `GET /orders/{id}`, or `$default`. */
  readonly routeKey: string;
  /** `GET`, …, or `ANY`. */
  readonly method: string;
  /** `/orders/{id}`, or `$default`. */
  readonly path: string;
  /** undefined: anybody may call. */
  readonly authorizerId: string | undefined;
  /** Why the route's authorization does not run here: the end of a sentence. undefined: it runs, or there is none. */
  readonly notRun?: string | undefined;
  readonly integration: IntegrationSettings;
}

/** Reads the HTTP APIs from the stack. APIs for WebSocket are left out. */
export function httpApisOf(stack: Stack): readonly HttpApi[] {
  return stack
    .resourcesOfType('AWS::ApiGatewayV2::Api')
    .filter(({ properties }) => properties.ProtocolType === 'HTTP')
    .map((api) => httpApiOf(stack, api));
}

function httpApiOf(stack: Stack, api: StackResource): HttpApi {
  const { name, place, logicalId } = api;
  const apiId = stack.ref(logicalId);
  const partsOf = (kind: string) => resourcesOfHttpApi(stack, api, kind);
  const integrations = new Map(partsOf('Integration').map((part) => [stack.ref(part.logicalId), part]));
  const stages = partsOf('Stage').map((stage) => [stack.ref(stage.logicalId), stage.properties] as const);
  return {
    ...{ name, apiId, arn: arnIn(place, 'execute-api', place.region, apiId) },
    stageNames: stages.map(([stageName]) => stageName),
    variables: Object.fromEntries(
      stages.map(([stageName, properties]) => [stageName, textsOf(properties, 'StageVariables')]),
    ),
    routes: partsOf('Route').map((route) => routeOf(route, integrations)),
    authorizers: partsOf('Authorizer').flatMap((part) => authorizerSettingsOf(stack.ref(part.logicalId), part)),
    cors: corsConfigurationOf(api),
  };
}

/** The resources of one API, by the part of their type after `AWS::ApiGatewayV2::`. */
export function resourcesOfHttpApi(stack: Stack, { logicalId }: StackResource, kind: string): readonly StackResource[] {
  const apiId = stack.ref(logicalId);
  return stack.resourcesOfType(`AWS::ApiGatewayV2::${kind}`).filter(({ properties }) => properties.ApiId === apiId);
}

function routeOf({ properties }: StackResource, integrations: ReadonlyMap<string, StackResource>): HttpRoute {
  const type = textOrEmpty(properties, 'AuthorizationType') || 'NONE';
  const routeKey = textOrEmpty(properties, 'RouteKey');
  const [method = '', path = ''] = routeKey === DEFAULT_ROUTE ? ['ANY', DEFAULT_ROUTE] : routeKey.split(' ', 2);
  return {
    ...{ routeKey, method, path },
    authorizerId: type === 'CUSTOM' ? textOrEmpty(properties, 'AuthorizerId') : undefined,
    notRun: type === 'NONE' || type === 'CUSTOM' ? undefined : `its authorization is ${type}`,
    integration: targetOf(textOrEmpty(properties, 'Target'), integrations),
  };
}

function targetOf(target: string, integrations: ReadonlyMap<string, StackResource>): IntegrationSettings {
  const integration = integrations.get(target.replace(/^integrations\//, ''));
  if (integration !== undefined) return integrationSettingsOf(integration);
  return { kind: 'unknown', notRun: `its target is ${target || 'not set'}, which is no integration of the API` };
}
