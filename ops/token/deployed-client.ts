import { readFile } from 'node:fs/promises';
import {
  CognitoIdentityProviderClient,
  DescribeUserPoolClientCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { STACK_OUTPUTS } from '../../lambda/configuration/authorizer-description.ts';
import { OperatorError, sentenceOf } from '../cli/operator-error.ts';
import type { Terminal } from '../cli/terminal.ts';
import { awsConfig } from '../stack/aws-client.ts';
import { placeOf, readOutputs, requiredOutput } from '../stack/deployed-stack.ts';
import type { StackChoice } from '../stack/stack-choice.ts';
import type { TokenRequest } from './client-credentials.ts';

/** Which client of which deployment gets a token. */
export interface ClientChoice {
  readonly where: StackChoice;
  /** Undefined: the first one, or the stack's machine client. */
  readonly client: string | undefined;
  /** Separated by spaces; undefined: all that the client may have. */
  readonly scope: string | undefined;
  /** The file that holds the client's secret, or `-`; undefined: the secret is asked of Cognito. */
  readonly secret: string | undefined;
}

/** The token request of a client of the Cognito user pool that a stack made for itself. @throws OperatorError */
export async function deployedClient(choice: ClientChoice, terminal: Terminal): Promise<TokenRequest> {
  const { where, client, scope, secret } = choice;
  if (where.kind !== 'stack') throw new OperatorError('Name the stack with --stack NAME.');
  const place = await placeOf(where.name, where.regions[0]);
  const outputs = await readOutputs(place);
  const tokenEndpoint = outputs.get(STACK_OUTPUTS.tokenEndpoint);
  if (tokenEndpoint === undefined) {
    throw new OperatorError(
      `The stack ${where.name} has no Cognito user pool of its own: get a token from the issuer named in infra/deployment.ts.`,
    );
  }
  const clientId = client ?? requiredOutput(outputs, STACK_OUTPUTS.machineClientId, where.name);
  const clientSecret =
    secret === undefined
      ? await cognitoClientSecret(place.region, requiredOutput(outputs, STACK_OUTPUTS.userPoolId, where.name), clientId)
      : await secretIn(secret, terminal);
  return { tokenEndpoint, clientId, scope, clientSecret };
}

async function secretIn(file: string, { readStandardInput }: Terminal): Promise<string> {
  try {
    return (file === '-' ? await readStandardInput() : await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new OperatorError(
      `The secret in ${file === '-' ? 'standard input' : file} cannot be read: ${sentenceOf(error)}`,
    );
  }
}

/** Reads the secret of a machine client, with `cognito-idp:DescribeUserPoolClient`. @throws OperatorError */
async function cognitoClientSecret(region: string, userPoolId: string, clientId: string): Promise<string> {
  try {
    const command = new DescribeUserPoolClientCommand({ UserPoolId: userPoolId, ClientId: clientId });
    const { UserPoolClient } = await new CognitoIdentityProviderClient(awsConfig(region)).send(command);
    if (UserPoolClient?.ClientSecret !== undefined) return UserPoolClient.ClientSecret;
  } catch (error) {
    throw new OperatorError(
      `The secret of the client ${clientId} cannot be read: ${sentenceOf(error)}; or give it with --secret.`,
    );
  }
  throw new OperatorError(
    `The client ${clientId} has no secret, so it gets no token by client credentials: choose another with --client.`,
  );
}
