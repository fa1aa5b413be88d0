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
  /** Never rejects: what goes wrong inside a function is its result. */
  invoke(event: Json): Promise<InvocationResult>;
  /** Invocations so far. */
  invocations(): number;
  /** Ends every environment: the next invocation is a cold start. Lambda does so every few hours. */
  recycle(): Promise<void>;
}

/** Lambda would start one more for each invocation at the same time; here further ones wait, to spare the laptop. */
const MAX_ENVIRONMENTS = 8;

export function lambdaFunction(settings: FunctionSettings, log: Say): LambdaFunction {
  let environments: readonly LambdaEnvironment[] = [];
  const busy = new Set<LambdaEnvironment>();
  const waiting: (() => void)[] = [];
  let invocations = 0;
  const freeEnvironment = (): LambdaEnvironment | undefined => {
    environments = environments.filter((environment) => environment.alive);
    const idle = environments.find((environment) => !busy.has(environment));
    if (idle !== undefined || environments.length >= MAX_ENVIRONMENTS) return idle;
    const added = startLambdaEnvironment(settings, log);
    environments = [...environments, added];
    return added;
  };
  /** Busy from the moment it is taken: two invocations at the same time must not find the same one idle. */
  const takeEnvironment = async (): Promise<LambdaEnvironment> => {
    for (;;) {
      const environment = freeEnvironment();
      if (environment !== undefined) {
        busy.add(environment);
        return environment;
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  };
  return {
    functionName: settings.functionName,
    functionArn: settings.functionArn,
    invocations: () => invocations,
    invoke: async (event) => {
      invocations += 1;
      const environment = await takeEnvironment();
      const result = await environment.invoke(event);
      busy.delete(environment);
      waiting.shift()?.();
      return result;
    },
    recycle: async () => {
      const ending = environments;
      environments = [];
      await Promise.all(ending.map((environment) => environment.stop()));
    },
  };
}
