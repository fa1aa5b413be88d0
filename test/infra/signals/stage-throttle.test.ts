import { Lazy } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { type CfnStage, MethodLoggingLevel, Stage } from 'aws-cdk-lib/aws-apigateway';
import { describe, expect, it } from 'vitest';
import { clients, provider } from '../../support/signals/signal-sources.ts';
import { type SignalsStackOptions, signalsStack } from '../../support/signals/signals-stack.ts';

type Setting = Readonly<Record<string, unknown>>;

function settingsIn(template: Template): readonly Setting[] {
  const [stage] = Object.values(template.findResources('AWS::ApiGateway::Stage'));
  return stage?.Properties.MethodSettings ?? [];
}

const settingsOf = (options: Partial<SignalsStackOptions>) =>
  settingsIn(signalsStack({ sources: { app: clients }, ...options }).template());

describe('the throttle of signals', () => {
  it('is 50 requests a second and 100 at once for each endpoint, and nothing for the rest of the API', () => {
    const settings = settingsOf({ sources: { app: clients, provider } });
    const expected = (path: string) => ({
      HttpMethod: 'POST',
      ResourcePath: `/~1signals~1${path}`,
      ThrottlingRateLimit: 50,
      ThrottlingBurstLimit: 100,
      CachingEnabled: false,
      DataTraceEnabled: false,
    });
    expect(settings).toEqual(['revoke', 'backchannel-logout', 'events'].map(expected));
  });

  it('is what the option says', () => {
    const [setting] = settingsOf({ options: { throttle: { rate: 7, burst: 9 } } });
    expect(setting).toMatchObject({ ThrottlingRateLimit: 7, ThrottlingBurstLimit: 9 });
  });

  it('repeats the settings for all methods, which it would replace', () => {
    const deployOptions = {
      metricsEnabled: true,
      loggingLevel: MethodLoggingLevel.ERROR,
      throttlingRateLimit: 1000,
      throttlingBurstLimit: 2000,
    };
    const [ofAll, setting] = settingsOf({ api: { deployOptions } });
    expect(ofAll).toMatchObject({ HttpMethod: '*', ResourcePath: '/*', ThrottlingRateLimit: 1000 });
    expect(setting).toMatchObject({
      HttpMethod: 'POST',
      MetricsEnabled: true,
      LoggingLevel: 'ERROR',
      ThrottlingRateLimit: 50,
      ThrottlingBurstLimit: 100,
    });
  });

  it('neither caches a response nor logs a body, which holds a token, even where other methods do', () => {
    const deployOptions = { cachingEnabled: true, dataTraceEnabled: true, loggingLevel: MethodLoggingLevel.INFO };
    const [ofAll, setting] = settingsOf({ api: { deployOptions } });
    expect(ofAll).toMatchObject({ CachingEnabled: true, DataTraceEnabled: true });
    expect(setting).toMatchObject({ CachingEnabled: false, DataTraceEnabled: false });
  });

  it('leaves settings of a team for the same method as they are', () => {
    const methodOptions = { '/signals/revoke/POST': { throttlingRateLimit: 3, throttlingBurstLimit: 4 } };
    const settings = settingsOf({ api: { deployOptions: { methodOptions } } });
    expect(settings).toHaveLength(1);
    expect(settings[0]).toMatchObject({ ResourcePath: '/~1signals~1revoke', ThrottlingRateLimit: 3 });
  });

  it('holds at every stage of the API, also at one that is defined later', () => {
    const { stack, api } = signalsStack({ sources: { app: clients } });
    if (api.latestDeployment === undefined) throw new Error('The API has no deployment.');
    new Stage(stack, 'Blue', { deployment: api.latestDeployment, stageName: 'blue' });
    const stages = Object.values(Template.fromStack(stack).findResources('AWS::ApiGateway::Stage'));
    expect(stages).toHaveLength(2);
    for (const { Properties } of stages) expect(Properties.MethodSettings).toHaveLength(1);
  });

  it('is an error at a stage whose settings synth cannot read', () => {
    const { stack, api } = signalsStack({ sources: { app: clients } });
    const stage = api.deploymentStage.node.defaultChild as CfnStage;
    stage.methodSettings = Lazy.any({ produce: () => [] });
    expect(() => Template.fromStack(stack)).toThrow(
      'team/Orders/DeploymentStage.prod/Resource has method settings that synth cannot read',
    );
  });
});
