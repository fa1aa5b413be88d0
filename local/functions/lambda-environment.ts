import { randomUUID } from 'node:crypto';
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import type { Json } from '../cloudformation/template.ts';
import type { Say } from '../errors.ts';
import type { FunctionError, InvocationMessage, RuntimeData, RuntimeMessage } from './lambda-runtime.ts';

/** A function as the template describes it, with the folder of its asset. */
export interface FunctionSettings extends RuntimeData {
  readonly timeoutSeconds: number;
  /** Everything that the handler finds in `process.env`. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The result of one invocation, as Lambda reports it. */
export type InvocationResult = { readonly payload: Json } | { readonly error: FunctionError };

/** One execution environment. It serves one invocation at a time, and ends when one kills it. */
export interface LambdaEnvironment {
  readonly alive: boolean;
  invoke(event: Json): Promise<InvocationResult>;
  stop(): Promise<void>;
}

/** Milliseconds that Lambda gives a function to load, whatever its timeout. */
const INIT_LIMIT = 10_000;

export function startLambdaEnvironment(settings: FunctionSettings, log: Say): LambdaEnvironment {
  const worker = runtimeOf(settings);
  for (const stream of [worker.stdout, worker.stderr]) forwardLines(stream, log);
  const messages = messagesOf(worker);
  const end = (): void => {
    messages.end();
    void worker.terminate();
  };
  const ready = within(INIT_LIMIT, messages.next(), end);
  return {
    get alive() {
      return messages.alive;
    },
    invoke: async (event) => {
      const initialized = await ready;
      if (initialized.kind === 'error') return { error: initialized.error };
      const limit = settings.timeoutSeconds * 1000;
      const answer = messages.next();
      worker.postMessage(invocationOf(event, limit));
      return resultOf(await within(limit, answer, end));
    },
    stop: async () => void (await worker.terminate()),
  };
}

/** The thread that runs the function. Of our code it holds only the runtime. */
function runtimeOf({ environment, timeoutSeconds: _, ...data }: FunctionSettings): Worker {
  // Node.js 20 has no such cache.
  const compiled = getCompileCacheDir?.();
  return new Worker(new URL('./lambda-runtime.ts', import.meta.url), {
    name: data.functionName,
    workerData: data satisfies RuntimeData,
    // Where this process keeps compiled code, the thread does, too: two fifths of its start strip the runtime of its types.
    env: { ...environment, ...(compiled !== undefined && { NODE_COMPILE_CACHE: dirname(compiled) }) },
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: data.memorySize },
  });
}

function invocationOf(event: Json, limit: number): InvocationMessage {
  return { requestId: randomUUID(), eventJson: JSON.stringify(event), deadline: Date.now() + limit };
}

function resultOf(message: RuntimeMessage): InvocationResult {
  if (message.kind === 'result') return { payload: JSON.parse(message.json) as Json };
  return {
    error: message.kind === 'error' ? message.error : { errorType: 'Runtime.Unknown', errorMessage: 'no answer' },
  };
}

interface RuntimeMessages {
  readonly alive: boolean;
  /** The next message, or the error that ended the environment. */
  next(): Promise<RuntimeMessage>;
  /** Ignores all further messages. */
  end(): void;
}

function messagesOf(worker: Worker): RuntimeMessages {
  let end: RuntimeMessage | undefined;
  let waiting: ((message: RuntimeMessage) => void) | undefined;
  const ended = (error: FunctionError) => {
    end ??= { kind: 'error', error };
    waiting?.(end);
  };
  worker.on('message', (message: RuntimeMessage) => waiting?.(message));
  worker.on('error', (error: Error) => ended({ errorType: error.name, errorMessage: error.message }));
  const exited = (): void => ended({ errorType: 'Runtime.ExitError', errorMessage: 'Runtime exited' });
  worker.on('exit', exited);
  return {
    get alive() {
      return end === undefined;
    },
    next: () =>
      new Promise((resolve) => {
        if (end === undefined) waiting = resolve;
        else resolve(end);
      }),
    end: exited,
  };
}

/** Resolves with the message, or ends the environment after `limit` milliseconds, as Lambda does. */
async function within(limit: number, message: Promise<RuntimeMessage>, end: () => void): Promise<RuntimeMessage> {
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise<RuntimeMessage>((resolve) => {
    timer = setTimeout(() => {
      const errorMessage = `Task timed out after ${(limit / 1000).toFixed(2)} seconds`;
      resolve({ kind: 'error', error: { errorType: 'Sandbox.Timedout', errorMessage } });
      end();
    }, limit);
  });
  return Promise.race([message, timedOut]).finally(() => clearTimeout(timer));
}

function forwardLines(stream: Readable, log: Say): void {
  createInterface({ input: stream }).on('line', log);
}
