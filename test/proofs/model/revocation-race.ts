import type { Step } from './state-explorer.ts';

/**
 * The race between one token's decisions and its revocation, in ticks. The write is acknowledged at the start of tick 0.
 * Within a tick everything may happen in any order.
 *
 * A stage of an HTTP API differs from one of a REST API in nothing but the call that flushes it: who caches what and for how long, and
 * what a flush bounds, is the same. So the kind of a stage is not in the model, and two stages stand for one of each kind.
 */
export interface RaceParameters {
  /** Stages whose authorizers read the table: 1, with two nodes, or 2 with a node each. */
  readonly stages: 1 | 2;
  /** Stages that are flushed, each by a call of its own: all of them, unless the rule is broken. */
  readonly flushedStages: 1 | 2;
  /** Routes on which the token is used, each with its own cache entry; 1: one entry for the token. */
  readonly routes: number;
  /** Routes whose entries a flush empties: all of them, unless the rule is broken. */
  readonly flushedRoutes: number;
  /** T: ticks for which API Gateway reuses a decision; 0: never. */
  readonly resultTtl: number;
  /** L: maximum ticks from a decision's table read until its answer is cached. */
  readonly decisionTime: number;
  /** S: maximum ticks from the moment a flush may be sent until it is accepted. */
  readonly flushDelay: number;
  /** F: maximum ticks from a flush's acceptance until it is applied, for each cache node separately. */
  readonly flushEffect: number;
  /** Whether there is a flush that may be sent as soon as the entry is written. */
  readonly flushAtOnce: boolean;
  /** Ticks after `decisionTime` before which the settled flush is not sent; undefined: there is no settled flush. */
  readonly settleMargin: number | undefined;
  /** Ticks after the write during which a read may still miss it; 0: strongly consistent reads. */
  readonly replicaDelay: number;
  /** Ticks during which an authorizer reuses a "not revoked" answer, including the tick of the read; 0: never. */
  readonly negativeCache: number;
}

interface AuthorizerState {
  /** The Allow on its way into a node's cache. Rejections need no state: they are thrown and never cached. */
  readonly deciding: { readonly entry: CacheEntry; readonly age: number } | undefined;
  /** Ticks for which a "not revoked" answer is still reused. */
  readonly remembered: number;
}

/** One entry of one node's cache. A node belongs to one stage. */
interface CacheEntry {
  readonly node: number;
  readonly route: number;
}

/** The flush of one stage. */
interface FlushState {
  readonly name: string;
  readonly earliest: number;
  readonly acceptedAt: number | undefined;
  /** The nodes of its stage that it has not emptied yet. */
  readonly unflushed: readonly number[];
}

export interface RaceState {
  readonly tick: number;
  /** Ticks for which the cache will still answer Allow, by node and route. */
  readonly nodes: readonly (readonly number[])[];
  readonly authorizers: readonly AuthorizerState[];
  readonly flushes: readonly FlushState[];
  /** Whether an authorizer's own answer reached the client in this step. */
  readonly answered: boolean;
}

/** A state with empty caches, early enough before the write: anything cached earlier would only expire earlier. */
export function initialState(parameters: RaceParameters): RaceState {
  const { decisionTime, negativeCache, flushAtOnce, settleMargin, routes, stages, flushedStages } = parameters;
  const nodesOf = stages === 1 ? [[0, 1]] : [[0], [1]].slice(0, flushedStages);
  const flushes = (name: string, earliest: number): readonly FlushState[] =>
    nodesOf.map((unflushed) => ({ name, earliest, acceptedAt: undefined, unflushed }));
  return {
    tick: -1 - Math.max(decisionTime, negativeCache),
    nodes: [0, 1].map(() => Array.from({ length: routes }, () => 0)),
    authorizers: [0, 1].map(() => ({ deciding: undefined, remembered: 0 })),
    flushes: [
      ...(flushAtOnce ? flushes('flush at once', 0) : []),
      ...(settleMargin === undefined ? [] : flushes('settled flush', decisionTime + settleMargin)),
    ],
    answered: false,
  };
}

/** Whether a client can get the token's Allow on some route in this state, after the write. */
export function allowsAfterWrite({ tick, nodes, answered }: RaceState): boolean {
  return tick >= 0 && (answered || nodes.flat().some((life) => life > 0));
}

/**
 * A key that is equal for states that differ only in the order of the two nodes or of the two authorizers. Such states have
 * the same steps and the same Allows, so that one of them stands for all.
 */
export function keyOf(state: RaceState): string {
  const [first = ''] = [keyWithNodes(state, [0, 1]), keyWithNodes(state, [1, 0])].sort();
  return first;
}

function keyWithNodes({ tick, nodes, authorizers, flushes, answered }: RaceState, order: readonly number[]): string {
  const deciders = authorizers.map(({ deciding, remembered }) =>
    deciding === undefined
      ? `-.${remembered}`
      : `${order[deciding.entry.node]}.${deciding.entry.route}.${deciding.age}.${remembered}`,
  );
  const flushed = flushes.map(
    ({ earliest, acceptedAt, unflushed }) => `${earliest}.${acceptedAt}.${unflushed.map((node) => order[node]).sort()}`,
  );
  return [tick, order.map((node) => nodes[node]), deciders.sort(), flushed.sort(), answered].join('|');
}

export function stepsFrom(parameters: RaceParameters): (state: RaceState) => readonly Step<RaceState>[] {
  const end = endOfRace(parameters);
  return (after) => {
    if (after.tick > end) return [];
    const state = { ...after, answered: false };
    return [
      ...state.authorizers.flatMap((_, index) => authorizerSteps(state, index, parameters)),
      ...state.flushes.flatMap((_, index) => flushSteps(state, index, parameters)),
      ...tickSteps(state, parameters),
    ];
  };
}

/** An upper bound of the tick after which no decision made without the entry can be left. */
function endOfRace({ resultTtl, decisionTime, replicaDelay, negativeCache }: RaceParameters): number {
  return resultTtl + decisionTime + replicaDelay + negativeCache + 1;
}

function authorizerSteps(state: RaceState, index: number, parameters: RaceParameters): readonly Step<RaceState>[] {
  const authorizer = state.authorizers[index];
  if (authorizer === undefined) return [];
  const become = (next: AuthorizerState) => ({ ...state, authorizers: state.authorizers.with(index, next) });
  const { deciding } = authorizer;
  if (deciding !== undefined) {
    const idle = become({ ...authorizer, deciding: undefined });
    const nodes = withLife(state.nodes, deciding.entry, parameters.resultTtl);
    const label = `authorizer ${index + 1} answers Allow, ${nameOf(deciding.entry)} caches it`;
    return [{ label, next: { ...idle, nodes, answered: true } }];
  }
  const source = sourceOfAllow(state, authorizer, parameters);
  if (source === undefined) return [];
  const remembered = source === 'memory' ? authorizer.remembered : parameters.negativeCache;
  return emptyEntries(state.nodes).map((entry) => ({
    label: `miss at ${nameOf(entry)}: authorizer ${index + 1} finds the token not revoked (${source})`,
    next: become({ deciding: { entry, age: 0 }, remembered }),
  }));
}

function emptyEntries(nodes: RaceState['nodes']): readonly CacheEntry[] {
  return nodes.flatMap((lives, node) => lives.flatMap((life, route) => (life === 0 ? [{ node, route }] : [])));
}

function withLife(nodes: RaceState['nodes'], { node, route }: CacheEntry, life: number): RaceState['nodes'] {
  return nodes.with(node, (nodes[node] ?? []).with(route, life));
}

function nameOf({ node, route }: CacheEntry): string {
  return `node ${node + 1} for route ${route + 1}`;
}

/** The source from which an authorizer can now get "not revoked"; undefined: none. */
function sourceOfAllow(
  { tick }: RaceState,
  { remembered }: AuthorizerState,
  { replicaDelay }: RaceParameters,
): 'memory' | 'read' | 'stale read' | undefined {
  if (remembered > 0) return 'memory';
  if (tick < 0) return 'read';
  return tick < replicaDelay ? 'stale read' : undefined;
}

function flushSteps(state: RaceState, index: number, parameters: RaceParameters): readonly Step<RaceState>[] {
  const { flushEffect, flushedRoutes } = parameters;
  const flush = state.flushes[index];
  if (flush === undefined || state.tick < flush.earliest) return [];
  const become = (next: FlushState) => ({ ...state, flushes: state.flushes.with(index, next) });
  const { acceptedAt, unflushed, name } = flush;
  if (acceptedAt === undefined) {
    return [{ label: `${name} accepted`, next: become({ ...flush, acceptedAt: state.tick }) }];
  }
  if (state.tick > acceptedAt + flushEffect) return [];
  return unflushed.map((node) => ({
    label: `${name} empties node ${node + 1}`,
    next: {
      ...become({ ...flush, unflushed: unflushed.filter((each) => each !== node) }),
      nodes: state.nodes.with(node, flushed(state.nodes[node] ?? [], flushedRoutes)),
    },
  }));
}

function flushed(lives: readonly number[], flushedRoutes: number): readonly number[] {
  return lives.map((life, route) => (route < flushedRoutes ? 0 : life));
}

/** A step to the next tick, possible once everything that must happen in this one has happened. */
function tickSteps(state: RaceState, parameters: RaceParameters): readonly Step<RaceState>[] {
  const { tick, authorizers, flushes } = state;
  const decisionsWait = authorizers.every(
    ({ deciding }) => deciding === undefined || deciding.age < parameters.decisionTime,
  );
  const flushesWait = flushes.every(({ acceptedAt, unflushed, earliest }) =>
    acceptedAt === undefined
      ? tick < earliest + parameters.flushDelay
      : unflushed.length === 0 || tick < acceptedAt + parameters.flushEffect,
  );
  if (!decisionsWait || !flushesWait) return [];
  const next = {
    ...state,
    tick: tick + 1,
    nodes: state.nodes.map((lives) => lives.map((life) => Math.max(0, life - 1))),
    authorizers: authorizers.map(({ deciding, remembered }) => ({
      deciding: deciding && { ...deciding, age: deciding.age + 1 },
      remembered: Math.max(0, remembered - 1),
    })),
  };
  return [{ label: tick === -1 ? 'the entry is written and acknowledged' : 'a tick', next }];
}
