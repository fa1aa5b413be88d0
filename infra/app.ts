import { App, type Environment, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { ApiStack } from './api-stack.ts';

try {
  // Imported inside `try`, because a preset rejects its options while deployment.ts is read.
  const { deployment } = await import('./deployment.ts');
  const app = new App({ autoSynth: false });
  new ApiStack(app, 'bearer-authorizer', { deployment, env: target(process.env) });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  app.synth();
} catch (error) {
  // Only the message, which is written for the person who edits deployment.ts: a stack trace would bury it.
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** The account and Region that the CDK command deploys to. The stack can reject what a Region lacks only if it knows the Region. */
function target({ CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region }: NodeJS.ProcessEnv): Environment {
  return { ...(account && { account }), ...(region && { region }) };
}
