import type { DynamoDBStreamEvent } from 'aws-lambda';
import {
  type FlusherConfiguration,
  type FlushMode,
  flusherConfigurationFrom,
  flusherEnvironmentOf,
} from '../../../../lambda/configuration/environment.ts';
import { flushPath } from '../../../../lambda/flush/flush-stage.ts';
import { giveUpAge, longestRun, settleTime } from '../../../../lambda/flush/flush-timing.ts';
import { createFlusher } from '../../../../lambda/flush/flusher.ts';
import { REVOCATION_LEVELS } from '../../../../lambda/revocation/revocation-level.ts';
import type { LambdaFunction } from '../../../../local/functions/lambda-function.ts';
import type { Composition } from '../composition.ts';
import type { Execution } from '../time/execution.ts';
import type { World } from '../time/world.ts';
import { flushAt, type SimulatedApi } from './simulated-api.ts';
import { AUTHORIZER_TIMEOUT } from './simulated-authorizer.ts';
import { simulatedFunction } from './simulated-function.ts';
import { ISSUER, REVOCATION_CLAIMS } from './simulated-issuer.ts';
import { CLOCK_ERROR_IN_AGREEMENT } from './simulated-stream.ts';
import { TABLE } from './simulated-table.ts';

/** Maximum milliseconds by which the clock of a flusher's host is off where clocks differ. */
const MAX_CLOCK_ERROR = 5000;

export interface FlusherSurroundings {
  /** The APIs whose stages it flushes. */
  readonly apis: readonly SimulatedApi[];
  readonly composition: Composition;
  readonly world: World;
}

/** The real flusher, with the variables, the timeout and the clock that the stack and Lambda would give it. */
export function simulatedFlusher(
  mode: FlushMode,
  resultTtl: number,
  { apis, composition, world }: FlusherSurroundings,
): LambdaFunction {
  const { time, chance, clocksAgree, note } = world;
  const configuration = configurationOf(mode, resultTtl, apis);
  const start = (execution: Execution) => {
    const most = clocksAgree ? CLOCK_ERROR_IN_AGREEMENT : MAX_CLOCK_ERROR;
    const clockError = chance.between(-most, most);
    const flusher = createFlusher({
      configuration,
      flushStage: composition.flushStage((stage) =>
        execution.call(() => flushAt(flushPath(stage), mode, execution, apis)),
      ),
      report: ({ event }) => note(`flusher ${mode}: ${event}`),
      now: () => time.now() + clockError,
      sleep: execution.sleep,
    });
    return (event: unknown) => flusher(event as DynamoDBStreamEvent);
  };
  const timeoutSeconds = longestRun(mode, AUTHORIZER_TIMEOUT);
  return simulatedFunction({ name: `flusher ${mode}`, timeoutSeconds, start }, world);
}

function configurationOf(mode: FlushMode, resultTtl: number, apis: readonly SimulatedApi[]): FlusherConfiguration {
  const environment = flusherEnvironmentOf({
    mode,
    stages: apis.map(({ stage }) => stage),
    settleTime: settleTime(AUTHORIZER_TIMEOUT),
    giveUpAge: giveUpAge(resultTtl, AUTHORIZER_TIMEOUT),
    issuers: [ISSUER],
    revocationTable: TABLE,
    revocationEndpoint: 'https://dynamodb.example',
    revocationLevels: REVOCATION_LEVELS,
    revocationClaims: Object.keys(REVOCATION_CLAIMS),
  });
  return flusherConfigurationFrom({ ...environment });
}
