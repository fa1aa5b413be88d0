import { urlSuffixOf } from '../cloudformation/place.ts';
import type { StackResource } from '../cloudformation/stack.ts';
import { objectOf, textOrEmpty, textsOf } from '../cloudformation/template.ts';
import { type EnvironmentOverrides, overridesFor } from './environment-overrides.ts';
import { memorySizeOf } from './function-settings.ts';

/** The addresses on loopback at which functions call AWS's services. */
export interface ServiceEndpoints {
  readonly dynamodb: string;
  readonly controlPlane: string;
}

type Variables = Readonly<Record<string, string>>;

/** All that a function finds in `process.env`. */
export function environmentOf(
  resource: StackResource,
  code: { readonly functionName: string; readonly taskRoot: string },
  { endpoints, environment }: { readonly endpoints: ServiceEndpoints; readonly environment: EnvironmentOverrides },
): Variables {
  const overrides = overridesFor(environment, resource);
  return {
    ...lambdaVariables(resource, code),
    ...callerVariables(resource, endpoints, overrides),
    ...ownVariables(resource, endpoints),
    ...overrides,
  };
}

/** Lambda developer guide, "Defined runtime environment variables". */
function lambdaVariables(
  { properties, place: { region } }: StackResource,
  { functionName, taskRoot }: { readonly functionName: string; readonly taskRoot: string },
): Variables {
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${textOrEmpty(properties, 'Runtime')}`,
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memorySizeOf(properties)),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${functionName}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    LAMBDA_TASK_ROOT: taskRoot,
    TZ: ':UTC',
  };
}

/**
 * Credentials by which the control plane knows the function, and the addresses of services. Calls of services that do not run here go to
 * the control plane too, which answers at once and names them. They go to AWS where the overrides give credentials of AWS.
 */
function callerVariables({ logicalId }: StackResource, endpoints: ServiceEndpoints, overrides: Variables): Variables {
  const { dynamodb, controlPlane } = endpoints;
  const isOfAws = 'AWS_ACCESS_KEY_ID' in overrides || 'AWS_PROFILE' in overrides;
  return {
    ...(!isOfAws && {
      AWS_ACCESS_KEY_ID: accessKeyOf(logicalId),
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_SESSION_TOKEN: 'local',
      AWS_ENDPOINT_URL: controlPlane,
    }),
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
    AWS_ENDPOINT_URL_DYNAMODB_STREAMS: dynamodb,
    AWS_ENDPOINT_URL_API_GATEWAY: controlPlane,
    AWS_ENDPOINT_URL_SQS: controlPlane,
    AWS_ENDPOINT_URL_SSM: controlPlane,
  };
}

/** The template's. An address of SSM that stands in one becomes the control plane's. */
function ownVariables({ properties, place }: StackResource, { controlPlane }: ServiceEndpoints): Variables {
  const ssm = `https://ssm.${place.region}.${urlSuffixOf(place)}`;
  const variables = Object.entries(textsOf(objectOf(properties, 'Environment'), 'Variables'));
  return Object.fromEntries(variables.map(([name, value]) => [name, value === ssm ? controlPlane : value]));
}

/**
 * The access key with which a function calls AWS. It tells the control plane whose role to evaluate. Letters and digits
 * only, since DynamoDB Local accepts nothing else.
 */
export function accessKeyOf(functionLogicalId: string): string {
  return `LOCAL${functionLogicalId.replace(/[^A-Za-z0-9]/g, (other) => `x${other.charCodeAt(0).toString(16)}`)}`;
}
