import { type CfnResource, Stack } from 'aws-cdk-lib';
import { Method } from 'aws-cdk-lib/aws-apigateway';
import type { IConstruct } from 'constructs';
import type { Route } from '../../lambda/policy/route.ts';
import { SECURITY_SCHEME } from '../openapi/protected-document.ts';
import { nameOf } from '../routes/route-table.ts';
import { isOfType, namedBy, propertyOf, renderedProperties } from '../template/resource-reference.ts';
import {
  documentOf,
  hiddenContentOf,
  pathOfMethod,
  pathOfResource,
  type RestApiIdentity,
  restApiOf,
} from '../template/rest-api-identity.ts';
import type { ApiAuthorizer } from './api-authorizer.ts';
import type { AttachedApis, AttachedGroup } from './attached-apis.ts';
import { resourcePolicyErrors } from './resource-policy.ts';

/** A method as CloudFormation reads it, with overrides applied. */
interface AttachedMethod {
  readonly resource: CfnResource;
  /** `GET /orders/{id}` */
  readonly name: string;
  readonly restApi: RestApiIdentity;
  /** The resource of its custom authorizer; undefined: it has none, or one that this app does not define. */
  readonly authorizer: IConstruct | undefined;
  readonly needsApiKey: boolean;
}

/** Every method of the app, of all APIs. */
function methodsIn(root: IConstruct): readonly AttachedMethod[] {
  return root.node
    .findAll()
    .filter((construct) => isOfType(construct, 'AWS::ApiGateway::Method'))
    .map(readMethod);
}

function readMethod(resource: CfnResource): AttachedMethod {
  const needsApiKey = propertyOf(resource, 'ApiKeyRequired');
  return {
    resource,
    name: `${propertyOf(resource, 'HttpMethod')} ${pathOfMethod(resource)}`,
    restApi: restApiOf(resource),
    authorizer: authorizerOf(resource),
    needsApiKey: needsApiKey !== undefined && String(needsApiKey) !== 'false',
  };
}

function authorizerOf(method: CfnResource): IConstruct | undefined {
  if (propertyOf(method, 'AuthorizationType') !== 'CUSTOM') return undefined;
  return namedBy(propertyOf(method, 'AuthorizerId'), Stack.of(method))?.element;
}

/** Checks each API on its own: API Gateway selects among all methods of one API, and policies are made from all routes. */
export function attachmentErrors(root: IConstruct, attached: AttachedApis, routes: readonly Route[]): string[] {
  const methods = methodsIn(root);
  const { groups, authorizers } = attached;
  const bare = bareMethodErrors(methods.filter((method) => authorizers.some((one) => uses(method, one))));
  if (groups.length === 0) return [...bare, ...coverageErrors([], routes)];
  return [...bare, ...groups.flatMap((group) => groupErrors(group, methods, routes, groups.length > 1))];
}

function groupErrors(
  { identity, members }: AttachedGroup,
  methods: readonly AttachedMethod[],
  routes: readonly Route[],
  isNamed: boolean,
): readonly string[] {
  const own = methods.filter((method) => members.some(({ authorizer }) => authorizer && uses(method, authorizer)));
  const guarded = [...own.filter(isOfMethod).map(({ name }) => name), ...describedIn({ identity, members })];
  const path = typeof identity === 'string' ? members[0].api.node.path : pathOfResource(identity);
  const coverage = coverageErrors(guarded, routes).map((error) => (isNamed ? `${path}: ${error}` : error));
  if (typeof identity === 'string') return coverage;
  const others = methods.filter((method) => method.restApi === identity && !own.includes(method));
  const names = [...others.map(({ name }) => name), ...operationsOf(identity).map(({ name }) => name)];
  const open = new Set(names.filter((name) => !guarded.includes(name)));
  return [...coverage, ...resourcePolicyErrors(identity, { guarded, open }), ...apiKeyErrors(identity, own)];
}

function uses({ authorizer }: AttachedMethod, { resource }: ApiAuthorizer): boolean {
  return authorizer === resource;
}

/** The operations of the API's documents that use this authorizer, with overrides applied where synth can read them. */
function describedIn({ identity, members }: AttachedGroup): readonly string[] {
  const described = members.flatMap(({ operations }) => operations);
  if (described.length === 0 || typeof identity === 'string' || hiddenContentOf(identity) !== undefined)
    return described;
  return operationsOf(identity).flatMap(({ name, asked }) => (asked.includes(SECURITY_SCHEME) ? [name] : []));
}

interface DescribedOperation {
  readonly name: string;
  /** The names of the security schemes that the operation asks for. */
  readonly asked: readonly string[];
}

/** Every operation of the API's document, with overrides applied. */
function operationsOf(api: CfnResource): readonly DescribedOperation[] {
  return Object.entries(Object(documentOf(api).paths) as object).flatMap(([path, item]) =>
    Object.entries(Object(item) as object).map(([key, operation]) => ({
      name: `${key === 'x-amazon-apigateway-any-method' ? 'ANY' : key.toUpperCase()} ${path}`,
      asked: schemesAsked((Object(operation) as Readonly<Record<string, unknown>>).security),
    })),
  );
}

function schemesAsked(security: unknown): readonly string[] {
  return Array.isArray(security) ? security.flatMap((each) => Object.keys(Object(each) as object)) : [];
}

/** The operations of the API's document that use this authorizer and also ask for an API key. */
function keyedOperations(api: CfnResource): readonly string[] {
  const keyed = operationsOf(api).filter(({ asked }) => asked.includes(SECURITY_SCHEME) && asked.length > 1);
  return keyed.map(({ name }) => name);
}

/** A method without a route would answer 403 to everybody. A route without a method would open a method that is added later. */
function coverageErrors(protectedNames: readonly string[], routes: readonly Route[]): readonly string[] {
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
          `routes name ${name}, but no method of an API uses the authorizer there: add the method or remove the route.`,
      ),
  ];
}

/** Rejects a bare CfnMethod, such as `CfnInclude` makes: CDK adds no dependencies and no new deployment for it. */
function bareMethodErrors(methods: readonly AttachedMethod[]): readonly string[] {
  return methods
    .filter((method) => !isOfMethod(method))
    .map(
      ({ resource }) =>
        `${resource.node.path} is a CfnMethod that uses the authorizer: add the method with addMethod, and its route to routes.`,
    );
}

function isOfMethod({ resource: { node } }: AttachedMethod): boolean {
  return node.scope instanceof Method && node.scope.node.defaultChild?.node === node;
}

/** With `AUTHORIZER`, API Gateway takes the API key from the authorizer's answer. Ours has none, so every call would get 403. */
function apiKeyErrors(api: CfnResource, methods: readonly AttachedMethod[]): readonly string[] {
  const { ApiKeySourceType, Body } = renderedProperties(api);
  const documented = (Object(Body) as Readonly<Record<string, unknown>>)['x-amazon-apigateway-api-key-source'];
  const source = ApiKeySourceType ?? documented ?? 'HEADER';
  if (source === 'HEADER') return [];
  const setting = ApiKeySourceType === undefined ? 'x-amazon-apigateway-api-key-source' : 'apiKeySourceType';
  const error = (name: string, demand: string) =>
    `The API ${pathOfResource(api)} takes API keys from its authorizer (${JSON.stringify(source)}), and this authorizer ` +
    `gives none to ${name}, which needs one: set ${setting} to HEADER, or take ${demand}.`;
  return [
    ...methods
      .filter(({ needsApiKey }) => needsApiKey)
      .map(({ name }) => error(name, 'apiKeyRequired from the method')),
    ...keyedOperations(api).map((name) => error(name, 'the API key from the security of the operation')),
  ];
}
