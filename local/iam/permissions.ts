import type { Stack, StackResource } from '../cloudformation/stack.ts';
import { isObject, type JsonObject, listOf, objectOf, textOf } from '../cloudformation/template.ts';
import { accessKeyOf } from '../functions/lambda-functions.ts';
import { matchesPattern } from './arn-pattern.ts';
import { evaluatePolicies } from './policy-evaluation.ts';

/** Whether an access key may perform an action. A key that belongs to no function is the developer's and may do anything. */
export type MayCall = (accessKeyId: string, action: string, resourceArn: string) => boolean;

/** Evaluates the roles of the functions, from the template's roles and policies. */
export function rolePermissionsOf(stack: Stack): MayCall {
  const roleArns = new Map(
    stack
      .resourcesOfType('AWS::Lambda::Function')
      .map(({ logicalId, properties }) => [accessKeyOf(logicalId), textOf(properties, 'Role')]),
  );
  return (accessKeyId, action, resource) => {
    const roleArn = roleArns.get(accessKeyId);
    if (roleArn === undefined) return true;
    const role = stack
      .resourcesOfType('AWS::IAM::Role')
      .find(({ logicalId }) => stack.attribute(logicalId, 'Arn') === roleArn);
    const policies = role === undefined ? [] : policiesOf(stack, role);
    return evaluatePolicies(policies, { action, resource, keys: {} }) === 'allow';
  };
}

/** A role's policies: inline, `AWS::IAM::Policy`, and managed policies of this template. AWS's managed ones are not read. */
function policiesOf(stack: Stack, role: StackResource): readonly JsonObject[] {
  const roleName = stack.ref(role.logicalId);
  const attached = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy']
    .flatMap((type) => stack.resourcesOfType(type))
    .filter(({ properties }) => listOf(properties, 'Roles').includes(roleName));
  const inline = listOf(role.properties, 'Policies').filter(isObject);
  return [...attached.map(({ properties }) => properties), ...inline].map((policy) =>
    objectOf(policy, 'PolicyDocument'),
  );
}

/** Whether API Gateway may invoke a function on behalf of a source (an authorizer's or a method's ARN). */
export type MayInvoke = (functionArn: string, sourceArn: string) => boolean;

/** Evaluates the functions' resource policies, from the template's `AWS::Lambda::Permission`s. */
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
