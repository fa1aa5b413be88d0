import { join } from 'node:path';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { inject } from 'vitest';
import { ApiStack } from '../../../infra/api-stack.ts';
import type { Deployment } from '../../../infra/settings/deployment-schema.ts';
import { type AuthorizerDescription, DESCRIPTION_KEY } from '../../../lambda/configuration/authorizer-description.ts';
import type { Stack } from '../../../local/cloudformation/stack.ts';
import { newApp } from '../cdk/test-app.ts';
import { type DeployedStack, deployStack } from './deployed-stack.ts';

/** One version of a team's deployment, running on this machine until the next one takes its place. */
export interface DeployedVersion extends DeployedStack {
  /** Base URL with the stage. */
  readonly api: string;
  readonly template: string;
  readonly authorizer: AuthorizerDescription;
  /** The warnings of synth. */
  readonly warnings: readonly string[];
  statusOf(token: string): Promise<number>;
}

/** Synthesizes the stack and runs its template. */
export async function deployVersion(stackName: string, deployment: Deployment): Promise<DeployedVersion> {
  const app = newApp();
  const stack = new ApiStack(app, stackName, { deployment });
  const deployed = await deployStack(app, stack, inject('dynamoDbEndpoint'));
  const warnings = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('.'));
  const api = deployed.apis[0]?.address ?? '';
  return {
    ...deployed,
    api,
    template: join(app.outdir, `${stackName}.template.json`),
    authorizer: authorizerOf(deployed.stack),
    warnings: warnings.map(({ entry }) => String(entry.data)),
    statusOf: async (token) => (await fetch(`${api}/whoami`, { headers: { Authorization: `Bearer ${token}` } })).status,
  };
}

function authorizerOf(stack: Stack): AuthorizerDescription {
  const texts = stack.resourcesOfType('AWS::Lambda::Function').map(({ metadata }) => metadata[DESCRIPTION_KEY]);
  return JSON.parse(String(texts.find((text) => text !== undefined))) as AuthorizerDescription;
}
