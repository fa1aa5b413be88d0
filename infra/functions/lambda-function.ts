import type { Duration } from 'aws-cdk-lib';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  Architecture,
  Function as CdkFunction,
  type Code,
  Runtime,
  RuntimeFamily,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { suppressRules } from '../nag-suppressions.ts';

export interface LambdaFunctionProps {
  readonly description: string;
  readonly code: Code;
  readonly environment: Readonly<Record<string, string>>;
  /** Whole seconds. */
  readonly timeout: Duration;
  /** In MiB. CPU grows with it. */
  readonly memorySize: number;
  /** @default the account's concurrency, shared with all its functions */
  readonly reservedConcurrency?: number | undefined;
  /** The KMS key of the log. @default AWS's own key */
  readonly encryptionKey?: IKey | undefined;
}

/** Not `Runtime.NODEJS_24_X`, which the CDK has since 2.224 only. */
const NODEJS_24 = new Runtime('nodejs24.x', RuntimeFamily.NODEJS);

/** A function with this project's defaults: Node.js 24 on arm64, traced, with a role that may only write its own log. */
export class LambdaFunction extends CdkFunction {
  /** In MiB. */
  readonly memorySize: number;

  /** @internal */
  constructor(scope: Construct, id: string, props: LambdaFunctionProps) {
    const { reservedConcurrency, encryptionKey, ...settings } = props;
    const logGroup = new LogGroup(scope, `${id}Logs`, logGroupProps(encryptionKey));
    const role = roleThatLogsTo(logGroup, scope, `${id}Role`);
    super(scope, id, {
      ...settings,
      handler: 'index.handler',
      runtime: NODEJS_24,
      architecture: Architecture.ARM_64,
      tracing: Tracing.ACTIVE,
      logGroup,
      role,
      ...(reservedConcurrency !== undefined && { reservedConcurrentExecutions: reservedConcurrency }),
    });
    this.memorySize = props.memorySize;
    suppressRules(role, 'AwsSolutions::AwsSolutions-IAM5[Resource::*]');
    suppressRules(this, 'Serverless::Serverless-LambdaDLQ');
  }
}

/** Keeps a log's events for three months. */
export function logGroupProps(encryptionKey: IKey | undefined) {
  return { retention: RetentionDays.THREE_MONTHS, ...(encryptionKey !== undefined && { encryptionKey }) };
}

/** Not CDK's own role, whose AWSLambdaBasicExecutionRole may write to every log group of the account. */
function roleThatLogsTo(logGroup: LogGroup, scope: Construct, id: string): Role {
  const role = new Role(scope, id, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  role.addToPolicy(
    new PolicyStatement({
      effect: Effect.ALLOW,
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [logGroup.logGroupArn],
    }),
  );
  return role;
}
