import type { Stack } from '../cloudformation/stack.ts';
import { textOf } from '../cloudformation/template.ts';
import { matchesPattern } from './arn-pattern.ts';

/** Whether API Gateway may invoke a function on behalf of a source (an authorizer's or a method's ARN). */
export type MayInvoke = (functionArn: string, sourceArn: string) => boolean;

/** The functions' resource policies, from the template's `AWS::Lambda::Permission`s. */
export function invokePermissionsOf(stack: Stack): MayInvoke {
  const permissions = stack
    .resourcesOfType('AWS::Lambda::Permission')
    .map(({ properties }) => properties)
    .filter(({ Action, Principal }) => Action === 'lambda:InvokeFunction' && Principal === 'apigateway.amazonaws.com');
  return (functionArn, sourceArn) =>
    permissions.some((permission) => {
      const named = textOf(permission, 'FunctionName');
      const { SourceArn } = permission;
      const sourceMatches = SourceArn === undefined || matchesPattern(String(SourceArn), sourceArn);
      return (named === functionArn || functionArn.endsWith(`:function:${named}`)) && sourceMatches;
    });
}
