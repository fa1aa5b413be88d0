import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { awsAccessFrom } from './configuration/environment.ts';
import { signalsConfigurationFrom } from './configuration/signals-environment.ts';
import { createCarefulKeySet } from './key-set/careful-key-set.ts';
import { createKeySetDownload, type KeySetIssuer } from './key-set/key-set-download.ts';
import { createTransactingCall } from './network/dynamodb-transaction.ts';
import { createFlushRequest, FlushRequestError } from './signal/flush-request.ts';
import { createSignalLog } from './signal/signal-log.ts';
import type { SignalProxyEvent } from './signal/signal-request.ts';
import type { SignalResponse } from './signal/signal-response.ts';
import { createSignalVerifier } from './signal/signal-verifier.ts';
import { createSignalStore } from './signal/store/signal-store.ts';
import { createSignals } from './signals.ts';
import { createTokenVerifier } from './token-verifier.ts';

const readFile = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');
const configuration = signalsConfigurationFrom(process.env, readFile);
const { issuers, senders, revocationEndpoint, sharedFlush } = configuration;
// The SDK's own variables for other addresses; `npm start` sets them.
const { AWS_ENDPOINT_URL_DYNAMODB: dynamoDb = revocationEndpoint, AWS_ENDPOINT_URL_SQS: sqs } = process.env;
const access = awsAccessFrom(process.env);

const now = Date.now;
// Without the authorizer's warm-up: no user waits for a signal.
const download = createKeySetDownload(now);
const report = createSignalLog({
  // Not console.log: Lambda would wrap the line, and CloudWatch would find no metric in it.
  write: (line) => process.stdout.write(`${line}\n`),
  functionName: process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'signals',
  now,
});
const keySetOf = (issuer: KeySetIssuer) => createCarefulKeySet(issuer, { now, report, download });

const queue = { ...access, ...(sqs !== undefined && { endpoint: new URL(sqs) }) };
const withoutQueue = () => Promise.reject(new FlushRequestError('no queue'));

const signals = createSignals({
  ...configuration,
  verifySignal: createSignalVerifier({
    senders,
    issuers,
    keySetOf: (sender) => keySetOf({ ...sender, alias: sender.name }),
    now,
  }),
  verifyToken: createTokenVerifier({ issuers, keySetOf, contextClaims: {}, now }),
  apply: createSignalStore({
    ...configuration,
    call: createTransactingCall({ endpoint: new URL(dynamoDb), ...access }),
    now,
  }),
  requestFlush: sharedFlush === undefined ? withoutQueue : createFlushRequest({ ...sharedFlush, ...queue, now }),
  report,
  now,
});

/** Takes a request that API Gateway passes on, or a batch of the queue of Cognito's events. */
export async function handler(event: SignalProxyEvent | SQSEvent): Promise<SignalResponse | SQSBatchResponse> {
  return 'Records' in event ? signals.takeBatch(event) : signals.respond(event);
}
