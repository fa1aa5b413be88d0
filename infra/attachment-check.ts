import { Stack } from 'aws-cdk-lib';
import { CfnMethod, CfnRestApi, Method } from 'aws-cdk-lib/aws-apigateway';
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

/** Methods by name, `GET /orders/{id}`. */
export function methodsUsing(root: IConstruct, authorizerIds: ReadonlySet<string>): readonly string[] {
  return root.node
    .findAll()
    .filter((construct): construct is Method => construct instanceof Method)
    .filter((method) => authorizerIds.has(authorizerIdOf(method) ?? ''))
    .map(({ httpMethod, resource }) => `${httpMethod} ${resource.path}`);
}

function authorizerIdOf(method: Method): string | undefined {
  const resource = method.node.defaultChild;
  return resource instanceof CfnMethod ? resource.authorizerId : undefined;
}

/**
 * With a resource policy, API Gateway adds its statements to the authorizer's: an Allow there opens to every valid token
 * what its scopes do not grant.
 */
export function resourcePolicyErrors({ node }: Pick<IConstruct, 'node'>): readonly string[] {
  const resource = node.defaultChild;
  if (!(resource instanceof CfnRestApi)) return [];
  const { policy, body } = resource;
  const documented = (body as Readonly<Record<string, unknown>> | undefined)?.['x-amazon-apigateway-policy'];
  const policies: unknown = Stack.of(resource).resolve([policy, documented]);
  if (!JSON.stringify(policies).includes('"Effect":"Allow"')) return [];
  return [
    `The API ${node.path} has a resource policy that allows: write it with Deny statements only, ` +
      'since an Allow there lets every valid token call what its scopes do not grant.',
  ];
}
