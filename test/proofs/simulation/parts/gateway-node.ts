import type { FlushedRestStage } from '../../../../lambda/configuration/environment.ts';
import { REQUEST_IDENTITY_SOURCES } from '../../../../lambda/event/rest-request.ts';
import type { CacheKey } from '../../../../lambda/policy/route.ts';
import { AUTHORIZATION_TOKEN_PATTERN } from '../../../../lambda/token/bearer-token.ts';
import type { LambdaFunction } from '../../../../local/functions/lambda-function.ts';
import type { AuthorizerAnswer } from '../../../../local/gateway/authorization/authorizer-answer.ts';
import type { ResultCache } from '../../../../local/gateway/authorization/result-cache.ts';
import { parseIdentitySources } from '../../../../local/gateway/rest-api/identity-source.ts';
import type { AuthorizerSettings, RestApi } from '../../../../local/gateway/rest-api/rest-api.ts';
import { restGateway } from '../../../../local/gateway/rest-api/rest-gateway.ts';
import type { World } from '../time/world.ts';
import { functionArnOf } from './simulated-function.ts';

export interface GatewayNodeParts {
  readonly cache: ResultCache<AuthorizerAnswer>;
  /** Seconds. */
  readonly resultTtl: number;
  readonly cachePer: CacheKey;
  readonly authorizer: LambdaFunction;
  readonly world: World;
}

export const STAGE: FlushedRestStage = { restApiId: 'abc1234567', stageName: 'v1' };

/** The paths of the API's routes, and of the requests for them. */
export const ROUTES = ['/orders', '/whoami'] as const;

export type RoutePath = (typeof ROUTES)[number];

/** Maximum milliseconds by which a node's clock is off. The clock decides when a policy ends. */
const CLOCK_ERROR = 2000;

/** One node of the real local gateway. @returns a function that sends a GET with this header and resolves to its status */
export function gatewayNode({ cache, resultTtl, cachePer, authorizer, world }: GatewayNodeParts) {
  const clockError = world.chance.between(-CLOCK_ERROR, CLOCK_ERROR);
  const gateway = restGateway(
    restApi({
      ...IDENTITY[cachePer],
      authorizerId: 'Bearer',
      functionArn: authorizer.functionArn,
      resultTtlSeconds: resultTtl,
    }),
    {
      functions: new Map([authorizer, BACKEND].map((each) => [each.functionArn, each])),
      mayInvoke: () => true,
      cache,
      clock: () => world.time.now() + clockError,
      say: () => undefined,
      warn: () => undefined,
    },
  );
  return async (authorizationToken: string, route: RoutePath): Promise<number> => {
    const headers = [['Authorization', authorizationToken]] as const;
    const request = { requestId: 'request', method: 'GET', target: `/v1${route}`, headers, sourceIp: '127.0.0.1' };
    return (await gateway({ ...request, body: new Uint8Array() })).status;
  };
}

/** The authorizer's type and identity as the stack deploys them. */
const IDENTITY = {
  token: {
    type: 'TOKEN',
    identitySources: parseIdentitySources('Bearer', 'method.request.header.Authorization'),
    validationExpression: new RegExp(AUTHORIZATION_TOKEN_PATTERN),
  },
  route: {
    type: 'REQUEST',
    identitySources: parseIdentitySources('Bearer', REQUEST_IDENTITY_SOURCES.join(',')),
    validationExpression: undefined,
  },
} as const satisfies Readonly<Record<CacheKey, Partial<AuthorizerSettings>>>;

function restApi(authorizer: AuthorizerSettings): RestApi {
  const { authorizerId } = authorizer;
  const Uri = `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${BACKEND.functionArn}/invocations`;
  const integration = { Type: 'AWS_PROXY', Uri };
  return {
    apiId: STAGE.restApiId,
    stageName: STAGE.stageName,
    methods: ROUTES.map((resourcePath) => ({
      ...{ httpMethod: 'GET', resourcePath, resourceId: resourcePath, authorizerId, integration },
    })),
    authorizers: new Map([[authorizerId, authorizer]]),
    gatewayResponses: new Map(),
  };
}

const BACKEND: LambdaFunction = {
  functionName: 'orders',
  functionArn: functionArnOf('orders'),
  invocations: () => 0,
  recycle: async () => undefined,
  invoke: async () => ({ payload: { statusCode: 200, body: '' } }),
};
