import { type CfnResource, Reference, Stack, Tokenization } from 'aws-cdk-lib';
import { type CfnAuthorizer, CfnMethod, CfnRestApi, Method } from 'aws-cdk-lib/aws-apigateway';
import type { IConstruct } from 'constructs';
import type { Route } from '../lambda/route.ts';
import { nameOf } from './route-table.ts';

/** Methods without a rule would be refused to everyone; rules without a method are mistakes waiting for one. */
export function coverageErrors(protectedNames: readonly string[], routes: readonly Route[]): readonly string[] {
  const methods = new Set(protectedNames);
  const rules = new Set(routes.map(nameOf));
  return [
    ...[...methods]
      .filter((name) => !rules.has(name))
      .map(
        (name) => `${name} uses the authorizer, but no route names it: add { method, path, scopes } for it to routes.`,
      ),
    ...[...rules]
      .filter((name) => !methods.has(name))
      .map(
        (name) =>
          `routes name ${name}, but no method of an API uses the authorizer there: add the method or remove the rule.`,
      ),
  ];
}

/** Methods that use one of the authorizers, by name: `GET /orders/{id}`. */
export function methodsUsing(root: IConstruct, authorizers: readonly CfnAuthorizer[]): readonly string[] {
  return cfnMethodsUsing(root, authorizers).flatMap((resource) => {
    const method = methodOf(resource);
    return method === undefined ? [] : [`${renderedProperties(resource).HttpMethod} ${method.resource.path}`];
  });
}

/** A CfnMethod by itself (`CfnInclude` makes such) knows its resource by id only: no route could be held against it. */
export function bareMethodErrors(root: IConstruct, authorizers: readonly CfnAuthorizer[]): readonly string[] {
  return cfnMethodsUsing(root, authorizers)
    .filter((resource) => methodOf(resource) === undefined)
    .map(
      ({ node }) =>
        `${node.path} is a CfnMethod that uses the authorizer: add the method with addMethod, and its route to routes.`,
    );
}

function cfnMethodsUsing(root: IConstruct, authorizers: readonly CfnAuthorizer[]): readonly CfnMethod[] {
  return root.node
    .findAll()
    .filter((construct): construct is CfnMethod => construct instanceof CfnMethod)
    .filter((method) => authorizers.some((authorizer) => uses(method, authorizer)));
}

function methodOf(resource: CfnMethod): Method | undefined {
  const { scope } = resource.node;
  return scope instanceof Method && scope.node.defaultChild === resource ? scope : undefined;
}

/** By reference, which from a nested stack reads otherwise, or by the logical id that an override names. */
function uses(method: CfnMethod, authorizer: CfnAuthorizer): boolean {
  const { AuthorizationType, AuthorizerId } = renderedProperties(method);
  if (AuthorizationType !== 'CUSTOM' || AuthorizerId === undefined) return false;
  const stack = Stack.of(authorizer);
  const isOverridden = JSON.stringify(AuthorizerId) !== JSON.stringify(Stack.of(method).resolve(method.authorizerId));
  const { tokens } = Tokenization.reverseString(method.authorizerId ?? '');
  if (!isOverridden && tokens.some((token) => Reference.isReference(token) && token.target === authorizer)) return true;
  return stack === Stack.of(method) && JSON.stringify(AuthorizerId).includes(`"${stack.getLogicalId(authorizer)}"`);
}

/** As CloudFormation will read them: overrides, which the construct itself knows nothing of, applied. */
function renderedProperties(resource: CfnResource): Readonly<Record<string, unknown>> {
  const rendered = Stack.of(resource).resolve(resource._toCloudFormation()) as {
    readonly Resources: Readonly<Record<string, { readonly Properties?: Readonly<Record<string, unknown>> }>>;
  };
  return Object.values(rendered.Resources)[0]?.Properties ?? {};
}

/** In a policy, and in one that is text within text. */
const ALLOW = /"Effect\\*"\s*:\s*\\*"Allow\\*"/;

/**
 * With a resource policy, API Gateway adds its statements to the authorizer's: an Allow there opens to every valid token
 * what its scopes do not grant.
 */
export function resourcePolicyErrors({ node }: Pick<IConstruct, 'node'>): readonly string[] {
  const resource = node.defaultChild;
  if (!(resource instanceof CfnRestApi)) return [];
  const { Policy, Body } = renderedProperties(resource);
  const documented = (Body as Readonly<Record<string, unknown>> | undefined)?.['x-amazon-apigateway-policy'];
  if (!ALLOW.test(JSON.stringify([Policy, documented]))) return [];
  return [
    `The API ${node.path} has a resource policy that allows: write it with Deny statements only, ` +
      'since an Allow there lets every valid token call what its scopes do not grant.',
  ];
}
