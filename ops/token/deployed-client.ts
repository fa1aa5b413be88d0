import { readFile } from 'node:fs/promises';
import { STACK_OUTPUTS } from '../../lambda/configuration/authorizer-description.ts';
import { OperatorError, sentenceOf } from '../cli/operator-error.ts';
import type { Terminal } from '../cli/terminal.ts';
import { placeOf, readOutputs, requiredOutput } from '../stack/deployed-stack.ts';
import type { TokenRequest } from './client-credentials.ts';
import { cognitoClientSecret } from './cognito-client-secret.ts';
import type { TokenCommand } from './token-command-line.ts';

/** Which client of which stack, and where its secret is. */
type ClientChoice = Pick<TokenCommand, 'where' | 'client' | 'scope' | 'secret'>;

/** The machine client of the Cognito user pool that a stack made for itself. @throws OperatorError */
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
