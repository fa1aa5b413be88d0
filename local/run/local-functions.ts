import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describedAuthorizer, FUNCTION_TYPE } from '../app/function-descriptions.ts';
import type { SynthesizedStack } from '../cloudformation/assembly-view.ts';
import type { Stack } from '../cloudformation/stack.ts';
import { LocalRunError } from '../errors.ts';
import type { EnvironmentOverrides } from '../functions/environment-overrides.ts';
import type { ServiceEndpoints } from '../functions/function-environment.ts';
import { functionByArn, type LambdaFunctions, lambdaFunctionsOf } from '../functions/lambda-functions.ts';
import type { ReportRunEvent } from '../log/run-event.ts';
import type { RunPlan } from './run-plan.ts';
import type { Teardown } from './teardown.ts';

export interface LocalFunctionsOptions {
  readonly synthesized: SynthesizedStack;
  readonly plan: RunPlan;
  readonly endpoints: ServiceEndpoints;
  readonly environment: EnvironmentOverrides;
  readonly appFolder: string;
  readonly log: ReportRunEvent;
}

/**
 * Unpacks the functions that the APIs need into a folder of the run. Their environments start when they are invoked.
 * @throws LocalRunError for an authorizer that does not run
 */
export async function startLocalFunctions(options: LocalFunctionsOptions, undo: Teardown): Promise<LambdaFunctions> {
  const { synthesized, plan, endpoints, environment, appFolder, log } = options;
  const { stack, assets } = synthesized;
  const { report } = plan.limits;
  const codeFolder = await mkdtemp(join(tmpdir(), 'bearer-authorizer-functions-'));
  await undo.add(() => rm(codeFolder, { recursive: true, force: true }));
  const apps = [appFolder];
  const settings = { assets, endpoints, codeFolder, apps, environment, report, log };
  const functions = await lambdaFunctionsOf(stack, plan.functions, settings);
  requireAuthorizers(stack, functions);
  await undo.add(() => Promise.all([...functions].map(([, each]) => each.recycle())));
  return functions;
}

/** @throws LocalRunError for an authorizer that does not run: without it no request of its APIs is answered */
function requireAuthorizers(stack: Stack, functions: LambdaFunctions): void {
  const authorizers = stack.resourcesOfType(FUNCTION_TYPE).filter((each) => describedAuthorizer(each) !== undefined);
  for (const { logicalId } of authorizers) {
    const { notRun } = functionByArn(functions, stack.attribute(logicalId, 'Arn'));
    if (notRun !== undefined) throw new LocalRunError(notRun);
  }
}
