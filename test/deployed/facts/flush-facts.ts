import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import type { FlushedStage } from '../../../lambda/configuration/environment.ts';
import { createStageFlusher } from '../../../lambda/flush/flush-stage.ts';
import type { ApiKind } from '../../../lambda/policy/route.ts';
import { QUIETLY, whileRevoked } from '../conditions.ts';
import type { Experiment } from '../experiment.ts';
import { asExpected, kept, type Measurement, NotMeasurableError, type Seen } from '../finding.ts';
import { isOpen, rejectedBy, secondsUntil, shownSeconds, statusOf, useToken } from '../watching.ts';
import { promisedLag, requireNearEnd } from './promised-lag.ts';

/** The maximum seconds that a flush is expected to take. Before the result TTL passes, a failed flush can still be seen. */
const USUAL_FLUSH = 2;

/** "Flush and proof": how long a token that is in use and cached stays open. */
export function flushAndProof(experiment: Experiment): readonly Measurement[] {
  const { bound, usual } = promisedLag(experiment);
  return [
    {
      kind: 'fact',
      fact: 'how long an accepted flush takes to act',
      expected: `at most ${USUAL_FLUSH} s`,
      measure: () => flushPropagation(experiment),
    },
    {
      kind: 'promise',
      fact: 'a cached token is rejected within the bound',
      expected: `within ${usual} s${usual < bound ? ` while flushes work, ${bound} s whatever fails` : ''}`,
      measure: () => revocationLag(experiment),
    },
  ];
}

/** Uses a flush of our own, whose acceptance we can time. The entry that it makes visible does not flush. */
async function flushPropagation(experiment: Experiment): Promise<Seen> {
  const { region, isLocal, longestWait } = experiment;
  if (isLocal) throw new NotMeasurableError('the local gateway flushes at once');
  const limit = Math.min(region.authorizer.resultTtlSeconds - USUAL_FLUSH, longestWait);
  if (limit < 2 * USUAL_FLUSH) throw new NotMeasurableError('the result TTL, or --longest-wait, is too short to tell');
  const stage = flushedStageAt(region.api, experiment.kind);
  const flush = await flusherIn(region.region);
  const times = await several(experiment, 1, async () => {
    const held = await experiment.tokens.narrow();
    const request = await useToken(experiment, held);
    return whileRevoked(experiment, held, QUIETLY, async () => {
      const isCached = isOpen(await statusOf(experiment, held, request));
      if (!isCached) throw new NotMeasurableError('the decision was not cached: another flush may have come between');
      await flush(stage);
      return secondsUntil(experiment, held, request, rejectedBy(experiment), limit);
    });
  });
  if (times.includes(undefined)) return asExpected(false, `no effect within ${limit} s`);
  return asExpected(
    times.every((seconds = limit) => seconds <= USUAL_FLUSH),
    spreadOf(times),
  );
}

/** The flush of our own flusher, with the credentials of the person who measures. @param region - where the API is */
async function flusherIn(region: string): Promise<(stage: FlushedStage) => Promise<void>> {
  const { accessKeyId, secretAccessKey, sessionToken } = await new APIGatewayClient({ region }).config.credentials();
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
  const endpoint = new URL(`https://apigateway.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`);
  return createStageFlusher({ endpoint, region, credentials });
}

/**
 * The stage behind an address. The stage `$default` of an HTTP API has no name there.
 * @throws NotMeasurableError for an address that does not name the API, such as a custom domain
 */
export function flushedStageAt(api: string, kind: ApiKind): FlushedStage {
  const [, apiId, stageName] = /^https:\/\/([a-z0-9]+)\.execute-api\.[^/]+(?:\/([A-Za-z0-9_-]+))?$/.exec(api) ?? [];
  if (apiId !== undefined && kind === 'http') return { httpApiId: apiId, stageName: stageName ?? '$default' };
  if (apiId !== undefined && stageName !== undefined) return { restApiId: apiId, stageName };
  throw new NotMeasurableError(`the address ${api} does not name the API and its stage`);
}

async function revocationLag(experiment: Experiment): Promise<Seen> {
  const { bound, usual, watch } = requireNearEnd(experiment);
  const lags = await several(experiment, usual, async () => {
    const held = await experiment.tokens.narrow();
    const request = await useToken(experiment, held);
    return whileRevoked(experiment, held, { level: 'token', flush: true }, () =>
      secondsUntil(experiment, held, request, rejectedBy(experiment), watch),
    );
  });
  const longest = Math.max(...lags.map((lag) => lag ?? watch));
  const seen = lags.includes(undefined) ? `still open after ${shownSeconds(watch)}` : spreadOf(lags);
  return longest > bound ? kept(false, seen) : asExpected(longest <= usual, seen);
}

/** Repeats a measurement, with pauses so that a settled flush of one run does not help the next. */
async function several(
  { runs, pause }: Experiment,
  secondsApart: number,
  run: () => Promise<number | undefined>,
): Promise<readonly (number | undefined)[]> {
  const results: (number | undefined)[] = [];
  while (results.length < runs) {
    if (results.length > 0) await pause(secondsApart * 1000);
    results.push(await run());
  }
  return results;
}

function spreadOf(lags: readonly (number | undefined)[]): string {
  const sorted = lags.map((lag) => lag ?? Number.POSITIVE_INFINITY).toSorted((a, b) => a - b);
  const median = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return `median ${shownSeconds(median)}, longest ${shownSeconds(sorted.at(-1) ?? Number.NaN)} of ${sorted.length}`;
}
