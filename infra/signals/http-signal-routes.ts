import { Annotations, Stack, Token } from 'aws-cdk-lib';
import {
  CfnApi,
  type HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpRoute,
  HttpRouteKey,
  type IHttpApi,
  PayloadFormatVersion,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { FunctionIntegration, permitHttpApi } from '../api/function-integration.ts';
import { DeploymentError } from '../errors.ts';
import { suppressRules } from '../nag-suppressions.ts';
import { shown } from '../settings/values/shown-value.ts';
import type { SignalPaths, SignalRoutes } from './signal-routes.ts';

/** `HttpApi` is not assignable to `IHttpApi` under exactOptionalPropertyTypes. */
export type AnyHttpApi = IHttpApi | HttpApi;

/** The routes that were added, and their paths by endpoint. */
export interface AddedHttpRoutes {
  readonly routes: readonly HttpRoute[];
  readonly paths: SignalPaths;
}

/**
 * Adds `POST` for each endpoint below a path of an HTTP API, and lets API Gateway invoke the function for them. The function gets payload
 * 1.0, as from a REST API.
 *
 * @throws DeploymentError for a path that is none, and for an endpoint that is there already
 */
export function addHttpSignalRoutes(
  api: AnyHttpApi,
  path: string,
  { endpoints, functionArn, corsOrigins }: SignalRoutes,
): AddedHttpRoutes {
  const prefix = prefixOf(path);
  const payloadFormatVersion = PayloadFormatVersion.VERSION_1_0;
  const integration = new FunctionIntegration('Signals', { functionArn, payloadFormatVersion });
  const paths = endpoints.map((endpoint) => [endpoint, `${prefix}/${endpoint}`] as const);
  const routes = paths.map(([, ownPath]) => addRoute(api as IHttpApi, ownPath, integration));
  const requests = `*/POST${prefix}/*`;
  permitHttpApi(api, `SignalsPermission${prefix}`, { apiId: api.apiId, functionArn, requests });
  if (endpoints.includes('revoke')) warnOfPreflight(api, `${prefix}/revoke`, corsOrigins);
  return { routes, paths: Object.fromEntries(paths) };
}

/** The addresses of paths of an HTTP API, at its stage `$default`; empty for an API that the CDK gave no stage. */
export function httpAddressesOf(api: AnyHttpApi, paths: SignalPaths): SignalPaths {
  if (api.defaultStage === undefined) return {};
  const { region, urlSuffix } = Stack.of(api);
  const address = `https://${api.apiId}.execute-api.${region}.${urlSuffix}`;
  return Object.fromEntries(Object.entries(paths).map(([endpoint, path]) => [endpoint, `${address}${path}`]));
}

function prefixOf(path: string): string {
  if (path === '/') return '';
  if (/^(\/[A-Za-z0-9._~-]+)+$/.test(path)) return path;
  throw new DeploymentError(
    `addHttpRoutes: path is ${shown(path)}: write a path without parameters, and without a slash at the end, such as /signals.`,
  );
}

/** Open, whatever the default authorizer of the API is: the message itself proves who sent it. */
function addRoute(httpApi: IHttpApi, path: string, integration: FunctionIntegration): HttpRoute {
  // The id that the CDK gives the routes of `addRoutes`.
  const id = `POST${path}`;
  if (httpApi.node.tryFindChild(id) !== undefined) {
    throw new DeploymentError(
      `${httpApi.node.path} has POST ${path} already: leave it out, or give addHttpRoutes another path.`,
    );
  }
  const routeKey = HttpRouteKey.with(path, HttpMethod.POST);
  const route = new HttpRoute(httpApi, id, { httpApi, routeKey, integration, authorizer: new HttpNoneAuthorizer() });
  suppressRules(route, 'AwsSolutions::AwsSolutions-APIG4');
  return route;
}

/** The CORS configuration of an HTTP API answers the preflights of all its paths, and replaces the headers of the function. */
function warnOfPreflight(api: AnyHttpApi, path: string, corsOrigins: readonly string[]): void {
  const resource = api.node.defaultChild;
  if (!(resource instanceof CfnApi) || Token.isUnresolved(resource.corsConfiguration)) return;
  const { allowOrigins = [], allowMethods = [] } = (resource.corsConfiguration ?? {}) as CfnApi.CorsProperty;
  const mayPost = allowMethods.some((method) => method === '*' || method === 'POST');
  const missing = corsOrigins.filter(
    (origin) => !mayPost || !allowOrigins.some((allowed) => ['*', origin].includes(allowed)),
  );
  if (missing.length === 0) return;
  Annotations.of(api).addWarningV2(
    'bearer-authorizer:revoke-preflight',
    `The CORS configuration of ${api.node.path} does not let pages of ${shown(missing)} call POST ${path}: name them in its corsPreflight, by ` +
      "allowOrigins, with allowMethods: [CorsHttpMethod.POST] and allowHeaders: ['authorization', 'content-type'].",
  );
}
