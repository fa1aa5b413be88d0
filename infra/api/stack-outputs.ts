import { CfnOutput, type Stack } from 'aws-cdk-lib';
import { STACK_OUTPUTS } from '../../lambda/configuration/authorizer-description.ts';

/** What the console and `aws cloudformation describe-stacks` say of each output. */
const DESCRIPTIONS = {
  [STACK_OUTPUTS.apiUrl]: 'Address of the API, without a slash at the end: append a path such as /orders',
  [STACK_OUTPUTS.table]: 'Name of the DynamoDB table with the revocation entries',
  [STACK_OUTPUTS.authorizer]: "Logical id of the authorizer's function, whose metadata the operator's tool reads",
  DashboardUrl:
    "Dashboard in CloudWatch's console: is it up, is somebody attacking, did my revocation work, what does it cost?",
  AuditTrailBucketName: 'Bucket with the records of who wrote and deleted revocation entries; it outlives the stack',
  [STACK_OUTPUTS.signals]: "Logical id of the receiver of signals, whose metadata the operator's tool reads",
  SignalsUrl:
    'Address of the endpoints for signals: append /backchannel-logout, /events, /revoke or /global-token-revocation',
  [STACK_OUTPUTS.tokenEndpoint]:
    "Address at which clients of the stack's own user pool get tokens (RFC 6749 section 3.2)",
  [STACK_OUTPUTS.userPoolId]:
    "Id of the stack's own Cognito user pool, to which administrators add users; it outlives the stack",
  [STACK_OUTPUTS.machineClientId]: 'Client for services: it has a secret and gets tokens by client credentials',
  PublicClientId: 'Client for browsers and mobile apps: it has no secret, and signs users in by code with PKCE',
} as const;

type OutputName = keyof typeof DESCRIPTIONS;

/** The values of the outputs that a stack has. */
export type Outputs = Readonly<Partial<Record<OutputName, string>>>;

export function createOutputs(stack: Stack, values: Outputs): void {
  for (const name of Object.keys(DESCRIPTIONS) as readonly OutputName[]) {
    const value = values[name];
    if (value !== undefined) new CfnOutput(stack, name, { value, description: DESCRIPTIONS[name] });
  }
}
