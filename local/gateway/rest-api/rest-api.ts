import { arnIn } from '../../cloudformation/place.ts';
import type { Stack, StackResource } from '../../cloudformation/stack.ts';
import { type JsonObject, textOrEmpty, textsOf } from '../../cloudformation/template.ts';
import type { AuthorizerFunction } from '../authorization/lambda-authorizer.ts';
import { type ApiParts, type MethodPart, partsOf, resourcesOfApi } from './api-parts.ts';
import { authorizerSettingsOf } from './authorizer-settings.ts';
import type { IdentitySource } from './identity-source.ts';
import { type IntegrationSettings, integrationSettingsOf } from './integration-settings.ts';

/** One stage of a REST API as the template describes it: everything the local gateway serves. */
export interface RestApi {
  /** What sentences call the API. */
  readonly name: string;
  readonly apiId: string;
  /** `arn:aws:execute-api:<region>:<account>:<API id>`. */
  readonly arn: string;
  readonly stageName: string;
  /** The stage's variables. */
  readonly variables: Readonly<Record<string, string>>;
  readonly methods: readonly RestMethod[];
  /** By authorizer id. */
  readonly authorizers: ReadonlyMap<string, AuthorizerSettings>;
  /** The gateway responses that the template declares, by response type. */
  readonly gatewayResponses: ReadonlyMap<string, GatewayResponseSettings>;
}

export interface RestMethod {
  /** `GET`, …, or `ANY`. */
  readonly httpMethod: string;
  /** `/orders/{id}`. */
  readonly resourcePath: string;
  readonly resourceId: string;
  /** undefined: anybody may call. */
  readonly authorizerId: string | undefined;
  /** Why the method's authorization does not run here: the end of a sentence. undefined: it runs, or there is none. */
  readonly notRun?: string | undefined;
  readonly integration: IntegrationSettings;
}

export type AuthorizerType = 'TOKEN' | 'REQUEST';

export interface AuthorizerSettings extends AuthorizerFunction {
  readonly type: AuthorizerType;
  /** A TOKEN authorizer has one: the header that holds the token. */
  readonly identitySources: readonly IdentitySource[];
  /** What the token of a TOKEN authorizer must match; undefined: anything. */
  readonly validationExpression: RegExp | undefined;
}

export interface GatewayResponseSettings {
  readonly statusCode: number | undefined;
  /** `gatewayresponse.header.X` -> a literal in quotes, or a mapping. */
  readonly parameters: Readonly<Record<string, string>>;
  /** By content type. */
  readonly templates: Readonly<Record<string, string>>;
}

/** Reads the stages of the REST APIs from the stack. An API without a stage has no address, and is left out. */
export function restApisOf(stack: Stack): readonly RestApi[] {
  return stack.resourcesOfType('AWS::ApiGateway::RestApi').flatMap((api) => {
    const parts = partsOf(stack, api);
    return stagesOf(stack, api).map((stage) => stageOf(stack, api, stage, parts));
  });
}

interface StageSettings {
  readonly stageName: string;
  readonly variables: RestApi['variables'];
}

/** Resources of their own, and those that a deployment makes. */
function stagesOf(stack: Stack, api: StackResource): readonly StageSettings[] {
  const stages = resourcesOfApi(stack, api, 'Stage').map(({ logicalId, properties }) => ({
    stageName: stack.ref(logicalId),
    variables: textsOf(properties, 'Variables'),
  }));
  const made = resourcesOfApi(stack, api, 'Deployment')
    .map(({ properties }) => textOrEmpty(properties, 'StageName'))
    .filter((name) => name !== '' && !stages.some(({ stageName }) => stageName === name));
  return [...stages, ...[...new Set(made)].map((stageName) => ({ stageName, variables: {} }))];
}

function stageOf(stack: Stack, api: StackResource, stage: StageSettings, parts: ApiParts): RestApi {
  const { name, place, logicalId } = api;
  const apiId = stack.ref(logicalId);
  return {
    ...{ name, apiId, arn: arnIn(place, 'execute-api', place.region, apiId), ...stage },
    methods: parts.methods.map((method) => methodOf(method, stage.variables)),
    authorizers: new Map(parts.authorizers.flatMap(authorizerSettingsOf).map((each) => [each.authorizerId, each])),
    gatewayResponses: new Map(
      parts.gatewayResponses.map((properties) => [
        textOrEmpty(properties, 'ResponseType'),
        gatewayResponseOf(properties),
      ]),
    ),
  };
}

function methodOf({ properties, ...place }: MethodPart, variables: RestApi['variables']): RestMethod {
  const type = textOrEmpty(properties, 'AuthorizationType') || 'NONE';
  return {
    ...place,
    httpMethod: textOrEmpty(properties, 'HttpMethod'),
    authorizerId: type === 'CUSTOM' ? textOrEmpty(properties, 'AuthorizerId') : undefined,
    notRun: type === 'NONE' || type === 'CUSTOM' ? undefined : `its authorization is ${type}`,
    integration: integrationSettingsOf(properties, variables),
  };
}

/** `GET /orders/{id}`. */
export function nameOf({ httpMethod, resourcePath }: RestMethod): string {
  return `${httpMethod} ${resourcePath}`;
}

function gatewayResponseOf(properties: JsonObject): GatewayResponseSettings {
  const statusCode = properties.StatusCode;
  return {
    statusCode: statusCode === undefined ? undefined : Number(statusCode),
    parameters: textsOf(properties, 'ResponseParameters'),
    templates: textsOf(properties, 'ResponseTemplates'),
  };
}
