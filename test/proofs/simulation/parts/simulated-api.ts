import type { FlushedStage } from '../../../../lambda/configuration/environment.ts';
import type { CacheKey } from '../../../../lambda/policy/route.ts';
import type { LambdaFunction } from '../../../../local/functions/lambda-function.ts';
import type { AuthorizerAnswer } from '../../../../local/gateway/authorization/authorizer-answer.ts';
import { type ResultCache, resultCache } from '../../../../local/gateway/authorization/result-cache.ts';
import type { Composition } from '../composition.ts';
import type { Execution } from '../time/execution.ts';
import type { World } from '../time/world.ts';
import { gatewayNode, ROUTES, type RoutePath, STAGE } from './gateway-node.ts';

/** The part of the stage that a flusher can reach. */
export interface FlushedNodes {
  readonly stage: FlushedStage;
  /** Resolves when the flush is accepted; each node's cache is emptied some time later. `by`: for the notes. */
  flush(by: string, execution: Execution): Promise<void>;
}

/** A stage as clients see it: any of its nodes takes a request, and each node has its own result cache. */
export interface SimulatedApi extends FlushedNodes {
  /** Sends one request. @returns its status */
  get(place: Place, authorizationToken: string): Promise<number>;
}

/** A node and a route: a cache entry that a request can meet. */
export interface Place {
  readonly node: number;
  readonly route: RoutePath;
}

/** Maximum milliseconds from acceptance until a node is emptied, without faults. */
export const MAX_FLUSH_EFFECT = 1000;
const MAX_FLUSH_CALL = 500;
const LATE_FLUSH_EFFECT = 30_000;
const MAX_REJECTION = 15_000;

const NODES = [0, 1] as const;

export const PLACES: readonly [Place, ...Place[]] = [
  { node: NODES[0], route: ROUTES[0] },
  { node: NODES[0], route: ROUTES[1] },
  { node: NODES[1], route: ROUTES[0] },
  { node: NODES[1], route: ROUTES[1] },
];

export interface ApiSurroundings {
  readonly world: World;
  readonly composition: Composition;
  /** Seconds. */
  readonly resultTtl: number;
  readonly cachePer: CacheKey;
  readonly authorizer: LambdaFunction;
}

export function simulatedApi(surroundings: ApiSurroundings): SimulatedApi {
  const caches = NODES.map(() => cacheIn(surroundings));
  const { resultTtl, cachePer, authorizer, world } = surroundings;
  const gateways = caches.map((cache) => gatewayNode({ cache, resultTtl, cachePer, authorizer, world }));
  return {
    stage: STAGE,
    get: async ({ node, route }, authorizationToken) => (await gateways[node]?.(authorizationToken, route)) ?? 0,
    flush: (by, execution) => acceptFlush(by, execution, caches, world),
  };
}

function cacheIn({ world, composition }: ApiSurroundings): ResultCache<AuthorizerAnswer> {
  return composition.resultCache(() => resultCache<AuthorizerAnswer>(world.time.now, () => undefined));
}

async function acceptFlush(
  by: string,
  execution: Execution,
  caches: readonly ResultCache<AuthorizerAnswer>[],
  { time, chance, strikes, note }: World,
): Promise<void> {
  if (strikes('flush-rejected')) {
    await execution.sleep(chance.delayUpTo(MAX_REJECTION));
    throw Object.assign(new Error('Too Many Requests'), { name: 'TooManyRequestsException' });
  }
  await execution.sleep(chance.delayUpTo(MAX_FLUSH_CALL));
  note(`flush ${by} accepted`);
  for (const [node, cache] of caches.entries()) {
    if (strikes('flush-lost')) continue;
    const longest = strikes('flush-late') ? LATE_FLUSH_EFFECT : MAX_FLUSH_EFFECT;
    time.at(time.now() + chance.delayUpTo(longest), () => {
      note(`flush ${by} empties node ${node}`);
      cache.flush();
    });
  }
}
