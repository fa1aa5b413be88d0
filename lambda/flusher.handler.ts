import { setTimeout as sleep } from 'node:timers/promises';
import { createFlushLog } from './flush-log.ts';
import { createStageFlusher } from './flush-stage.ts';
import { createFlusher } from './flusher.ts';
import { API_GATEWAY_ENDPOINT, flusherConfigurationFrom } from './flusher-environment.ts';

const now = Date.now;

export const handler = createFlusher({
  configuration: flusherConfigurationFrom(process.env),
  flushStage: createStageFlusher({
    // The SDK's own variable for another address; `npm start` sets it.
    endpoint: new URL(process.env.AWS_ENDPOINT_URL_API_GATEWAY ?? variable(API_GATEWAY_ENDPOINT)),
    region: variable('AWS_REGION'),
    credentials: {
      accessKeyId: variable('AWS_ACCESS_KEY_ID'),
      secretAccessKey: variable('AWS_SECRET_ACCESS_KEY'),
      ...(process.env.AWS_SESSION_TOKEN !== undefined && { sessionToken: process.env.AWS_SESSION_TOKEN }),
    },
  }),
  report: createFlushLog({
    // Not console.log: Lambda would wrap the line, and CloudWatch would find no metric in it.
    write: (line) => process.stdout.write(`${line}\n`),
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'flusher',
    now,
  }),
  now,
  sleep,
});

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`The environment variable ${name} is missing.`);
  return value;
}
