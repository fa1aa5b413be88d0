import type { CacheKey } from '../../../../lambda/policy/route.ts';
import { arnIn, LOCAL_PLACE } from '../../../../local/cloudformation/place.ts';
import type { LambdaFunction } from '../../../../local/functions/lambda-function.ts';
import type { AuthorizationDependencies } from '../../../../local/gateway/authorization/lambda-authorizer.ts';
import type { Gateway } from '../../../../local/gateway/exchange/gateway.ts';
import type { World } from '../time/world.ts';
import { functionArnOf } from './simulated-function.ts';

/** One node of the real local gateway, with a result cache of its own. */
export interface GatewayNode {
  /** Sends a GET with this `Authorization` header. @returns its status */
  get(authorizationToken: string, route: RoutePath): Promise<number>;
  /** Empties the result cache of the stage. */
  flush(): void;
}

/** What the nodes of all APIs have in common. */
export interface NodeParts {
  /** Seconds. */
  readonly resultTtl: number;
  readonly cachePer: CacheKey;
  readonly authorizer: LambdaFunction;
  readonly world: World;
}

/** The paths of an API's routes, and of the requests for them. */
export const ROUTES = ['/orders', '/whoami'] as const;

export type RoutePath = (typeof ROUTES)[number];

export const AUTHORIZER_ID = 'Bearer';

export function apiArn(apiId: string): string {
  return arnIn(LOCAL_PLACE, 'execute-api', LOCAL_PLACE.region, apiId);
}

/** Maximum milliseconds by which a node's clock is off. The clock decides when a policy ends. */
const CLOCK_ERROR = 2000;

export function dependenciesOf({ authorizer, world }: NodeParts): AuthorizationDependencies {
  const clockError = world.chance.between(-CLOCK_ERROR, CLOCK_ERROR);
  return {
    functions: new Map([authorizer, BACKEND].map((each) => [each.functionArn, each])),
    mayInvoke: () => true,
    clock: () => world.time.now() + clockError,
    say: () => undefined,
    warn: () => undefined,
  };
}

/** @param stage - of the request's path: `/v1`, or empty */
export function senderTo(gateway: Gateway, stage: string): GatewayNode['get'] {
  return async (authorizationToken, route) => {
    const headers = [['Authorization', authorizationToken]] as const;
    const request = { requestId: 'request', method: 'GET', target: `${stage}${route}`, headers, sourceIp: '127.0.0.1' };
    return (await gateway({ ...request, body: new Uint8Array() })).status;
  };
}

export const BACKEND: LambdaFunction = {
  functionName: 'orders',
  functionArn: functionArnOf('orders'),
  invocations: () => 0,
  recycle: async () => undefined,
  invoke: async () => ({ payload: { statusCode: 200, body: '' } }),
};
