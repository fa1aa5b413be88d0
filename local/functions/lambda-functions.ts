import type { AssetFolders } from '../cloudformation/assembly-view.ts';
import { REGION } from '../cloudformation/place.ts';
import type { Stack, StackResource } from '../cloudformation/stack.ts';
import { numberOf, objectOf, textOf, textsOf } from '../cloudformation/template.ts';
import { LocalRunError } from '../errors.ts';
import type { ReportRunEvent } from '../log/run-event.ts';
import type { FunctionSettings } from './lambda-environment.ts';
import { type LambdaFunction, lambdaFunction } from './lambda-function.ts';

/** The addresses on loopback at which functions call AWS's services. */
export interface ServiceEndpoints {
  readonly dynamodb: string;
  readonly controlPlane: string;
}

/** The function that an event source mapping invokes. @throws LocalRunError when the template does not have it */
export function functionNamed(name: string, functions: ReadonlyMap<string, LambdaFunction>): LambdaFunction {
  const found = [...functions.values()].find(({ functionName, functionArn }) =>
    [functionName, functionArn].includes(name),
  );
  if (found !== undefined) return found;
  throw new LocalRunError(`An event source mapping invokes ${name}, which is not a function of this template.`);
}

/** The template's functions, by ARN. */
export function lambdaFunctionsOf(
  stack: Stack,
  assets: AssetFolders,
  endpoints: ServiceEndpoints,
  log: ReportRunEvent,
): ReadonlyMap<string, LambdaFunction> {
  const functions = stack.resourcesOfType('AWS::Lambda::Function').map((resource) => {
    const settings = functionSettingsOf(stack, resource, assets, endpoints);
    const report = (line: string) => log({ event: 'function', at: Date.now(), name: resource.logicalId, line });
    return [settings.functionArn, lambdaFunction(settings, report)] as const;
  });
  return new Map(functions);
}

function functionSettingsOf(
  stack: Stack,
  { logicalId, properties }: StackResource,
  assets: AssetFolders,
  endpoints: ServiceEndpoints,
): FunctionSettings {
  const runtime = textOf(properties, 'Runtime');
  if (!runtime.startsWith('nodejs')) {
    throw new LocalRunError(`The function ${logicalId} has the runtime ${runtime}; the local run knows Node.js only.`);
  }
  const functionName = stack.ref(logicalId);
  const s3Key = textOf(objectOf(properties, 'Code'), 'S3Key');
  const taskRoot = assets(s3Key);
  if (taskRoot === undefined) throw new LocalRunError(`The cloud assembly has no asset for ${s3Key}.`);
  const memorySize = numberOf(properties, 'MemorySize', 128);
  return {
    taskRoot,
    handler: textOf(properties, 'Handler'),
    functionName,
    functionArn: stack.attribute(logicalId, 'Arn'),
    memorySize,
    timeoutSeconds: numberOf(properties, 'Timeout', 3),
    environment: {
      ...lambdaVariables(functionName, taskRoot, memorySize),
      ...callerVariables(accessKeyOf(logicalId), endpoints),
      ...textsOf(objectOf(properties, 'Environment'), 'Variables'),
    },
  };
}

/** Lambda developer guide, "Defined runtime environment variables". */
function lambdaVariables(functionName: string, taskRoot: string, memorySize: number): Record<string, string> {
  return {
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memorySize),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${functionName}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    LAMBDA_TASK_ROOT: taskRoot,
    TZ: ':UTC',
  };
}

function callerVariables(accessKeyId: string, { dynamodb, controlPlane }: ServiceEndpoints): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
    AWS_ENDPOINT_URL_DYNAMODB_STREAMS: dynamodb,
    AWS_ENDPOINT_URL_API_GATEWAY: controlPlane,
    AWS_ENDPOINT_URL_SQS: controlPlane,
  };
}

/**
 * The access key with which a function calls AWS. It tells the control plane whose role to evaluate. Letters and digits
 * only, since DynamoDB Local accepts nothing else.
 */
export function accessKeyOf(functionLogicalId: string): string {
  return `LOCAL${functionLogicalId}`;
}
