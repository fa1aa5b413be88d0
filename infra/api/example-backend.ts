import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { lambdaAsset } from '../functions/lambda-asset.ts';
import { LambdaFunction } from '../functions/lambda-function.ts';

export interface ExampleBackendProps {
  readonly corsOrigins: readonly string[];
  /** For the logs. @default AWS's own key */
  readonly encryptionKey?: IKey | undefined;
}

/** The function behind every route of the example API. */
export function createBackend(scope: Construct, { corsOrigins, encryptionKey }: ExampleBackendProps): LambdaFunction {
  return new LambdaFunction(scope, 'Backend', {
    description: 'Example backend: answers with the principal and context it received',
    code: lambdaAsset(scope, 'orders.handler.ts'),
    environment: { CORS_ORIGINS: corsOrigins.join(' ') },
    timeout: Duration.seconds(5),
    memorySize: 256,
    encryptionKey,
  });
}
