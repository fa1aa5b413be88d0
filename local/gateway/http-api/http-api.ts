import { DEFAULT_ROUTE } from '../../../lambda/policy/route.ts';
import { arnIn } from '../../cloudformation/place.ts';
import type { Stack, StackResource } from '../../cloudformation/stack.ts';
import { listOf, numberOf, textOf } from '../../cloudformation/template.ts';
import { rejectProperties } from '../../cloudformation/unknown-property.ts';
import { LocalRunError } from '../../errors.ts';
import type { AuthorizerFunction } from '../authorization/lambda-authorizer.ts';
import { functionArnOf } from '../exchange/invocation-uri.ts';
import { type CorsConfiguration, corsConfigurationOf } from './cors.ts';
import { type HttpIdentitySource, parseHttpIdentitySource } from './identity-source.ts';
import { type IntegrationSettings, integrationSettingsOf } from './integration-settings.ts';

/** The stage for every path that names no stage. */
export const DEFAULT_STAGE = '$default';

/** An HTTP API as the template describes it: everything the local gateway serves. */
export interface HttpApi {
  readonly apiId: string;
  /** `arn:aws:execute-api:<region>:<account>:<API id>`. */
  readonly arn: string;
  /** Names of its stages; `$default` is the one whose paths have no stage. */
  readonly stageNames: readonly string[];
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
  readonly integration: IntegrationSettings;
}

export interface HttpAuthorizerSettings extends AuthorizerFunction {
  readonly identitySources: readonly HttpIdentitySource[];
}

/** Reads the HTTP APIs from the stack. @throws LocalRunError for a feature that the local gateway does not know */
export function httpApisOf(stack: Stack): readonly HttpApi[] {
  return stack.resourcesOfType('AWS::ApiGatewayV2::Api').map((api) => httpApiOf(stack, api));
}

function httpApiOf(stack: Stack, api: StackResource): HttpApi {
  if (textOf(api.properties, 'ProtocolType') !== 'HTTP') {
    throw new LocalRunError(
      `${api.logicalId} is not an HTTP API, and the local gateway knows REST and HTTP APIs only.`,
    );
  }
  rejectProperties(api, { Body: 'an OpenAPI body', BodyS3Location: 'an OpenAPI body', Target: 'a target of its own' });
  const apiId = stack.ref(api.logicalId);
  const partsOf = (kind: string) =>
    stack.resourcesOfType(`AWS::ApiGatewayV2::${kind}`).filter(({ properties }) => properties.ApiId === apiId);
  const integrations = new Map(partsOf('Integration').map((part) => [stack.ref(part.logicalId), part]));
  return {
    apiId,
    arn: arnIn(api.place, 'execute-api', api.place.region, apiId),
    stageNames: partsOf('Stage').map(stageNameOf),
    routes: partsOf('Route').map((route) => routeOf(route, integrations)),
    authorizers: partsOf('Authorizer').map((authorizer) => authorizerOf(stack.ref(authorizer.logicalId), authorizer)),
    cors: corsConfigurationOf(api),
  };
}

function stageNameOf(stage: StackResource): string {
  rejectProperties(stage, { StageVariables: 'stage variables' });
  return textOf(stage.properties, 'StageName');
}

function routeOf(route: StackResource, integrations: ReadonlyMap<string, StackResource>): HttpRoute {
  const { logicalId, properties } = route;
  const { AuthorizationType: type = 'NONE', Target: target } = properties;
  if (type !== 'NONE' && type !== 'CUSTOM') {
    throw new LocalRunError(`${logicalId} uses ${String(type)} authorization; the local gateway knows CUSTOM.`);
  }
  const routeKey = textOf(properties, 'RouteKey');
  const integration = integrations.get(String(target).replace(/^integrations\//, ''));
  if (integration === undefined) {
    throw new LocalRunError(`${logicalId} has the target ${String(target)}, which is not an integration of its API.`);
  }
  const [method, path] = routeKey === DEFAULT_ROUTE ? ['ANY', DEFAULT_ROUTE] : routeKey.split(' ', 2);
  return {
    routeKey,
    method: method ?? '',
    path: path ?? '',
    authorizerId: type === 'CUSTOM' ? textOf(properties, 'AuthorizerId') : undefined,
    integration: integrationSettingsOf(integration),
  };
}

function authorizerOf(authorizerId: string, authorizer: StackResource): HttpAuthorizerSettings {
  const { logicalId, properties } = authorizer;
  rejectProperties(authorizer, { AuthorizerCredentialsArn: 'a role for the invocation of an authorizer' });
  if (properties.EnableSimpleResponses === true)
    rejectProperties(authorizer, { EnableSimpleResponses: 'simple responses' });
  const { AuthorizerType: type, AuthorizerPayloadFormatVersion: version } = properties;
  if (type !== 'REQUEST' || version !== '2.0') {
    throw new LocalRunError(
      `${logicalId} is a ${String(type)} authorizer of payload format ${String(version)}; the local gateway knows REQUEST with 2.0.`,
    );
  }
  const identitySources = listOf(properties, 'IdentitySource').map((text) =>
    parseHttpIdentitySource(logicalId, String(text)),
  );
  if (identitySources.length === 0) {
    throw new LocalRunError(`${logicalId} has no IdentitySource, and the local gateway needs one.`);
  }
  return {
    authorizerId,
    functionArn: functionArnOf(textOf(properties, 'AuthorizerUri')),
    identitySources,
    resultTtlSeconds: numberOf(properties, 'AuthorizerResultTtlInSeconds', 0),
  };
}
