import type { Stack, StackResource } from '../cloudformation/stack.ts';
import { isObject, type JsonObject, listOf, objectOf } from '../cloudformation/template.ts';
import type { LimitKind, ReportLimit } from '../limits.ts';
import { type ApiSettings, apiNameOf, routesOf } from './api-settings.ts';
import { resourcesOfHttpApi } from './http-api/http-api.ts';
import { resourcesOfApi } from './rest-api/api-parts.ts';
import { unknownSubstitutions } from './rest-api/gateway-response.ts';

/** Reports what the served APIs have and the local gateway does not do. */
export function reportServedApis(stack: Stack, served: readonly ApiSettings[], report: ReportLimit): void {
  for (const settings of served) {
    const apiName = apiNameOf(settings);
    for (const { name, notRun } of routesOf(settings)) {
      if (notRun !== undefined) report('route', `${name} of ${apiName} (${notRun})`);
    }
    const [stage] = settings.kind === 'rest' ? settings.stages : [];
    for (const type of unknownSubstitutions(stage?.gatewayResponses ?? new Map())) {
      report('gateway-response', `${type} of ${apiName}`);
    }
    for (const resource of resourcesOf(stack, settings)) reportProperties(resource, report);
  }
}

/** Reports the APIs that are not served. */
export function reportOtherApis(
  stack: Stack,
  all: readonly ApiSettings[],
  served: readonly ApiSettings[],
  report: ReportLimit,
): void {
  for (const each of all) if (!served.includes(each)) report('api', apiNameOf(each));
  const withStage = new Set(all.map(({ apiId }) => apiId));
  const apis = API_TYPES.flatMap((type) => stack.resourcesOfType(type));
  for (const { logicalId, name, properties } of apis) {
    if (properties.ProtocolType === 'WEBSOCKET') report('websocket', name);
    else if (!withStage.has(stack.ref(logicalId))) report('stage', name);
  }
}

const API_TYPES = ['AWS::ApiGateway::RestApi', 'AWS::ApiGatewayV2::Api'];

/** The resources whose properties may ask for what is not done here. */
function resourcesOf(stack: Stack, { kind, apiId }: ApiSettings): readonly StackResource[] {
  const apis = API_TYPES.flatMap((type) => stack.resourcesOfType(type));
  const api = apis.find(({ logicalId }) => stack.ref(logicalId) === apiId);
  if (api === undefined) return [];
  const parts =
    kind === 'rest'
      ? ['Method', 'Stage', 'BasePathMapping'].flatMap((type) => resourcesOfApi(stack, api, type))
      : ['Stage', 'ApiMapping'].flatMap((type) => resourcesOfHttpApi(stack, api, type));
  const firewalls = stack
    .resourcesOfType('AWS::WAFv2::WebACLAssociation')
    .filter(({ properties }) => String(properties.ResourceArn).includes(`/${apiId}/`));
  return [api, ...parts, ...firewalls];
}

function reportProperties(resource: StackResource, report: ReportLimit): void {
  for (const [kind, asks] of Object.entries(ASKS)) {
    if (asks(resource.properties)) report(kind as LimitKind, resource.name);
  }
}

type Asks = (properties: JsonObject) => boolean;

/** By kind: whether the properties of a resource ask for it. */
const ASKS = {
  document: ({ Body, BodyS3Location, ProtocolType }) =>
    BodyS3Location !== undefined || (Body !== undefined && (!isObject(Body) || ProtocolType !== undefined)),
  'api-key': ({ ApiKeyRequired }) => ApiKeyRequired === true,
  validation: ({ RequestValidatorId }) => RequestValidatorId !== undefined,
  'resource-policy': ({ Policy }) => Policy !== undefined,
  'private-api': (properties) => listOf(objectOf(properties, 'EndpointConfiguration'), 'Types').includes('PRIVATE'),
  firewall: ({ WebACLArn }) => WebACLArn !== undefined,
  throttling: (properties) =>
    settingsIn(properties).some((settings) => Object.keys(settings).some((name) => name.startsWith('Throttling'))),
  cache: (properties) =>
    properties.CacheClusterEnabled === true ||
    settingsIn(properties).some(({ CachingEnabled }) => CachingEnabled === true),
  canary: ({ CanarySetting }) => CanarySetting !== undefined,
  domain: ({ DomainName }) => DomainName !== undefined,
  binary: (properties) => listOf(properties, 'BinaryMediaTypes').length > 0,
} as const satisfies Partial<Readonly<Record<LimitKind, Asks>>>;

/** The settings of a stage for its methods or routes. */
function settingsIn(properties: JsonObject): readonly JsonObject[] {
  const { DefaultRouteSettings = null } = properties;
  const ofRoutes = Object.values(objectOf(properties, 'RouteSettings'));
  return [...listOf(properties, 'MethodSettings'), ...ofRoutes, DefaultRouteSettings].filter(isObject);
}
