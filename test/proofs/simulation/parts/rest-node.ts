import type { FlushedRestStage } from '../../../../lambda/configuration/environment.ts';
import { REQUEST_IDENTITY_SOURCES } from '../../../../lambda/event/rest-request.ts';
import type { CacheKey } from '../../../../lambda/policy/route.ts';
import { AUTHORIZATION_TOKEN_PATTERN } from '../../../../lambda/token/bearer-token.ts';
import type { AuthorizerAnswer } from '../../../../local/gateway/authorization/authorizer-answer.ts';
import type { ResultCache } from '../../../../local/gateway/authorization/result-cache.ts';
import { parseIdentitySources } from '../../../../local/gateway/rest-api/identity-source.ts';
import type { AuthorizerSettings, RestApi } from '../../../../local/gateway/rest-api/rest-api.ts';
import { restGateway } from '../../../../local/gateway/rest-api/rest-gateway.ts';
import {
  AUTHORIZER_ID,
  apiArn,
  BACKEND,
  dependenciesOf,
  type GatewayNode,
  type NodeParts,
  ROUTES,
  senderTo,
} from './gateway-node.ts';

export const REST_STAGE: FlushedRestStage = { restApiId: 'abc1234567', stageName: 'v1' };

/** A node of the REST API. */
export function restNode(parts: NodeParts, cache: ResultCache<AuthorizerAnswer>): GatewayNode {
  const { resultTtl, cachePer, authorizer } = parts;
  const settings = { authorizerId: AUTHORIZER_ID, functionArn: authorizer.functionArn, resultTtlSeconds: resultTtl };
  const gateway = restGateway(restApi({ ...IDENTITY[cachePer], ...settings }), { ...dependenciesOf(parts), cache });
  return { get: senderTo(gateway, `/${REST_STAGE.stageName}`), flush: cache.flush };
}

/** The authorizer's type and identity as the stack deploys them. */
const IDENTITY = {
  token: {
    type: 'TOKEN',
    identitySources: parseIdentitySources('method.request.header.Authorization'),
    validationExpression: new RegExp(AUTHORIZATION_TOKEN_PATTERN),
  },
  route: {
    type: 'REQUEST',
    identitySources: parseIdentitySources(REQUEST_IDENTITY_SOURCES.join(',')),
    validationExpression: undefined,
  },
} as const satisfies Readonly<Record<CacheKey, Partial<AuthorizerSettings>>>;

function restApi(authorizer: AuthorizerSettings): RestApi {
  const { authorizerId } = authorizer;
  const { functionArn } = BACKEND;
  const integration = { kind: 'function', functionArn, invokedByRole: false, timeoutMilliseconds: 29_000 } as const;
  return {
    name: 'Api',
    apiId: REST_STAGE.restApiId,
    arn: apiArn(REST_STAGE.restApiId),
    stageName: REST_STAGE.stageName,
    variables: {},
    methods: ROUTES.map((resourcePath) => ({
      ...{ httpMethod: 'GET', resourcePath, resourceId: resourcePath, authorizerId, integration },
    })),
    authorizers: new Map([[authorizerId, authorizer]]),
    gatewayResponses: new Map(),
  };
}
