import { type Json, numberOf, textOrEmpty } from '../../cloudformation/template.ts';
import { functionArnOf } from '../exchange/invocation-uri.ts';
import type { AuthorizerPart } from './api-parts.ts';
import { parseIdentitySources } from './identity-source.ts';
import type { AuthorizerSettings } from './rest-api.ts';

/** Reads a Lambda authorizer. Empty for an authorizer of another kind, whose methods say so themselves. */
export function authorizerSettingsOf({ authorizerId, properties }: AuthorizerPart): readonly AuthorizerSettings[] {
  const type = textOrEmpty(properties, 'Type');
  if (type !== 'TOKEN' && type !== 'REQUEST') return [];
  const uri = textOrEmpty(properties, 'AuthorizerUri');
  const identitySources = parseIdentitySources(textOrEmpty(properties, 'IdentitySource'));
  const unknown = identitySources.find(({ kind }) => kind === 'unknown');
  const { expression, notRun } = expressionOf(type === 'TOKEN' ? properties.IdentityValidationExpression : undefined);
  const functionArn = functionArnOf(uri);
  return [
    {
      authorizerId,
      type,
      functionArn: functionArn ?? uri,
      invokedByRole: textOrEmpty(properties, 'AuthorizerCredentials') !== '',
      notRun:
        (functionArn === undefined ? `it invokes ${uri || 'no function'}` : undefined) ??
        (unknown?.kind === 'unknown' ? `it has the identity source ${unknown.text}` : notRun),
      identitySources,
      validationExpression: expression,
      resultTtlSeconds: numberOf(properties, 'AuthorizerResultTtlInSeconds', 300),
    },
  ];
}

/** API Gateway's expressions are Java's, a few of which JavaScript does not have. */
function expressionOf(text: Json | undefined): { readonly expression: RegExp | undefined; readonly notRun?: string } {
  if (text === undefined) return { expression: undefined };
  try {
    return { expression: new RegExp(String(text)) };
  } catch {
    return { expression: undefined, notRun: `it has the validation expression ${text}, which is none of JavaScript` };
  }
}
