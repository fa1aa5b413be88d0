import { setTimeout as sleep } from 'node:timers/promises';
import { createFlushLog } from './flush-log.ts';
import { createApiGatewayClient, createStageFlusher } from './flush-stage.ts';
import { createFlusher } from './flusher.ts';
import { flusherConfigurationFrom } from './flusher-environment.ts';

const now = Date.now;

export const handler = createFlusher({
  configuration: flusherConfigurationFrom(process.env),
  flushStage: createStageFlusher(createApiGatewayClient()),
  report: createFlushLog({
    // Not console.log: Lambda would wrap the line, and CloudWatch would find no metric in it.
    write: (line) => process.stdout.write(`${line}\n`),
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'flusher',
    now,
  }),
  now,
  sleep,
});
