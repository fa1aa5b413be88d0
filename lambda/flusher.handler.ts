import { setTimeout as sleep } from 'node:timers/promises';
import type { ScheduledEvent } from 'aws-lambda';
import {
  API_GATEWAY_ENDPOINT,
  awsAccessFrom,
  flusherConfigurationFrom,
  required,
} from './configuration/environment.ts';
import type { FlushBatch } from './flush/flush-batch.ts';
import { createFlushLog } from './flush/flush-log.ts';
import { createStageFlusher } from './flush/flush-stage.ts';
import { createFlusher } from './flush/flusher.ts';
import { createStageReader, stageParametersFrom, withPublishedStages } from './flush/stage-parameters.ts';
import { inspectStandingEntries } from './flush/standing-entries.ts';
import { createDynamoDbCall } from './network/dynamodb-call.ts';

/** Milliseconds for a page of the table, which is a megabyte. */
const SCAN_TIMEOUT = 3000;

const now = Date.now;
const configuration = flusherConfigurationFrom(process.env);
const parameters = stageParametersFrom(process.env);
const stages = [...configuration.stages];
const access = awsAccessFrom(process.env);
const report = createFlushLog({
  // Not console.log: Lambda would wrap the line, and CloudWatch would find no metric in it.
  write: (line) => process.stdout.write(`${line}\n`),
  functionName: process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'flusher',
  now,
});

const flushKnownStages = createFlusher({
  configuration: { ...configuration, stages },
  flushStage: createStageFlusher({
    // The SDK's own variable for another address; `npm start` sets it.
    endpoint: new URL(process.env.AWS_ENDPOINT_URL_API_GATEWAY ?? required(process.env, API_GATEWAY_ENDPOINT)),
    ...access,
  }),
  report,
  now,
  sleep,
});

const flush =
  parameters === undefined
    ? flushKnownStages
    : withPublishedStages(flushKnownStages, stages, createStageReader({ ...parameters, ...access }));

const callDynamoDb = createDynamoDbCall({
  endpoint: new URL(process.env.AWS_ENDPOINT_URL_DYNAMODB ?? configuration.revocationEndpoint),
  requestTimeout: SCAN_TIMEOUT,
  ...access,
});

/**
 * Handles the stream's batches, and the messages of the queue through which entries share a flush. On a schedule it inspects the whole
 * table, and flushes again the stages that rejected a flush.
 */
export async function handler(event: FlushBatch | ScheduledEvent): Promise<void> {
  if ('Records' in event) return flush(event);
  await inspectStandingEntries({ configuration, report, scan: (input) => callDynamoDb('Scan', input) });
  await flush({ Records: [] });
}
