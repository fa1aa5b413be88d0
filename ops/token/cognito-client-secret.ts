import {
  CognitoIdentityProviderClient,
  DescribeUserPoolClientCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { OperatorError, sentenceOf } from '../cli/operator-error.ts';

/** The secret of a machine client; needs `cognito-idp:DescribeUserPoolClient`. @throws OperatorError */
export async function cognitoClientSecret(region: string, userPoolId: string, clientId: string): Promise<string> {
  try {
    const command = new DescribeUserPoolClientCommand({ UserPoolId: userPoolId, ClientId: clientId });
    const { UserPoolClient } = await new CognitoIdentityProviderClient({ region }).send(command);
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
