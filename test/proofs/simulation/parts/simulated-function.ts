import type { Json } from '../../../../local/cloudformation/template.ts';
import type { InvocationResult } from '../../../../local/functions/lambda-environment.ts';
import type { LambdaFunction } from '../../../../local/functions/lambda-function.ts';
import type { Execution } from '../time/execution.ts';
import type { World } from '../time/world.ts';

export interface FunctionUnderSimulation {
  readonly name: string;
  readonly timeoutSeconds: number;
  /** Makes the handler of a new execution environment. `answerBy`: when the running invocation times out. */
  readonly start: (execution: Execution, answerBy: () => number) => (event: Json) => Promise<unknown>;
}

/** The probability with which Lambda removes an idle environment. */
const RECYCLING_PROBABILITY = 0.1;

const TIMED_OUT: InvocationResult = { error: { errorType: 'Sandbox.Timedout', errorMessage: 'Task timed out' } };

/** Lambda in virtual time: as many environments as there are concurrent invocations, ended at the timeout or at random. */
export function simulatedFunction(settings: FunctionUnderSimulation, world: World): LambdaFunction {
  const { time, chance } = world;
  const idle: Environment[] = [];
  let invocations = 0;
  return {
    functionName: settings.name,
    functionArn: functionArnOf(settings.name),
    invocations: () => invocations,
    recycle: async () => void idle.splice(0),
    invoke: async (event) => {
      invocations += 1;
      if (chance.happens(RECYCLING_PROBABILITY)) idle.splice(0, 1);
      const environment = idle.shift() ?? startEnvironment(settings, time.startExecution());
      const answerBy = time.now() + settings.timeoutSeconds * 1000;
      const timeout = time.sleep(settings.timeoutSeconds * 1000).then(() => TIMED_OUT);
      const result = await Promise.race([timeout, environment.invoke(event, answerBy)]);
      if (result === TIMED_OUT) environment.end();
      else idle.push(environment);
      return result;
    },
  };
}

export function functionArnOf(name: string): string {
  return `arn:aws:lambda:eu-west-1:000000000000:function:${name}`;
}

interface Environment {
  invoke(event: Json, answerBy: number): Promise<InvocationResult>;
  end(): void;
}

function startEnvironment({ start }: FunctionUnderSimulation, execution: Execution): Environment {
  let deadline = 0;
  const handler = start(execution, () => deadline);
  return {
    invoke: (event, answerBy) => {
      deadline = answerBy;
      return execution.run(() => handler(event).then(asPayload, asError));
    },
    end: execution.end,
  };
}

/** Serializes the value as JSON, like everything that leaves a function. */
function asPayload(value: unknown): InvocationResult {
  return { payload: JSON.parse(JSON.stringify(value ?? null)) as Json };
}

function asError(error: unknown): InvocationResult {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { error: { errorType: name, errorMessage: message } };
}
