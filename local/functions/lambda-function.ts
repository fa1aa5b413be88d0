import type { Json } from '../cloudformation/template.ts';
import type { Say } from '../errors.ts';
import {
  type FunctionSettings,
  type InvocationResult,
  type LambdaEnvironment,
  startLambdaEnvironment,
} from './lambda-environment.ts';
import { NOT_RUN, notRunSentence } from './not-run.ts';

export interface LambdaFunction {
  readonly functionName: string;
  readonly functionArn: string;
  /** The sentence with which every invocation fails. undefined: the function runs. */
  readonly notRun?: string;
  /** Never rejects: a failure inside the function is its result. */
  invoke(event: Json): Promise<InvocationResult>;
  /** Invocations so far. */
  invocations(): number;
  /** Ends every environment: the next invocation is a cold start. Lambda does so every few hours. */
  recycle(): Promise<void>;
}

/** A function that the local run cannot run, and the reason, such as `its runtime is python3.13`. */
export function notRunFunction(
  { name, functionName, functionArn }: Pick<FunctionSettings, 'name' | 'functionName' | 'functionArn'>,
  reason: string,
): LambdaFunction {
  const notRun = notRunSentence(name, reason);
  let invocations = 0;
  return {
    functionName,
    functionArn,
    notRun,
    invoke: async () => {
      invocations += 1;
      return { error: { errorType: NOT_RUN, errorMessage: notRun } };
    },
    invocations: () => invocations,
    recycle: async () => undefined,
  };
}

export function lambdaFunction(settings: FunctionSettings, log: Say): LambdaFunction {
  const pool = new EnvironmentPool(() => startLambdaEnvironment(settings, log));
  let invocations = 0;
  return {
    functionName: settings.functionName,
    functionArn: settings.functionArn,
    invocations: () => invocations,
    invoke: async (event) => {
      invocations += 1;
      const environment = await pool.take();
      const result = await environment.invoke(event);
      pool.giveBack(environment);
      return withName(settings.name, result);
    },
    recycle: () => pool.recycle(),
  };
}

/** Lambda's own errors do not name the function; the sentence of what does not run here does. */
function withName(name: string, result: InvocationResult): InvocationResult {
  if (!('error' in result) || result.error.errorType !== NOT_RUN) return result;
  return { ...result, error: { errorType: NOT_RUN, errorMessage: notRunSentence(name, result.error.errorMessage) } };
}

/** Lambda starts an environment for each concurrent invocation; here further invocations wait, to spare the laptop. */
const MAX_ENVIRONMENTS = 8;

/** The execution environments of one function, each of which serves one invocation at a time. */
class EnvironmentPool {
  readonly #start: () => LambdaEnvironment;
  readonly #busy = new Set<LambdaEnvironment>();
  readonly #waiting: (() => void)[] = [];
  #environments: readonly LambdaEnvironment[] = [];

  constructor(start: () => LambdaEnvironment) {
    this.#start = start;
  }

  /** An environment that is busy from this moment on: concurrent invocations never get the same one. */
  async take(): Promise<LambdaEnvironment> {
    for (;;) {
      const environment = this.#idleOrNew();
      if (environment !== undefined) {
        this.#busy.add(environment);
        return environment;
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  giveBack(environment: LambdaEnvironment): void {
    this.#busy.delete(environment);
    this.#waiting.shift()?.();
  }

  async recycle(): Promise<void> {
    const ending = this.#environments;
    this.#environments = [];
    await Promise.all(ending.map((environment) => environment.stop()));
  }

  /** undefined: all are busy, and no more may be started. */
  #idleOrNew(): LambdaEnvironment | undefined {
    this.#environments = this.#environments.filter((environment) => environment.alive);
    const idle = this.#environments.find((environment) => !this.#busy.has(environment));
    if (idle !== undefined || this.#environments.length >= MAX_ENVIRONMENTS) return idle;
    const added = this.#start();
    this.#environments = [...this.#environments, added];
    return added;
  }
}
