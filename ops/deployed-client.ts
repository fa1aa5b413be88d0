import { readFile } from 'node:fs/promises';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { STACK_OUTPUTS } from '../lambda/authorizer-description.ts';
import type { TokenRequest } from './client-credentials.ts';
import { cognitoClientSecret } from './cognito-client-secret.ts';
import { readOutputs, requiredOutput } from './deployed-stack.ts';
import { OperatorError, sentenceOf } from './operator-error.ts';
import type { Terminal } from './terminal.ts';
import type { TokenCommand } from './token.ts';

/** The machine client of the Cognito user pool that a stack made for itself. @throws OperatorError */
export async function deployedClient(command: TokenCommand, terminal: Terminal): Promise<TokenRequest> {
  const { where, client, scope, secret } = command;
  if (where.kind !== 'stack') throw new OperatorError('Name the stack with --stack NAME.');
  const [region] = where.regions;
  const outputs = await readOutputs(
    new CloudFormationClient(region === undefined ? {} : { region }),
    where.name,
    region ?? 'its Region',
  );
  const tokenEndpoint = outputs.get(STACK_OUTPUTS.tokenEndpoint);
  if (tokenEndpoint === undefined) {
    throw new OperatorError(
      `The stack ${where.name} has no Cognito user pool of its own: get a token from the issuer named in infra/deployment.ts.`,
    );
  }
  const clientId = client ?? requiredOutput(outputs, STACK_OUTPUTS.machineClientId, where.name);
  const clientSecret =
    secret === undefined
      ? await cognitoClientSecret(region, requiredOutput(outputs, STACK_OUTPUTS.userPoolId, where.name), clientId)
      : await secretIn(secret, terminal);
  return { tokenEndpoint, clientId, scope, clientSecret };
}

async function secretIn(file: string, { readStandardInput }: Terminal): Promise<string> {
  try {
    return (file === '-' ? await readStandardInput() : await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new OperatorError(`The secret cannot be read: ${sentenceOf(error)}`);
  }
}
