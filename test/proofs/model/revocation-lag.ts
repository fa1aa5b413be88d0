import {
  allowsAfterWrite,
  initialState,
  keyOf,
  type RaceParameters,
  type RaceState,
  stepsFrom,
} from './revocation-race.ts';
import { explore, traceTo, type Visit } from './state-explorer.ts';

export interface ExploredRace {
  /** The last tick in which any interleaving still allows the revoked token; -1: none after the write. */
  readonly lastAllow: number;
  readonly states: number;
  /** An interleaving that reaches `lastAllow`, one line for each step. */
  readonly counterexample: readonly string[];
}

/** Explores every interleaving of the race. */
export function exploreRace(parameters: RaceParameters): ExploredRace {
  let states = 0;
  let last: Visit<RaceState> | undefined;
  for (const visit of explore(initialState(parameters), stepsFrom(parameters), keyOf)) {
    states += 1;
    if (allowsAfterWrite(visit.state) && visit.state.tick > (last?.state.tick ?? -1)) last = visit;
  }
  return { lastAllow: last?.state.tick ?? -1, states, counterexample: last === undefined ? [] : describe(last) };
}

function describe(last: Visit<RaceState>): readonly string[] {
  const steps = traceTo(last).filter(({ label }) => label !== 'a tick' && label !== 'start');
  const lines = steps.map(({ state, label }) => `tick ${String(state.tick).padStart(3)}: ${label}`);
  return [...lines, `tick ${String(last.state.tick).padStart(3)}: Allow, for a token revoked at tick 0`];
}

/**
 * The bound in closed form, in ticks:
 *
 * - without a flush that counts: (last read that misses the entry) + L + T - 1, which is below T + L for strong reads;
 * - with a settled flush of every route's entries, at every stage: L + margin + S + F, if every decision made without the entry has landed
 *   before L + margin.
 *
 * The numbers of routes and of stages are in neither: decisions elsewhere come from the same reads and end by the same rules. The flush
 * at once is in neither: it nearly always makes revocation fast, but it bounds nothing.
 */
export function boundOf(parameters: RaceParameters): number {
  const { resultTtl, decisionTime, flushDelay, flushEffect, settleMargin } = parameters;
  const lastLanding = lastAnswerWithoutEntry(parameters) + decisionTime;
  const expiry = lastLanding + Math.max(resultTtl, 1) - 1;
  if (settleMargin === undefined || !flushesAll(parameters)) return expiry;
  const settled = decisionTime + settleMargin;
  return lastLanding < settled ? Math.min(expiry, settled + flushDelay + flushEffect) : expiry;
}

function flushesAll({ routes, flushedRoutes, stages, flushedStages }: RaceParameters): boolean {
  return flushedRoutes === routes && flushedStages === stages;
}

/** The last tick in which an authorizer can still find the token not revoked. */
function lastAnswerWithoutEntry({ replicaDelay, negativeCache }: RaceParameters): number {
  return replicaDelay - 1 + Math.max(0, negativeCache - 1);
}
