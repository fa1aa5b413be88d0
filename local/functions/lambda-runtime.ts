/**
 * Runs inside a worker thread as one Lambda execution environment. Loads the bundled asset as the Node.js runtime does,
 * then answers invocations. `local/functions/lambda-environment.ts` is the other end.
 */
import type { Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { parentPort, workerData } from 'node:worker_threads';
import type { OutputStream } from './function-output.ts';
import { type HandlerLocation, loadHandler } from './handler-module.ts';
import { missingSdkError } from './not-run.ts';

/** The folder of a function's code, and what its environment tells it. */
export interface RuntimeData extends HandlerLocation {
  readonly functionName: string;
  readonly functionArn: string;
  readonly memorySize: number;
  /** The variable NODE_OPTIONS. undefined: the function does not have it. */
  readonly nodeOptions?: string | undefined;
}

export interface InvocationMessage {
  readonly requestId: string;
  readonly eventJson: string;
  /** The time at which the invocation times out, in milliseconds since the epoch. */
  readonly deadline: number;
}

export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
}

/** Everything that the thread sends: answers, and in order with them what the function writes. */
export type RuntimeMessage = AnswerMessage | OutputMessage;

export interface OutputMessage {
  readonly kind: 'output';
  readonly stream: OutputStream;
  /** Ends anywhere, also within a line. */
  readonly text: string;
}

/** `ready` once; then one message for each invocation. */
export type AnswerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'result'; readonly json: string }
  | { readonly kind: 'error'; readonly error: FunctionError };

const data = workerData as RuntimeData;
// For the start of this thread only: the function sees the variables of its template.
delete process.env.NODE_COMPILE_CACHE;
// Node.js rejects options of a thread that only a process has.
if (data.nodeOptions !== undefined) process.env.NODE_OPTIONS = data.nodeOptions;
if (data.nodeOptions?.includes('--enable-source-maps')) process.setSourceMapsEnabled(true);
for (const stream of ['stdout', 'stderr'] as const) sendWrites(process[stream], stream);
const handler = await loadHandler(data).catch((error: unknown) => {
  throw notRunOr(error);
});
parentPort?.on('message', async (message: InvocationMessage) => post(await run(message)));
post({ kind: 'ready' });

function post(message: RuntimeMessage): void {
  parentPort?.postMessage(message);
}

/**
 * Sends at once what is written to a stream of this thread. By itself it would arrive after the answer of the invocation, and not at all
 * where the thread ends first. The stream stays, because Node calls more of it than `Writable` has.
 */
function sendWrites(writable: Writable, stream: OutputStream): void {
  const decoder = new StringDecoder('utf8');
  writable._write = (chunk: string | Uint8Array, encoding, done) => {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : Buffer.from(chunk);
    post({ kind: 'output', stream, text: decoder.write(bytes) });
    done();
  };
  // Several chunks at once, which Node would prefer.
  Object.defineProperty(writable, '_writev', { value: undefined });
}

async function run({ requestId, eventJson, deadline }: InvocationMessage): Promise<AnswerMessage> {
  try {
    const result = await handler(JSON.parse(eventJson), invocationContext(requestId, deadline));
    return { kind: 'result', json: JSON.stringify(result ?? null) };
  } catch (error) {
    return { kind: 'error', error: functionErrorOf(notRunOr(error)) };
  }
}

function notRunOr(error: unknown): unknown {
  return (error instanceof Error ? missingSdkError(error.message) : undefined) ?? error;
}

function functionErrorOf(error: unknown): FunctionError {
  if (error instanceof Error) return { errorType: error.name, errorMessage: error.message };
  return { errorType: typeof error, errorMessage: String(error) };
}

/** Lambda developer guide, "Using the Lambda context object to retrieve Node.js function information". */
function invocationContext(awsRequestId: string, deadline: number) {
  return {
    awsRequestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: data.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: data.functionArn,
    logGroupName: `/aws/lambda/${data.functionName}`,
    logStreamName: 'local',
    memoryLimitInMB: String(data.memorySize),
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}
