import type { Json } from '../cloudformation/template.ts';
import type { Say } from '../errors.ts';
import {
  type FunctionSettings,
  type InvocationResult,
  type LambdaEnvironment,
  startLambdaEnvironment,
} from './lambda-environment.ts';

export interface LambdaFunction {
  readonly functionName: string;
  readonly functionArn: string;
  /** Never rejects: a failure inside the function is its result. */
  invoke(event: Json): Promise<InvocationResult>;
  /** Invocations so far. */
  invocations(): number;
  /** Ends every environment: the next invocation is a cold start. Lambda does so every few hours. */
  recycle(): Promise<void>;
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
      return result;
    },
    recycle: () => pool.recycle(),
  };
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
