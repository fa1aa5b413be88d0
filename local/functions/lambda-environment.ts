import { randomUUID } from 'node:crypto';
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import type { Json } from '../cloudformation/template.ts';
import type { Say } from '../errors.ts';
import { FunctionOutput } from './function-output.ts';
import type { AnswerMessage, FunctionError, InvocationMessage, RuntimeData, RuntimeMessage } from './lambda-runtime.ts';

/** A function as the template describes it, with the folder of its asset. */
export interface FunctionSettings extends RuntimeData {
  /** What sentences call it. */
  readonly name: string;
  readonly timeoutSeconds: number;
  /** Everything that the handler finds in `process.env`. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The result of one invocation, as Lambda reports it. */
export type InvocationResult = InvocationOutcome & {
  /** What the function wrote during the invocation. @default nothing */
  readonly lines?: readonly string[];
};

type InvocationOutcome = { readonly payload: Json } | { readonly error: FunctionError };

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
  // What reaches these streams is not from the function's JavaScript, whose output is among the messages.
  for (const stream of [worker.stdout, worker.stderr]) forwardLines(stream, log);
  const output = new FunctionOutput(log);
  const messages = messagesOf(worker, output);
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
      // Empties it: those lines are not of the invocation, unless the start failed.
      const linesOfStart = output.take();
      if (initialized.kind === 'error') return { error: initialized.error, lines: linesOfStart };
      const limit = settings.timeoutSeconds * 1000;
      const answer = messages.next();
      worker.postMessage(invocationOf(event, limit));
      const outcome = outcomeOf(await within(limit, answer, end));
      return { ...outcome, lines: output.take() };
    },
    stop: async () => void (await worker.terminate()),
  };
}

/** The thread that runs the function. Of our code it holds only the runtime. */
function runtimeOf({ environment, timeoutSeconds: _, ...settings }: FunctionSettings): Worker {
  const { NODE_OPTIONS: nodeOptions, ...variables } = environment;
  const data = { ...settings, nodeOptions };
  // Node.js 20 has no such cache.
  const compiled = getCompileCacheDir?.();
  return new Worker(new URL('./lambda-runtime.ts', import.meta.url), {
    name: data.functionName,
    workerData: data satisfies RuntimeData,
    // Where this process keeps compiled code, the thread does, too: two fifths of its start strip the runtime of its types.
    env: { ...variables, ...(compiled !== undefined && { NODE_COMPILE_CACHE: dirname(compiled) }) },
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: data.memorySize },
  });
}

function invocationOf(event: Json, limit: number): InvocationMessage {
  return { requestId: randomUUID(), eventJson: JSON.stringify(event), deadline: Date.now() + limit };
}

function outcomeOf(message: AnswerMessage): InvocationOutcome {
  if (message.kind === 'result') return { payload: JSON.parse(message.json) as Json };
  return {
    error: message.kind === 'error' ? message.error : { errorType: 'Runtime.Unknown', errorMessage: 'no answer' },
  };
}

interface RuntimeMessages {
  readonly alive: boolean;
  /** The next answer, or the error that ended the environment. What the function wrote before it is in its output. */
  next(): Promise<AnswerMessage>;
  /** Ignores all further messages. */
  end(): void;
}

function messagesOf(worker: Worker, output: FunctionOutput): RuntimeMessages {
  let failure: FunctionError | undefined;
  let end: AnswerMessage | undefined;
  let waiting: ((message: AnswerMessage) => void) | undefined;
  worker.on('message', (message: RuntimeMessage) => {
    if (message.kind === 'output') output.add(message.stream, message.text);
    else waiting?.(message);
  });
  worker.on('error', ({ name, message }: Error) => {
    failure ??= { errorType: name, errorMessage: message };
  });
  const exited = (): void => {
    end ??= { kind: 'error', error: failure ?? { errorType: 'Runtime.ExitError', errorMessage: 'Runtime exited' } };
    waiting?.(end);
  };
  // Not at an error, which may overtake messages: all of them arrive before the exit.
  worker.on('exit', exited);
  return {
    get alive() {
      return end === undefined && failure === undefined;
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
async function within(limit: number, message: Promise<AnswerMessage>, end: () => void): Promise<AnswerMessage> {
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise<AnswerMessage>((resolve) => {
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
