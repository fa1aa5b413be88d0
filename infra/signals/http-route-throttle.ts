import { Aspects, Stage as CdkStage, Token } from 'aws-cdk-lib';
import { type CfnRoute, CfnStage, type HttpRoute } from 'aws-cdk-lib/aws-apigatewayv2';
import { DeploymentError } from '../errors.ts';
import type { Throttle } from '../settings/values/throttle.ts';
import { apiBehind, apiOf } from '../template/api-identity.ts';

/**
 * Throttles routes of one HTTP API, at each of its stages in this app. Stages may be defined later, so an aspect looks for them.
 *
 * The settings of one route replace those for all routes, so they repeat whether metrics are detailed. A route with settings of its own
 * keeps them.
 */
export function throttleRoutes(routes: readonly HttpRoute[], throttle: Throttle): void {
  const [first] = routes;
  if (first === undefined) return;
  const identity = apiBehind(first.httpApi.apiId, first);
  Aspects.of(CdkStage.of(first) ?? first.node.root).add({
    visit: (construct) => {
      if (construct instanceof CfnStage && apiOf(construct) === identity) addSettings(construct, routes, throttle);
    },
  });
}

function addSettings(stage: CfnStage, routes: readonly HttpRoute[], { rate, burst }: Throttle): void {
  const { routeSettings = {}, defaultRouteSettings = {} } = stage;
  if (Token.isUnresolved(routeSettings) || Token.isUnresolved(defaultRouteSettings)) throw unreadable(stage);
  const { detailedMetricsEnabled } = defaultRouteSettings as CfnStage.RouteSettingsProperty;
  const settings = {
    ThrottlingRateLimit: rate,
    ThrottlingBurstLimit: burst,
    ...(detailedMetricsEnabled !== undefined && { DetailedMetricsEnabled: detailedMetricsEnabled }),
  };
  const added = routes.map(({ node }) => [(node.defaultChild as CfnRoute).routeKey, settings] as const);
  stage.routeSettings = { ...Object.fromEntries(added), ...routeSettings };
  // API Gateway rejects settings of a route that it does not have yet.
  stage.node.addDependency(...routes);
}

function unreadable({ node }: CfnStage): DeploymentError {
  return new DeploymentError(
    `The stage ${node.path} has route settings that synth cannot read: write them as an object, to which the throttle of the signals is ` +
      'added.',
  );
}
