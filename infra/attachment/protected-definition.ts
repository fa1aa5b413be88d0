import { type Duration, Lazy } from 'aws-cdk-lib';
import { ApiDefinition, type ApiDefinitionConfig, type SpecRestApi } from 'aws-cdk-lib/aws-apigateway';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { type CacheKey, nameOf, type Route } from '../../lambda/policy/route.ts';
import { RouteTableError } from '../errors.ts';
import type { AuthorizerFunction } from '../functions/authorizer-function.ts';
import { protectedDocument } from '../openapi/protected-document.ts';
import { routesFromOpenApi } from '../openapi/routes-from-openapi.ts';
import { authorizersArn, IDENTITY, invocationArn } from './rest-api-authorizer.ts';

export interface ProtectedDefinitionProps {
  readonly document: object;
  /** The authorizer's function. */
  readonly function: AuthorizerFunction;
  /** The ARN of the function. */
  readonly functionArn: string;
  readonly resultTtl: Duration;
  readonly cachePer: CacheKey;
  /** Called with the API once it exists, before it has an id. */
  readonly onApi: (api: SpecRestApi) => void;
}

/** An OpenAPI document whose operations use the authorizer. API Gateway creates the authorizer when it imports the document. */
export class ProtectedDefinition extends ApiDefinition {
  private readonly document: object;
  private readonly props: ProtectedDefinitionProps;

  /** @throws RouteTableError */
  constructor(props: ProtectedDefinitionProps) {
    super();
    this.document = protectedDocument(props.document, securityScheme(props));
    checkScopes(routesFromOpenApi(props.document).routes, props.function.routes);
    this.props = props;
  }

  override bind(): ApiDefinitionConfig {
    return { inlineDefinition: this.document };
  }

  override bindAfterCreate(scope: Construct): void {
    // CDK passes the API itself, which has no id yet.
    const api = scope as SpecRestApi;
    const { function: authorizer, onApi } = this.props;
    authorizer.addPermission(`OpenApi${api.node.addr}`, {
      // In the API's stack, because in the function's stack it would refer back to the API.
      scope: api,
      principal: new ServicePrincipal('apigateway.amazonaws.com'),
      // For all authorizers, because API Gateway chooses the authorizer's id at the import.
      sourceArn: Lazy.uncachedString({ produce: () => authorizersArn(api, api.restApiId) }),
    });
    onApi(api);
  }
}

/**
 * Compares the scopes of document and routes. The routes decide at run time: they may leave out scopes that open an operation, but not
 * add others. `attachmentErrors` rejects operations without a route.
 * @throws RouteTableError naming the operation
 */
function checkScopes(described: readonly Route[], routes: readonly Route[]): void {
  const scopesOf = new Map(routes.map((route) => [nameOf(route), route.scopes]));
  for (const route of described) {
    const scopes = scopesOf.get(nameOf(route)) ?? route.scopes;
    const isNarrow = scopes.length > 0 && scopes.every((scope) => route.scopes.includes(scope));
    if (route.scopes.length === 0 || isNarrow) continue;
    throw new RouteTableError(
      `The document opens ${nameOf(route)} to ${route.scopes.join(' or ')}, and routes open it to ` +
        `${scopes.join(' or ') || 'any valid token'}: take the routes from routesFromOpenApi(document).`,
    );
  }
}

/** The security scheme of this authorizer (API Gateway developer guide, "x-amazon-apigateway-authorizer object"). */
function securityScheme({ function: authorizer, functionArn, resultTtl, cachePer }: ProtectedDefinitionProps): object {
  const { type, ...identity } = IDENTITY[cachePer];
  return {
    type: 'apiKey',
    name: 'Authorization',
    in: 'header',
    'x-amazon-apigateway-authtype': 'custom',
    'x-amazon-apigateway-authorizer': {
      type: type.toLowerCase(),
      authorizerUri: invocationArn(authorizer, functionArn),
      authorizerResultTtlInSeconds: resultTtl.toSeconds(),
      ...identity,
    },
  };
}
