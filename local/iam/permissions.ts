import type { Stack, StackResource } from '../cloudformation/stack.ts';
import { isObject, type JsonObject, listOf, objectOf, textOrEmpty } from '../cloudformation/template.ts';
import { LocalRunError } from '../errors.ts';
import { accessKeyOf } from '../functions/function-environment.ts';
import { matchesPattern } from './arn-pattern.ts';
import { evaluatePolicies } from './policy-evaluation.ts';

/** Whether an access key may perform an action. A key that belongs to no function is the developer's and may do anything. */
export type MayCall = (accessKeyId: string, action: string, resourceArn: string) => boolean;

/** Evaluates the roles of the functions, from the template's roles and policies. */
export function rolePermissionsOf(stack: Stack): MayCall {
  const functions = new Map(
    stack.resourcesOfType('AWS::Lambda::Function').map((each) => [accessKeyOf(each.logicalId), each]),
  );
  return (accessKeyId, action, resource) => {
    const caller = functions.get(accessKeyId);
    const role = caller && roleOf(stack, caller);
    if (role === undefined || hasUnreadPolicies(role)) return true;
    return mayByPolicies(policiesOf(stack, role), action, resource);
  };
}

/** A policy with an operator or a variable that is not known here allows: AWS decides. */
function mayByPolicies(policies: readonly JsonObject[], action: string, resource: string): boolean {
  try {
    return evaluatePolicies(policies, { action, resource, keys: {} }) === 'allow';
  } catch (error) {
    if (error instanceof LocalRunError) return true;
    throw error;
  }
}

/** undefined: the role is in none of the templates. */
function roleOf(stack: Stack, { properties }: StackResource): StackResource | undefined {
  const roleArn = textOrEmpty(properties, 'Role');
  return stack.resourcesOfType('AWS::IAM::Role').find(({ logicalId }) => stack.attribute(logicalId, 'Arn') === roleArn);
}

/** AWS's own policies that grant nothing of the services that run here. */
const HARMLESS = /\/(AWSLambdaBasicExecutionRole|AWSLambdaVPCAccessExecutionRole|AWSXRayDaemonWriteAccess)$/;

/** Whether a role has policies of AWS or of another stack, which may allow anything. */
function hasUnreadPolicies({ properties }: StackResource): boolean {
  return listOf(properties, 'ManagedPolicyArns').some((arn) => !HARMLESS.test(String(arn)));
}

/** The policies of a function's role. Empty for a role that none of the templates has. */
export function rolePoliciesOf(stack: Stack, resource: StackResource): readonly JsonObject[] {
  const role = roleOf(stack, resource);
  return role === undefined ? [] : policiesOf(stack, role);
}

/** A role's policies: inline, `AWS::IAM::Policy`, and managed policies of the templates. */
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
      const named = textOrEmpty(permission, 'FunctionName');
      const { SourceArn } = permission;
      const sourceMatches = SourceArn === undefined || matchesPattern(String(SourceArn), sourceArn);
      return (named === functionArn || functionArn.endsWith(`:function:${named}`)) && sourceMatches;
    });
}
