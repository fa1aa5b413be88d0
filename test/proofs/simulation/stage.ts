import type { FlushMode } from '../../../lambda/configuration/environment.ts';
import type { LambdaFunction } from '../../../local/functions/lambda-function.ts';
import type { Composition } from './composition.ts';
import { type Place, simulatedApi } from './parts/simulated-api.ts';
import { simulatedAuthorizer } from './parts/simulated-authorizer.ts';
import { simulatedFlusher } from './parts/simulated-flusher.ts';
import {
  authorizationTokenOf,
  type SimulatedIssuer,
  simulatedIssuer,
  type TokenName,
} from './parts/simulated-issuer.ts';
import { simulatedStreamReader } from './parts/simulated-stream.ts';
import { type SimulatedTable, simulatedTable } from './parts/simulated-table.ts';
import type { Plan } from './plan.ts';
import type { World } from './time/world.ts';

export interface Answer {
  readonly token: TokenName;
  readonly status: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The whole product in virtual time, with the actions of clients, operators and the issuer. */
export interface Stage {
  /** Sends one request. @returns its status */
  readonly ask: (token: TokenName, place: Place) => Promise<number>;
  readonly table: SimulatedTable;
  /** The flusher's functions, by the moment at which they flush. */
  readonly flushers: ReadonlyMap<FlushMode, LambdaFunction>;
  readonly issuer: SimulatedIssuer;
  readonly answers: readonly Answer[];
}

export function stageIn(
  world: World,
  composition: Composition,
  { resultTtl, cachePer }: Pick<Plan, 'resultTtl' | 'cachePer'>,
): Stage {
  const issuer = simulatedIssuer(world);
  const authorizer = simulatedAuthorizer({ world, composition, issuer, table: () => table });
  const api = simulatedApi({ world, composition, resultTtl, cachePer, authorizer });
  const flushers = new Map(
    composition.flushModes.map((mode) => [mode, simulatedFlusher(mode, resultTtl, api, world)] as const),
  );
  const readers = [...flushers.values()].map((flusher) => simulatedStreamReader(flusher, world));
  const table: SimulatedTable = simulatedTable(world, (written) => {
    for (const reader of readers) reader.take(written);
  });
  const answers: Answer[] = [];
  const ask = async (token: TokenName, place: Place): Promise<number> => {
    const status = await api.get(place, authorizationTokenOf(token));
    world.note(`${status} for ${token} at node ${place.node} for ${place.route}`);
    answers.push({ token, status, at: world.time.now() });
    return status;
  };
  return { ask, table, flushers, issuer, answers };
}
