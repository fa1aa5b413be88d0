import { isObject, type Json, type JsonObject, listOf, objectOf, textOrEmpty } from '../../cloudformation/template.ts';
import type { ApiParts, AuthorizerPart, MethodPart } from './api-parts.ts';

/** The names of operations in OpenAPI, and of the method that API Gateway makes of each. */
const METHODS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'].map((name) => [name, name.toUpperCase()]),
  ),
  'x-amazon-apigateway-any-method': 'ANY',
};

/**
 * The parts of an API in its OpenAPI document, version 2.0 or 3.0, as API Gateway imports them (developer guide, "x-amazon-apigateway
 * extensions to OpenAPI").
 */
export function describedParts(document: JsonObject): ApiParts {
  const schemes = {
    ...objectOf(document, 'securityDefinitions'),
    ...objectOf(objectOf(document, 'components'), 'securitySchemes'),
  };
  const methods = Object.entries(objectOf(document, 'paths')).flatMap(([path, item]) => {
    if (!isObject(item)) return [];
    return Object.entries(METHODS).flatMap(([name, httpMethod]) => {
      const operation = item[name];
      return isObject(operation) ? [methodOf(path, httpMethod, operation, schemes)] : [];
    });
  });
  const responses = Object.entries(objectOf(document, 'x-amazon-apigateway-gateway-responses'));
  return {
    methods,
    authorizers: Object.entries(schemes).flatMap(([name, scheme]) => authorizerOf(name, scheme)),
    gatewayResponses: responses.map(([ResponseType, response]) => ({ ...capitalized(response), ResponseType })),
  };
}

function methodOf(path: string, HttpMethod: string, operation: JsonObject, schemes: JsonObject): MethodPart {
  const integration = objectOf(operation, 'x-amazon-apigateway-integration');
  const properties = { HttpMethod, ...securityOf(operation, schemes), Integration: integrationOf(integration) };
  return { resourceId: path, resourcePath: path, properties };
}

/** API Gateway asks for all schemes of an operation, and ignores the document's own `security`. */
function securityOf(operation: JsonObject, schemes: JsonObject): JsonObject {
  const names = listOf(operation, 'security').flatMap((each) => (isObject(each) ? Object.keys(each) : []));
  const asked = names.map((name) => ({ name, scheme: objectOf(schemes, name) }));
  const authorizers = asked.filter(({ scheme }) => scheme['x-amazon-apigateway-authtype'] !== undefined);
  const [authorizer] = authorizers;
  const ApiKeyRequired = asked.some(({ scheme }) => scheme.name === 'x-api-key');
  if (authorizer === undefined) return { ApiKeyRequired, AuthorizationType: 'NONE' };
  const authtype = textOrEmpty(authorizer.scheme, 'x-amazon-apigateway-authtype');
  const AuthorizationType = AUTHORIZATION_TYPES[authtype.toLowerCase()] ?? authtype;
  return { ApiKeyRequired, AuthorizationType, AuthorizerId: authorizer.name };
}

const AUTHORIZATION_TYPES: Readonly<Record<string, string>> = {
  awssigv4: 'AWS_IAM',
  cognito_user_pools: 'COGNITO_USER_POOLS',
  custom: 'CUSTOM',
};

function authorizerOf(authorizerId: string, scheme: Json): readonly AuthorizerPart[] {
  const authorizer = isObject(scheme) ? scheme['x-amazon-apigateway-authorizer'] : undefined;
  if (!isObject(authorizer)) return [];
  const { AuthorizerResultTtlInSeconds, ...properties } = capitalized(authorizer);
  const ttl = AuthorizerResultTtlInSeconds === undefined ? {} : { AuthorizerResultTtlInSeconds };
  return [{ authorizerId, properties: { ...properties, ...ttl, Type: textOrEmpty(authorizer, 'type').toUpperCase() } }];
}

/** The same names as CloudFormation's, but for the first letter. */
function integrationOf(integration: JsonObject): JsonObject {
  const { Type, HttpMethod = null, Responses, ...others } = capitalized(integration);
  const responses = isObject(Responses) ? Object.entries(Responses) : [];
  return {
    ...others,
    Type: String(Type).toUpperCase(),
    IntegrationHttpMethod: HttpMethod,
    IntegrationResponses: responses.map(([pattern, response]) => ({
      ...(pattern !== 'default' && { SelectionPattern: pattern }),
      ...capitalized(response),
    })),
  };
}

function capitalized(value: Json): JsonObject {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name.charAt(0).toUpperCase() + name.slice(1), member]),
  );
}
