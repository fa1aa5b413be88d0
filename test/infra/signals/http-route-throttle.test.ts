import { Lazy } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import { type CfnStage, HttpApi, HttpStage, type IHttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { describe, expect, it } from 'vitest';
import { httpSignals } from '../../support/signals/http-signals.ts';
import { clients, provider } from '../../support/signals/signal-sources.ts';

describe('the throttle of signals on an HTTP API', () => {
  const stagesIn = (template: Template) => Object.values(template.findResources('AWS::ApiGatewayV2::Stage'));

  it('is 50 requests a second and 100 at once for each endpoint, and nothing for the rest of the API', () => {
    const [stage] = stagesIn(httpSignals({ sources: { provider } }).template());
    const throttle = { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 };
    expect(stage?.Properties.RouteSettings).toEqual({
      'POST /signals/backchannel-logout': throttle,
      'POST /signals/events': throttle,
    });
    expect(stage?.Properties).not.toHaveProperty('DefaultRouteSettings');
  });

  it('waits for its routes, because API Gateway rejects settings of a route that it does not have', () => {
    const template = httpSignals({ sources: { app: clients } }).template();
    const [route] = Object.keys(template.findResources('AWS::ApiGatewayV2::Route'));
    expect(stagesIn(template)[0]?.DependsOn).toContain(route);
  });

  it('is what the option says, at every stage, and repeats that metrics are detailed', () => {
    const options = { throttle: { rate: 7, burst: 9 } };
    const { api, stack, template } = httpSignals({ sources: { app: clients }, options });
    new HttpStage(stack, 'Blue', {
      httpApi: api as IHttpApi,
      stageName: 'blue',
      detailedMetricsEnabled: true,
      throttle: { rateLimit: 1000, burstLimit: 2000 },
    });
    expect(stagesIn(template()).map(({ Properties }) => Properties.RouteSettings['POST /signals/revoke'])).toEqual([
      { ThrottlingRateLimit: 7, ThrottlingBurstLimit: 9 },
      { ThrottlingRateLimit: 7, ThrottlingBurstLimit: 9, DetailedMetricsEnabled: true },
    ]);
  });

  it('leaves settings of a team for the same route as they are', () => {
    const { api, template } = httpSignals({ sources: { app: clients } });
    const own = { 'POST /signals/revoke': { ThrottlingRateLimit: 3 } };
    const stage = api.defaultStage?.node.defaultChild as CfnStage;
    stage.routeSettings = own;
    expect(stagesIn(template())[0]?.Properties.RouteSettings).toEqual(own);
  });

  it('is no setting of another API', () => {
    const { stack, template } = httpSignals({ sources: { app: clients } });
    new HttpApi(stack, 'Other');
    const settings = stagesIn(template()).map(({ Properties }) => Properties.RouteSettings);
    expect(settings.filter((setting) => setting !== undefined)).toHaveLength(1);
  });

  it('is an error at a stage whose settings synth cannot read', () => {
    const { api, template } = httpSignals({ sources: { app: clients } });
    const stage = api.defaultStage?.node.defaultChild as CfnStage;
    stage.routeSettings = Lazy.any({ produce: () => ({}) });
    expect(template).toThrow('team/Http/DefaultStage/Resource has route settings that synth cannot read');
  });
});
