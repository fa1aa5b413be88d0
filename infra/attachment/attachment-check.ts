import type { CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { DEFAULT_ROUTE, nameOf, type Route } from '../../lambda/policy/route.ts';
import { SECURITY_SCHEME } from '../openapi/protected-document.ts';
import { isHttpApi } from '../template/any-api.ts';
import { documentOf, hiddenContentOf } from '../template/api-content.ts';
import { isOfHttpApi, pathOfResource } from '../template/api-identity.ts';
import { propertyOf, renderedProperties } from '../template/resource-reference.ts';
import type { AttachedApi, AttachedApis, AttachedGroup } from './attached-apis.ts';
import { cacheKeyErrors } from './cache-key-check.ts';
import { type DefinedRoute, definedRoutesIn, isOfMethod } from './defined-routes.ts';
import { hiddenApiErrors } from './hidden-api-check.ts';
import { httpApiErrors, httpAuthorizerErrors } from './http-api-check.ts';
import { resourcePolicyErrors } from './resource-policy.ts';

/** One sentence for each mistake in how the APIs of an app use the authorizer. */
export function attachmentErrors(
  root: IConstruct,
  attached: AttachedApis,
  routes: readonly Route[],
): readonly string[] {
  return [
    ...hiddenApiErrors(root, attached),
    ...routeErrors(root, attached, routes),
    ...cacheKeyErrors(root, attached.authorizerFunction),
    ...httpAuthorizerErrors(root, attached),
  ];
}

/** Checks each API on its own: API Gateway selects among all routes of one API, and policies are made from all rules. */
function routeErrors(root: IConstruct, attached: AttachedApis, routes: readonly Route[]): readonly string[] {
  const defined = definedRoutesIn(root);
  const { groups, authorizers } = attached;
  const bare = bareMethodErrors(defined.filter((route) => authorizers.some((one) => uses(route, one))));
  if (groups.length === 0) return [...bare, ...coverageErrors([], routes, 'method')];
  return [...bare, ...groups.flatMap((group) => groupErrors(group, defined, routes, groups.length > 1))];
}

function groupErrors(
  { identity, members }: AttachedGroup,
  defined: readonly DefinedRoute[],
  routes: readonly Route[],
  isNamed: boolean,
): readonly string[] {
  const own = defined.filter((route) => members.some(({ authorizer }) => authorizer && uses(route, authorizer)));
  const guarded = [
    ...own.filter((route) => !isBareMethod(route)).map(({ name }) => name),
    ...describedIn({ identity, members }),
  ];
  const path = typeof identity === 'string' ? members[0].api.node.path : pathOfResource(identity);
  const isHttp = isHttpApi(members[0].api);
  const coverage = coverageErrors(guarded, routes, isHttp ? 'route' : 'method').map((error) =>
    isNamed ? `${path}: ${error}` : error,
  );
  if (isHttp) return [...coverage, ...httpApiErrors(identity, own)];
  if (typeof identity === 'string') return coverage;
  const others = defined.filter((route) => route.api === identity && !own.includes(route));
  const names = [...others.map(({ name }) => name), ...operationsOf(identity).map(({ name }) => name)];
  const open = new Set(names.filter((name) => !guarded.includes(name)));
  return [...coverage, ...resourcePolicyErrors(identity, { guarded, open }), ...apiKeyErrors(identity, own)];
}

function uses({ authorizer }: DefinedRoute, { resource }: NonNullable<AttachedApi['authorizer']>): boolean {
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
function coverageErrors(
  protectedNames: readonly string[],
  routes: readonly Route[],
  noun: 'method' | 'route',
): readonly string[] {
  const methods = new Set(protectedNames);
  const rules = new Set(routes.map(nameOf));
  return [
    ...[...methods]
      .filter((name) => !rules.has(name))
      .map((name) => `${name} uses the authorizer, but no route names it: add ${ruleOf(name)} to routes.`),
    ...[...rules]
      .filter((name) => !methods.has(name))
      .map(
        (name) =>
          `routes name ${name}, but no ${noun} of an API uses the authorizer there: add the ${noun} or remove the rule from routes.`,
      ),
  ];
}

/** The rule that a method or route needs, as a team writes it, without the scopes, which only the team knows. */
function ruleOf(name: string): string {
  const [method = '', path = ''] = name === DEFAULT_ROUTE ? ['ANY', name] : name.split(' ');
  return `{ method: '${method}', path: '${path}', scopes: [ … ] }`;
}

/** Rejects a bare CfnMethod, such as `CfnInclude` makes: CDK adds no dependencies and no new deployment for it. */
function bareMethodErrors(guarded: readonly DefinedRoute[]): readonly string[] {
  return guarded
    .filter(isBareMethod)
    .map(
      ({ resource }) =>
        `${resource.node.path} is a CfnMethod that uses the authorizer: add the method with addMethod, and its route to routes.`,
    );
}

/** A bare CfnRoute of an HTTP API is fine: it names its API and its path itself, and stages deploy it by themselves. */
function isBareMethod(route: DefinedRoute): boolean {
  return !isOfHttpApi(route.resource) && !isOfMethod(route);
}

/** With `AUTHORIZER`, API Gateway takes the API key from the authorizer's answer. Ours has none, so every call would get 403. */
function apiKeyErrors(api: CfnResource, methods: readonly DefinedRoute[]): readonly string[] {
  const { ApiKeySourceType, Body } = renderedProperties(api);
  const documented = (Object(Body) as Readonly<Record<string, unknown>>)['x-amazon-apigateway-api-key-source'];
  const source = ApiKeySourceType ?? documented ?? 'HEADER';
  if (source === 'HEADER') return [];
  const setting = ApiKeySourceType === undefined ? 'x-amazon-apigateway-api-key-source' : 'apiKeySourceType';
  const error = (name: string, demand: string) =>
    `The API ${pathOfResource(api)} takes API keys from its authorizer (${JSON.stringify(source)}), and this authorizer ` +
    `gives none to ${name}, which needs one: set ${setting} to HEADER, or take ${demand}.`;
  return [
    ...methods.filter(needsApiKey).map(({ name }) => error(name, 'apiKeyRequired from the method')),
    ...keyedOperations(api).map((name) => error(name, 'the API key from the security of the operation')),
  ];
}

function needsApiKey({ resource }: DefinedRoute): boolean {
  const needed = propertyOf(resource, 'ApiKeyRequired');
  return needed !== undefined && String(needed) !== 'false';
}
