import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AssetFolders } from '../cloudformation/assembly-view.ts';
import type { Stack, StackResource } from '../cloudformation/stack.ts';
import type { ReportLimit } from '../limits.ts';
import type { ReportRunEvent } from '../log/run-event.ts';
import type { EnvironmentOverrides } from './environment-overrides.ts';
import { unpackedCode } from './function-code.ts';
import { environmentOf, type ServiceEndpoints } from './function-environment.ts';
import { functionSettingsOf, unrunnableReason } from './function-settings.ts';
import { type LambdaFunction, lambdaFunction, notRunFunction } from './lambda-function.ts';
import { linkRuntimePackages } from './runtime-packages.ts';

export interface FunctionsOptions {
  readonly assets: AssetFolders;
  readonly endpoints: ServiceEndpoints;
  /** The folder into which the functions are unpacked. */
  readonly codeFolder: string;
  /** Folders of the app, in which its packages are looked up. */
  readonly apps: readonly string[];
  readonly environment: EnvironmentOverrides;
  readonly report: ReportLimit;
  readonly log: ReportRunEvent;
}

/** Functions by ARN. */
export type LambdaFunctions = ReadonlyMap<string, LambdaFunction>;

/**
 * The functions of these resources, by ARN. One that cannot run here answers every invocation with an error that says so.
 * @param resources - of the type `AWS::Lambda::Function`
 */
export async function lambdaFunctionsOf(
  stack: Stack,
  resources: readonly StackResource[],
  options: FunctionsOptions,
): Promise<LambdaFunctions> {
  const { codeFolder, apps } = options;
  await linkRuntimePackages(codeFolder, apps);
  // The nearest one decides whether a file is ESM: none of a folder above may.
  await writeFile(join(codeFolder, 'package.json'), '{}');
  const functions = await Promise.all(resources.map((resource) => functionOf(stack, resource, options)));
  return new Map(functions.map((each) => [each.functionArn, each]));
}

async function functionOf(stack: Stack, resource: StackResource, options: FunctionsOptions): Promise<LambdaFunction> {
  const { logicalId, name } = resource;
  const identity = { name, functionName: stack.ref(logicalId), functionArn: stack.attribute(logicalId, 'Arn') };
  const reason = unrunnableReason(resource);
  const code = reason === undefined ? await unpackedCode(resource, { stack, ...options }) : { notRun: reason };
  if ('notRun' in code) {
    options.report('function', `${name} (${code.notRun})`);
    return notRunFunction(identity, code.notRun);
  }
  const environment = environmentOf(resource, { ...identity, ...code }, options);
  const settings = functionSettingsOf(resource, { ...identity, ...code, environment });
  return lambdaFunction(settings, (line) => options.log({ event: 'function', at: Date.now(), name: logicalId, line }));
}

/** The function of an ARN, which may name a version or an alias. Of a function that none of the templates has, the answer says so. */
export function functionByArn(functions: LambdaFunctions, arn: string): LambdaFunction {
  const functionArn = withoutQualifier(arn);
  const found = functions.get(functionArn);
  if (found !== undefined) return found;
  const functionName = functionArn.split(':')[6] ?? functionArn;
  const identity = { name: functionName, functionName, functionArn };
  return notRunFunction(identity, 'it is no function of this app');
}

/** The function that an event source mapping names: by its name or its ARN, with or without a version or an alias. */
export function functionNamed(name: string, functions: LambdaFunctions): LambdaFunction {
  const [plain = ''] = name.split(':', 1);
  const byName = [...functions].find(([, { functionName }]) => functionName === plain)?.[1];
  return byName ?? functionByArn(functions, name);
}

/** `arn:aws:lambda:<region>:<account>:function:<name>`. */
export function withoutQualifier(functionArn: string): string {
  return functionArn.split(':').slice(0, 7).join(':');
}
