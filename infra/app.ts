import { Annotations, App, type Environment, Validations } from 'aws-cdk-lib';
import { ApiStack } from './api-stack.ts';
import { checkDeployment } from './deployment-check.ts';
import { inStage, type StackChoice, stacksOf } from './settings/stages.ts';

try {
  // Imported inside `try`, because a preset rejects its options while deployment.ts is read.
  const { deployment } = await import('./deployment.ts');
  const app = new App({ autoSynth: false });
  const choices = stacksOf(deployment, app.node.tryGetContext('stage'));
  // All of them before the first stack, which takes seconds.
  for (const { stage, settings } of choices) inStage(stage, () => checkDeployment(settings));
  for (const choice of choices) addStack(app, choice);
  if (process.env.CDK_VALIDATION !== 'false') await addRulePacks(app);
  app.synth();
} catch (error) {
  // Only the message, which is written for the person who edits deployment.ts: a stack trace would bury it.
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function addStack(app: App, { stackName, stage, settings, isNamed }: StackChoice): void {
  const env = target(process.env);
  const stack = inStage(stage, () => new ApiStack(app, stackName, { deployment: settings, stage, env }));
  if (stage === undefined || isNamed) return;
  Annotations.of(stack).addInfoV2(
    'bearer-authorizer:stage',
    `${stackName} has a revocation table of its own: what was revoked in a stack of another name is not revoked in it. To go on with ` +
      `such a stack, write its name as stackName in stages.${stage}; written out, ${stackName} silences this.`,
  );
}

/** Loaded only here: `cdk synth --no-validation` sets the variable, for which CDK leaves out its own rules too. */
async function addRulePacks(app: App): Promise<void> {
  const { AwsSolutionsChecks, ServerlessChecks } = await import('cdk-nag');
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
}

/** The account and Region that the CDK command deploys to. The stack can reject what a Region lacks only if it knows the Region. */
function target({ CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region }: NodeJS.ProcessEnv): Environment {
  return { ...(account && { account }), ...(region && { region }) };
}
