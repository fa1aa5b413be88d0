import type { FlushedStage } from '../../../../lambda/configuration/environment.ts';
import { FlushError } from '../../../../lambda/flush/flush-stage.ts';
import type { ApiKind } from '../../../../lambda/policy/route.ts';
import type { AuthorizerAnswer } from '../../../../local/gateway/authorization/authorizer-answer.ts';
import { type ResultCache, resultCache } from '../../../../local/gateway/authorization/result-cache.ts';
import { parseFlushPath } from '../../../../local/gateway/control-plane.ts';
import type { Composition } from '../composition.ts';
import type { Execution } from '../time/execution.ts';
import type { World } from '../time/world.ts';
import { type GatewayNode, type NodeParts, ROUTES, type RoutePath } from './gateway-node.ts';
import { HTTP_STAGE, httpNode } from './http-node.ts';
import { REST_STAGE, restNode } from './rest-node.ts';

/** A stage as clients see it: any of its nodes takes a request, and each node has its own result cache. */
export interface SimulatedApi {
  readonly kind: ApiKind;
  readonly apiId: string;
  readonly stage: FlushedStage;
  /** Sends one request. @returns its status */
  get(place: Place, authorizationToken: string): Promise<number>;
  /** Resolves when the flush is accepted; each node's cache is emptied some time later. `by`: for the notes. */
  flush(by: string, execution: Execution): Promise<void>;
}

/** An API, one of its nodes, and a route: a cache entry that a request can meet. */
export interface Place {
  readonly api: ApiKind;
  readonly node: number;
  readonly route: RoutePath;
}

/** Maximum milliseconds from acceptance until a node is emptied, without faults. */
export const MAX_FLUSH_EFFECT = 1000;
const MAX_FLUSH_CALL = 500;
const LATE_FLUSH_EFFECT = 30_000;
const MAX_REJECTION = 15_000;

const NODES = [0, 1] as const;

export function placesOf([first, ...others]: readonly [ApiKind, ...ApiKind[]]): readonly [Place, ...Place[]] {
  const placesIn = (api: ApiKind) => NODES.flatMap((node) => ROUTES.map((route): Place => ({ api, node, route })));
  const all = [first, ...others].flatMap(placesIn);
  return [{ api: first, node: NODES[0], route: ROUTES[0] }, ...all.slice(1)];
}

export interface ApiSurroundings extends NodeParts {
  readonly composition: Composition;
}

const STAGES = {
  rest: { apiId: REST_STAGE.restApiId, stage: REST_STAGE },
  http: { apiId: HTTP_STAGE.httpApiId, stage: HTTP_STAGE },
} as const satisfies Readonly<Record<ApiKind, Partial<SimulatedApi>>>;

export function simulatedApi(kind: ApiKind, surroundings: ApiSurroundings): SimulatedApi {
  const nodes = NODES.map(() =>
    kind === 'rest' ? restNode(surroundings, cacheIn(surroundings)) : httpNode(surroundings),
  );
  return {
    kind,
    ...STAGES[kind],
    get: async ({ node, route }, authorizationToken) => (await nodes[node]?.get(authorizationToken, route)) ?? 0,
    flush: (by, execution) => acceptFlush(`${by} of ${kind}`, execution, nodes, surroundings.world),
  };
}

function cacheIn({ world, composition }: ApiSurroundings): ResultCache<AuthorizerAnswer> {
  return composition.resultCache(() => resultCache<AuthorizerAnswer>(world.time.now, () => undefined));
}

/** API Gateway's answer to the flush at this path, of one of the APIs. @throws FlushError */
export async function flushAt(
  path: string,
  by: string,
  execution: Execution,
  apis: readonly SimulatedApi[],
): Promise<void> {
  const named = parseFlushPath(path);
  const flushed = apis.find(({ kind, apiId, stage: { stageName } }) => {
    return named?.kind === kind && named.apiId === apiId && named.stageName === stageName;
  });
  if (flushed === undefined) throw new FlushError('NotFoundException', 404);
  await flushed.flush(by, execution);
}

async function acceptFlush(
  by: string,
  execution: Execution,
  nodes: readonly GatewayNode[],
  { time, chance, strikes, note }: World,
): Promise<void> {
  if (strikes('flush-rejected')) {
    await execution.sleep(chance.delayUpTo(MAX_REJECTION));
    throw new FlushError('TooManyRequestsException', 429);
  }
  await execution.sleep(chance.delayUpTo(MAX_FLUSH_CALL));
  note(`flush ${by} accepted`);
  for (const [index, node] of nodes.entries()) {
    if (strikes('flush-lost')) continue;
    const longest = strikes('flush-late') ? LATE_FLUSH_EFFECT : MAX_FLUSH_EFFECT;
    time.at(time.now() + chance.delayUpTo(longest), () => {
      note(`flush ${by} empties node ${index}`);
      node.flush();
    });
  }
}
