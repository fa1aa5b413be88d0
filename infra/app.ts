import { App } from 'aws-cdk-lib';
import { ApiStack } from './api-stack.ts';
import { deployment } from './deployment.ts';

try {
  const app = new App({ autoSynth: false });
  new ApiStack(app, 'bearer-authorizer', { deployment });
  app.synth();
} catch (error) {
  // The sentence is written for the person who edits deployment.ts; a stack trace would bury it.
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
