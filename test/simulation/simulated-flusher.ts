import type { DynamoDBStreamEvent } from 'aws-lambda';
import { giveUpAge, LONGEST_FLUSH, settleTime } from '../../lambda/flush-timing.ts';
import { createFlusher } from '../../lambda/flusher.ts';
import {
  type FlusherConfiguration,
  type FlushMode,
  flusherConfigurationFrom,
  flusherEnvironmentOf,
} from '../../lambda/flusher-environment.ts';
import { REVOCATION_LEVELS } from '../../lambda/revocation-target.ts';
import type { LambdaFunction } from '../../local/lambda-function.ts';
import type { Execution } from './execution.ts';
import type { FlushedNodes } from './simulated-api.ts';
import { AUTHORIZER_TIMEOUT } from './simulated-authorizer.ts';
import { simulatedFunction } from './simulated-function.ts';
import { ISSUER } from './simulated-issuer.ts';
import { LARGEST_CLOCK_ERROR } from './simulated-stream.ts';
import type { World } from './world.ts';

/** The real flusher, with the variables, the timeout and the clock that the stack and Lambda would give it. */
export function simulatedFlusher(
  mode: FlushMode,
  resultTtl: number,
  nodes: FlushedNodes,
  world: World,
): LambdaFunction {
  const { time, chance, note } = world;
  const configuration = configurationOf(mode, resultTtl, nodes);
  const start = (execution: Execution) => {
    const clockError = chance.between(-LARGEST_CLOCK_ERROR, LARGEST_CLOCK_ERROR);
    const flusher = createFlusher({
      configuration,
      flushStage: () => nodes.flush(mode, execution),
      report: ({ event }) => note(`flusher ${mode}: ${event}`),
      now: () => time.now() + clockError,
      sleep: execution.sleep,
    });
    return (event: unknown) => flusher(event as DynamoDBStreamEvent);
  };
  const longestWait = mode === 'settled' ? configuration.settleTime : 0;
  return simulatedFunction({ name: `flusher ${mode}`, timeoutSeconds: longestWait + LONGEST_FLUSH, start }, world);
}

function configurationOf(mode: FlushMode, resultTtl: number, { stage }: FlushedNodes): FlusherConfiguration {
  const environment = flusherEnvironmentOf({
    mode,
    stages: [stage],
    settleTime: settleTime(AUTHORIZER_TIMEOUT),
    giveUpAge: giveUpAge(resultTtl, AUTHORIZER_TIMEOUT),
    issuers: [ISSUER],
    revocationLevels: REVOCATION_LEVELS,
  });
  return flusherConfigurationFrom({ ...environment });
}
