import type { Stack } from 'aws-cdk-lib';
import {
  HttpApi,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
  type IHttpApi,
  type IHttpRouteAuthorizer,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpUrlIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Construct } from 'constructs';
import { DEFAULT_ROUTE, type Route } from '../../../lambda/policy/route.ts';

/** A new one for each use: an integration belongs to the API of its first route. */
export function backend(): HttpUrlIntegration {
  return new HttpUrlIntegration('Backend', 'https://backend.example');
}

/** Adds a route to an API for each rule of a table. */
export function addHttpRoutes(
  scope: Construct,
  httpApi: IHttpApi,
  routes: readonly Route[],
  authorizer: IHttpRouteAuthorizer,
): readonly HttpRoute[] {
  const integration = backend();
  return routes.map(({ method, path }) => {
    const routeKey = path === DEFAULT_ROUTE ? HttpRouteKey.DEFAULT : HttpRouteKey.with(path, HttpMethod[method]);
    return new HttpRoute(scope, `${method} ${path.replaceAll('/', '.')}`, {
      httpApi,
      routeKey,
      integration,
      authorizer,
    });
  });
}

/** An HTTP API with a route for each rule of a table, and with its stage `$default`. */
export function newHttpApi(stack: Stack, routes: readonly Route[], authorizer: IHttpRouteAuthorizer): HttpApi {
  const api = new HttpApi(stack, 'HttpOrders');
  addHttpRoutes(stack, api as IHttpApi, routes, authorizer);
  return api;
}
