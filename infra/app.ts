import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { ApiStack } from './api-stack.ts';
import { deployment } from './deployment.ts';

try {
  const app = new App({ autoSynth: false });
  new ApiStack(app, 'bearer-authorizer', { deployment });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  app.synth();
} catch (error) {
  // The sentence is written for the person who edits deployment.ts; a stack trace would bury it.
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
