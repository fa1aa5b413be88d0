import type { FlushMode } from '../../../lambda/configuration/environment.ts';
import type { ApiKind } from '../../../lambda/policy/route.ts';
import type { LambdaFunction } from '../../../local/functions/lambda-function.ts';
import type { Composition } from './composition.ts';
import { type Place, placesOf, simulatedApi } from './parts/simulated-api.ts';
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
  readonly api: ApiKind;
  readonly token: TokenName;
  readonly status: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The whole product in virtual time, with the actions of clients, operators and the issuer. */
export interface Stage {
  /** Sends one request. @returns its status */
  readonly ask: (token: TokenName, place: Place) => Promise<number>;
  /** Where requests can be sent. */
  readonly places: readonly [Place, ...Place[]];
  readonly table: SimulatedTable;
  /** The flusher's functions, by the moment at which they flush. */
  readonly flushers: ReadonlyMap<FlushMode, LambdaFunction>;
  readonly issuer: SimulatedIssuer;
  readonly answers: readonly Answer[];
}

export function stageIn(
  world: World,
  composition: Composition,
  { resultTtl, cachePer, apis: kinds }: Pick<Plan, 'resultTtl' | 'cachePer' | 'apis'>,
): Stage {
  const issuer = simulatedIssuer(world);
  const authorizer = simulatedAuthorizer({ world, composition, issuer, table: () => table });
  const apis = kinds.map((kind) => simulatedApi(kind, { world, composition, resultTtl, cachePer, authorizer }));
  const flushers = new Map(
    composition.flushModes.map(
      (mode) => [mode, simulatedFlusher(mode, resultTtl, { apis, composition, world })] as const,
    ),
  );
  const readers = [...flushers.values()].map((flusher) => simulatedStreamReader(flusher, world));
  const table: SimulatedTable = simulatedTable(world, (written) => {
    for (const reader of readers) reader.take(written);
  });
  const answers: Answer[] = [];
  const ask = async (token: TokenName, place: Place): Promise<number> => {
    const api = apis.find(({ kind }) => kind === place.api);
    const status = (await api?.get(place, authorizationTokenOf(token))) ?? 0;
    world.note(`${status} for ${token} at node ${place.node} of ${place.api} for ${place.route}`);
    answers.push({ api: place.api, token, status, at: world.time.now() });
    return status;
  };
  return { ask, places: placesOf(kinds), table, flushers, issuer, answers };
}
