import { FUNCTION_TYPE } from '../app/function-descriptions.ts';
import type { Stack } from '../cloudformation/stack.ts';
import { type EnvironmentOverrides, strangeNames } from '../functions/environment-overrides.ts';
import type { LambdaFunctions } from '../functions/lambda-functions.ts';
import { standInLines } from '../functions/stand-in-lines.ts';
import { isOfAuthorizer, type RunPlan } from './run-plan.ts';

/** A run whose limits are said. */
export interface LimitedRun {
  readonly stack: Stack;
  readonly plan: RunPlan;
  readonly functions: LambdaFunctions;
  readonly environment: EnvironmentOverrides;
}

/** What does not run, and which of the functions' variables have a text in place of their value. */
export function limitLines({ stack, plan, functions, environment }: LimitedRun): readonly string[] {
  const strange = strangeNames(environment, stack.resourcesOfType(FUNCTION_TYPE));
  const running = plan.functions.filter(
    (resource) =>
      !isOfAuthorizer(resource) && functions.get(stack.attribute(resource.logicalId, 'Arn'))?.notRun === undefined,
  );
  return [
    ...plan.limits.lines(),
    ...standInLines(stack, running, environment),
    ...strange.map((name) => `--env names ${name}, which is no function of the app: its variables are not used.`),
  ];
}
