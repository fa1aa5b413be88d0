import type { ApiKind } from '../../lambda/policy/route.ts';
import { type AppTemplate, constructPath, type TemplateResource } from './app-templates.ts';
import { type Resolve, resolverOf } from './template-references.ts';

/** An API of a synthesized app. */
export interface FoundApi {
  readonly kind: ApiKind;
  /** The name of the stack that has it. */
  readonly stack: string;
  /** Its resource; undefined: the app uses an API that another app made. */
  readonly resource: TemplateResource | undefined;
  /** Whether a document says its routes, which then are not listed here. */
  readonly isFromDocument: boolean;
  readonly routes: readonly FoundRoute[];
}

/** A method of a REST API, or a route of an HTTP API. */
export interface FoundRoute {
  readonly method: string;
  readonly path: string;
  readonly guard: Guard;
}

/** Who may call a route now. */
export interface Guard {
  /** API Gateway's word: `NONE`, `AWS_IAM`, `COGNITO_USER_POOLS`, `JWT` or `CUSTOM`. */
  readonly type: string;
  /** undefined: there is none, or another app made it. */
  readonly authorizer: TemplateResource | undefined;
  /** The scopes of which API Gateway asks for any one; undefined: only the deployment knows them. */
  readonly scopes: readonly string[] | undefined;
}

/** The types of one kind of API, and where its routes name their API. */
const KINDS = {
  rest: { api: 'AWS::ApiGateway::RestApi', route: 'AWS::ApiGateway::Method', id: 'RestApiId' },
  http: { api: 'AWS::ApiGatewayV2::Api', route: 'AWS::ApiGatewayV2::Route', id: 'ApiId' },
} as const;

/** The APIs of an app with their routes, in the order of the templates. */
export function foundApis(templates: readonly AppTemplate[]): readonly FoundApi[] {
  const resolve = resolverOf(templates);
  return [...apisOfKind('rest', templates, resolve), ...apisOfKind('http', templates, resolve)];
}

interface Group {
  readonly api: Omit<FoundApi, 'routes'>;
  readonly routes: FoundRoute[];
}

function apisOfKind(kind: ApiKind, templates: readonly AppTemplate[], resolve: Resolve): readonly FoundApi[] {
  const types = KINDS[kind];
  const apis = resourcesOfType(templates, types.api).filter(({ resource }) => !isWebSocketApi(resource));
  const groups = new Map(apis.map((api) => [identityOf(api.resource), groupOf(kind, api)]));
  for (const { stack, resource } of resourcesOfType(templates, types.route)) {
    const id = resource.properties[types.id];
    const api = resolve(id, resource);
    if (api !== undefined && isWebSocketApi(api)) continue;
    const identity = api === undefined ? JSON.stringify([stack, id]) : identityOf(api);
    const group = groups.get(identity) ?? groupOf(kind, { stack, resource: undefined });
    groups.set(identity, group);
    group.routes.push(...(kind === 'rest' ? restRoute(resource, resolve) : httpRoute(resource, resolve)));
  }
  return [...groups.values()].map(({ api, routes }) => ({ ...api, routes }));
}

function groupOf(kind: ApiKind, { stack, resource }: Pick<FoundApi, 'stack' | 'resource'>): Group {
  const { Body, BodyS3Location } = resource?.properties ?? {};
  const isFromDocument = Body !== undefined || BodyS3Location !== undefined;
  return { api: { kind, stack, resource, isFromDocument }, routes: [] };
}

function isWebSocketApi({ properties }: TemplateResource): boolean {
  return properties.ProtocolType === 'WEBSOCKET';
}

/** The resources of a type, each with the name of its stack. */
export function resourcesOfType(templates: readonly AppTemplate[], type: string) {
  return templates.flatMap(({ stack, resources }) =>
    resources.flatMap((resource) => (resource.type === type ? [{ stack, resource }] : [])),
  );
}

function identityOf({ file, logicalId }: TemplateResource): string {
  return JSON.stringify({ file, logicalId });
}

function restRoute(method: TemplateResource, resolve: Resolve): readonly FoundRoute[] {
  const { HttpMethod, ResourceId } = method.properties;
  const path = pathOf(ResourceId, method, resolve);
  if (typeof HttpMethod !== 'string' || path === undefined) return [];
  return [{ method: HttpMethod, path: path === '' ? '/' : path, guard: guardOf(method, resolve) }];
}

/** The path of a REST API's resource; empty: the root. undefined: a part of it is known only to the deployment. */
function pathOf(resourceId: unknown, from: TemplateResource, resolve: Resolve): string | undefined {
  const resource = resolve(resourceId, from);
  if (resource?.type !== 'AWS::ApiGateway::Resource') return '';
  const { ParentId, PathPart } = resource.properties;
  const parent = pathOf(ParentId, resource, resolve);
  return parent === undefined || typeof PathPart !== 'string' ? undefined : `${parent}/${PathPart}`;
}

function httpRoute(route: TemplateResource, resolve: Resolve): readonly FoundRoute[] {
  const { RouteKey } = route.properties;
  if (typeof RouteKey !== 'string') return [];
  const guard = guardOf(route, resolve);
  if (RouteKey === '$default') return [{ method: 'ANY', path: RouteKey, guard }];
  const [, method, path] = /^(\S+) (\/.*)$/s.exec(RouteKey) ?? [];
  return method === undefined || path === undefined ? [] : [{ method, path, guard }];
}

function guardOf(route: TemplateResource, resolve: Resolve): Guard {
  const { AuthorizationType = 'NONE', AuthorizerId, AuthorizationScopes } = route.properties;
  const scopes: readonly unknown[] = Array.isArray(AuthorizationScopes) ? AuthorizationScopes : [];
  const written = scopes.filter((scope) => typeof scope === 'string');
  return {
    type: String(AuthorizationType),
    authorizer: resolve(AuthorizerId, route),
    scopes: written.length === scopes.length ? written : undefined,
  };
}

/** What people call an API: the path of its construct, its logical id, or that another app made it. */
export function nameOfApi({ resource }: Pick<FoundApi, 'resource'>): string {
  return resource === undefined ? 'an API of another app' : (constructPath(resource) ?? resource.logicalId);
}
