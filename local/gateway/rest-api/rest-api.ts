import { arnIn } from '../../cloudformation/place.ts';
import type { Stack, StackResource } from '../../cloudformation/stack.ts';
import { type JsonObject, numberOf, objectOf, textOf, textsOf } from '../../cloudformation/template.ts';
import { rejectProperties } from '../../cloudformation/unknown-property.ts';
import { LocalRunError } from '../../errors.ts';
import type { AuthorizerFunction } from '../authorization/lambda-authorizer.ts';
import { functionArnOf } from '../exchange/invocation-uri.ts';
import { type IdentitySource, parseIdentitySources } from './identity-source.ts';

/** One stage of a REST API as the template describes it: everything the local gateway serves. */
export interface RestApi {
  readonly apiId: string;
  /** `arn:aws:execute-api:<region>:<account>:<API id>`. */
  readonly arn: string;
  readonly stageName: string;
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
  /** The template's `Integration`, type AWS_PROXY or MOCK. */
  readonly integration: JsonObject;
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

/**
 * Reads the stages of the REST APIs from the stack. An API without a stage has no address, and is left out.
 * @throws LocalRunError for a feature that the local gateway does not know
 */
export function restApisOf(stack: Stack): readonly RestApi[] {
  return stack.resourcesOfType('AWS::ApiGateway::RestApi').flatMap((api) => {
    const partsOf = (type: string) => partsOfApi(stack, stack.ref(api.logicalId), type);
    return partsOf('Stage').map(({ properties }) => stageOf(stack, api, textOf(properties, 'StageName'), partsOf));
  });
}

/** The resources of one API, by the part of their type after `AWS::ApiGateway::`. */
type PartsOf = (type: string) => readonly StackResource[];

function partsOfApi(stack: Stack, apiId: string, type: string): readonly StackResource[] {
  return stack
    .resourcesOfType(`AWS::ApiGateway::${type}`)
    .filter(({ properties }) => textOf(properties, 'RestApiId') === apiId);
}

function stageOf(stack: Stack, api: StackResource, stageName: string, partsOf: PartsOf): RestApi {
  rejectProperties(api, { Policy: 'an API resource policy', Body: 'an OpenAPI body' });
  const paths = resourcePaths(partsOf('Resource'), stack.attribute(api.logicalId, 'RootResourceId'));
  const apiId = stack.ref(api.logicalId);
  return {
    apiId,
    arn: arnIn(api.place, 'execute-api', api.place.region, apiId),
    stageName,
    methods: partsOf('Method').map((method) => methodOf(method, paths)),
    authorizers: keyedBy(partsOf('Authorizer').map(authorizerOf), 'authorizerId'),
    gatewayResponses: new Map(
      partsOf('GatewayResponse').map(({ properties }) => [
        textOf(properties, 'ResponseType'),
        gatewayResponseOf(properties),
      ]),
    ),
  };
}

function resourcePaths(list: readonly StackResource[], rootResourceId: string): ReadonlyMap<string, string> {
  const resources = new Map(list.map(({ logicalId, properties }) => [logicalId, properties]));
  const pathOf = (resourceId: string): string => {
    const properties = resources.get(resourceId);
    return properties === undefined
      ? ''
      : `${pathOf(textOf(properties, 'ParentId'))}/${textOf(properties, 'PathPart')}`;
  };
  return new Map([[rootResourceId, '/'], ...[...resources.keys()].map((id) => [id, pathOf(id)] as const)]);
}

function methodOf(method: StackResource, paths: ReadonlyMap<string, string>): RestMethod {
  const { properties } = method;
  rejectProperties(method, { RequestValidatorId: 'a request validator' });
  if (properties.ApiKeyRequired === true) rejectProperties(method, { ApiKeyRequired: 'API keys' });
  const authorizationType = textOf(properties, 'AuthorizationType');
  if (authorizationType !== 'NONE' && authorizationType !== 'CUSTOM') {
    throw new LocalRunError(
      `${method.logicalId} uses ${authorizationType} authorization; the local gateway knows CUSTOM.`,
    );
  }
  const resourceId = textOf(properties, 'ResourceId');
  return {
    httpMethod: textOf(properties, 'HttpMethod'),
    resourcePath: paths.get(resourceId) ?? '/',
    resourceId,
    authorizerId: authorizationType === 'CUSTOM' ? textOf(properties, 'AuthorizerId') : undefined,
    integration: objectOf(properties, 'Integration'),
  };
}

function authorizerOf(authorizer: StackResource): AuthorizerSettings {
  const { logicalId, properties } = authorizer;
  rejectProperties(authorizer, { AuthorizerCredentials: 'a role for the invocation of an authorizer' });
  const type = textOf(properties, 'Type');
  if (type !== 'TOKEN' && type !== 'REQUEST') {
    throw new LocalRunError(`${logicalId} is a ${type} authorizer; the local gateway knows TOKEN and REQUEST.`);
  }
  if (type === 'REQUEST')
    rejectProperties(authorizer, { IdentityValidationExpression: 'an expression for TOKEN authorizers' });
  const expression = properties.IdentityValidationExpression;
  return {
    authorizerId: logicalId,
    functionArn: functionArnOf(textOf(properties, 'AuthorizerUri')),
    type,
    identitySources: parseIdentitySources(logicalId, textOf(properties, 'IdentitySource')),
    validationExpression: expression === undefined ? undefined : new RegExp(String(expression)),
    resultTtlSeconds: numberOf(properties, 'AuthorizerResultTtlInSeconds', 300),
  };
}

function gatewayResponseOf(properties: JsonObject): GatewayResponseSettings {
  const statusCode = properties.StatusCode;
  return {
    statusCode: statusCode === undefined ? undefined : Number(statusCode),
    parameters: textsOf(properties, 'ResponseParameters'),
    templates: textsOf(properties, 'ResponseTemplates'),
  };
}

function keyedBy<Name extends string, Item extends Readonly<Record<Name, string>>>(items: readonly Item[], name: Name) {
  return new Map(items.map((item) => [item[name], item]));
}
