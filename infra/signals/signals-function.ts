import { Duration, Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { DESCRIPTION_KEY } from '../../lambda/configuration/authorizer-description.ts';
import {
  SIGNALS_FILE,
  type SignalsDescription,
  signalsEnvironmentOf,
} from '../../lambda/configuration/signals-environment.ts';
import { checkEnvironmentSize } from '../functions/function-environment.ts';
import { lambdaAsset } from '../functions/lambda-asset.ts';
import { LambdaFunction } from '../functions/lambda-function.ts';
import { tokensIn } from '../settings/values/shown-value.ts';

export interface SignalsFunctionProps {
  readonly description: SignalsDescription;
  readonly reservedConcurrency?: number | undefined;
  readonly encryptionKey?: IKey | undefined;
}

/** Longer than the slowest signal: the download of a key set, and transactions that others' writes cancel. Senders wait for as long. */
const TIMEOUT = Duration.seconds(10);

/** The function that receives signals. It may write nothing until it is granted. */
export class SignalsFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, { description, reservedConcurrency, encryptionKey }: SignalsFunctionProps) {
    const { configuration } = description;
    const { environment, file } = signalsEnvironmentOf(configuration, tokensIn(JSON.stringify(configuration)));
    checkEnvironmentSize('sources and issuers with values that only the deployment knows', { ...environment });
    super(scope, id, {
      description: 'Revokes what identity providers and clients signal: sign-outs, changed passwords, disabled users',
      code: lambdaAsset(scope, 'signals.handler.ts', { [SIGNALS_FILE]: file }),
      environment: { ...environment },
      timeout: TIMEOUT,
      memorySize: 512,
      reservedConcurrency,
      encryptionKey,
    });
    // As text, because templates cannot contain null, and senders may (`jwksUri`, `tokenTypes`).
    const metadata = Stack.of(this).toJsonString(description);
    (this.node.defaultChild as CfnFunction).addMetadata(DESCRIPTION_KEY, metadata);
  }
}
