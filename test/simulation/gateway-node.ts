import { AUTHORIZATION_TOKEN_PATTERN } from '../../lambda/bearer-token.ts';
import type { FlushedStage } from '../../lambda/flusher-environment.ts';
import { apiGateway } from '../../local/api-gateway.ts';
import type { AuthorizerAnswer } from '../../local/authorizer-answer.ts';
import type { LambdaFunction } from '../../local/lambda-function.ts';
import type { RestApi } from '../../local/rest-api.ts';
import type { ResultCache } from '../../local/result-cache.ts';
import { functionArnOf } from './simulated-function.ts';
import type { World } from './world.ts';

export interface GatewayNodeParts {
  readonly cache: ResultCache<AuthorizerAnswer>;
  /** Seconds. */
  readonly resultTtl: number;
  readonly authorizer: LambdaFunction;
  readonly world: World;
}

export const STAGE: FlushedStage = { restApiId: 'abc1234567', stageName: 'v1' };

/** Milliseconds by which a node's clock may be off: it judges when a policy ends. */
const CLOCK_ERROR = 2000;

/** One node of the real local gateway: a GET of the only route with this header, and the status of its answer. */
export function gatewayNode({ cache, resultTtl, authorizer, world }: GatewayNodeParts) {
  const clockError = world.chance.between(-CLOCK_ERROR, CLOCK_ERROR);
  const gateway = apiGateway(restApi(resultTtl, authorizer), {
    functions: new Map([authorizer, BACKEND].map((each) => [each.functionArn, each])),
    mayInvoke: () => true,
    cache,
    clock: () => world.time.now() + clockError,
    say: () => undefined,
    warn: () => undefined,
  });
  return async (authorizationToken: string): Promise<number> => {
    const headers = [['Authorization', authorizationToken]] as const;
    const request = { requestId: 'request', method: 'GET', target: '/v1/orders', headers, sourceIp: '127.0.0.1' };
    return (await gateway({ ...request, body: new Uint8Array() })).status;
  };
}

function restApi(resultTtlSeconds: number, { functionArn }: LambdaFunction): RestApi {
  const authorizer = {
    authorizerId: 'Token',
    functionArn,
    identityHeader: 'authorization',
    validationExpression: new RegExp(AUTHORIZATION_TOKEN_PATTERN),
    resultTtlSeconds,
  };
  const Uri = `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${BACKEND.functionArn}/invocations`;
  const integration = { Type: 'AWS_PROXY', Uri };
  return {
    apiId: STAGE.restApiId,
    stageName: STAGE.stageName,
    methods: [{ httpMethod: 'GET', resourcePath: '/orders', authorizerId: authorizer.authorizerId, integration }],
    authorizers: new Map([[authorizer.authorizerId, authorizer]]),
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
