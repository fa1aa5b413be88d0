import type { StackResource } from '../../cloudformation/stack.ts';
import { listOf, numberOf, textOrEmpty } from '../../cloudformation/template.ts';
import type { AuthorizerFunction } from '../authorization/lambda-authorizer.ts';
import { functionArnOf } from '../exchange/invocation-uri.ts';
import { type HttpIdentitySource, parseHttpIdentitySource } from './identity-source.ts';

export interface HttpAuthorizerSettings extends AuthorizerFunction {
  readonly identitySources: readonly HttpIdentitySource[];
  /** The form of the event. @default 2.0 */
  readonly payloadFormat?: '1.0' | '2.0';
}

/** Reads a Lambda authorizer. Empty for an authorizer of another kind, whose routes say so themselves. */
export function authorizerSettingsOf(
  authorizerId: string,
  { properties }: StackResource,
): readonly HttpAuthorizerSettings[] {
  if (properties.AuthorizerType !== 'REQUEST') return [];
  const uri = textOrEmpty(properties, 'AuthorizerUri');
  const functionArn = functionArnOf(uri);
  const identitySources = listOf(properties, 'IdentitySource').map((text) => parseHttpIdentitySource(String(text)));
  const unknown = identitySources.find(({ kind }) => kind === 'unknown');
  const notRun = functionArn === undefined ? `it invokes ${uri || 'no function'}` : undefined;
  return [
    {
      authorizerId,
      functionArn: functionArn ?? uri,
      payloadFormat: properties.AuthorizerPayloadFormatVersion === '1.0' ? '1.0' : '2.0',
      answersSimply: properties.EnableSimpleResponses === true,
      invokedByRole: textOrEmpty(properties, 'AuthorizerCredentialsArn') !== '',
      notRun: notRun ?? (unknown && `it has the identity source ${unknown.name}`),
      identitySources,
      resultTtlSeconds: numberOf(properties, 'AuthorizerResultTtlInSeconds', 0),
    },
  ];
}
