import { Duration, type Environment, Stack } from 'aws-cdk-lib';
import { Function as CdkFunction, Code, Runtime } from 'aws-cdk-lib/aws-lambda';
import { newApp } from '../cdk/test-app.ts';

/** A stack with a function in place of the receiver of signals, which needs no bundle. */
export function receiverStack(env: Environment = {}) {
  const stack = new Stack(newApp(), 'team', { env });
  const receiver = new CdkFunction(stack, 'Receiver', {
    code: Code.fromInline('exports.handler = () => {};'),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_LATEST,
    timeout: Duration.seconds(10),
  });
  return { stack, receiver };
}
