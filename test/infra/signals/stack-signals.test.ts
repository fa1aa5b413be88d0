import { readFileSync } from 'node:fs';
import { Duration } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Deployment } from '../../../infra/settings/deployment-schema.ts';
import { DESCRIPTION_KEY } from '../../../lambda/configuration/authorizer-description.ts';
import { AWS_PRICES } from '../../../ops/plan/aws-prices.ts';
import { apiStackOf, soundDeployment, templateOf } from '../../support/cdk/test-app.ts';
import { clients, provider } from '../../support/signals/signal-sources.ts';

const templateWith = (options: Partial<Deployment>) => templateOf(apiStackOf({ ...soundDeployment, ...options }));

/** What the receiver says of itself, as text. */
function descriptionIn(template: Template): string {
  const functions = Object.entries(template.findResources('AWS::Lambda::Function'));
  const [, receiver] = functions.find(([id]) => id.startsWith('SignalsFunction')) ?? [];
  return JSON.stringify(receiver?.Metadata?.[DESCRIPTION_KEY] ?? 'none');
}

/** The number of metrics that the alarms of signals watch. */
function alarmMetricsIn(template: Template): number {
  const alarms = Object.entries(template.findResources('AWS::CloudWatch::Alarm'));
  return alarms
    .filter(([id]) => id.startsWith('Signals'))
    .flatMap<object>(
      ([
        ,
        {
          Properties: { Metrics = [{ MetricStat: {} }] },
        },
      ]) => Metrics,
    )
    .filter((metric) => 'MetricStat' in metric).length;
}

describe('a stack with sources of signals', () => {
  let template: Template;
  beforeAll(() => {
    const signalOptions = { flushEvery: Duration.seconds(60), throttle: { rate: 5, burst: 6 }, reservedConcurrency: 3 };
    template = templateWith({
      signals: { provider, app: clients },
      signalOptions,
      alarmEmail: 'on-call@acme.example',
    });
  });

  it('has their endpoints below /signals, and says where', () => {
    const resources = Object.values(template.findResources('AWS::ApiGateway::Resource'));
    const parts = resources.map(({ Properties }) => Properties.PathPart);
    expect(parts).toEqual(expect.arrayContaining(['signals', 'revoke', 'backchannel-logout', 'events']));
    expect(parts).not.toContain('global-token-revocation');
    template.hasOutput('SignalsUrl', {
      Value: { 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp('/v1/signals$')])] },
    });
  });

  it('has them on an HTTP API too, throttled, at its own address', () => {
    const http = templateWith({
      api: 'http',
      signals: { app: clients },
      signalOptions: { throttle: { rate: 5, burst: 6 } },
    });
    const [api] = Object.keys(http.findResources('AWS::ApiGatewayV2::Api'));
    http.hasOutput('SignalsUrl', { Value: { 'Fn::Join': ['', [{ 'Fn::GetAtt': [api, 'ApiEndpoint'] }, '/signals']] } });
    http.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      RouteSettings: { 'POST /signals/revoke': { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 6 } },
    });
    expect(descriptionIn(http)).toContain('\\"path\\":\\"/signals\\"');
  });

  it('asks for no token there, although the API does by default', () => {
    const methods = Object.entries(template.findResources('AWS::ApiGateway::Method'));
    const posts = methods.filter(
      ([id, { Properties }]) => id.startsWith('Apisignals') && Properties.HttpMethod === 'POST',
    );
    expect(posts).toHaveLength(3);
    for (const [, { Properties }] of posts) expect(Properties).toMatchObject({ AuthorizationType: 'NONE' });
  });

  it('passes the options on', () => {
    template.hasResourceProperties('AWS::SQS::Queue', { DelaySeconds: 70, FifoQueue: true });
    template.hasResourceProperties('AWS::ApiGateway::Stage', {
      MethodSettings: Match.arrayWith([
        Match.objectLike({
          HttpMethod: 'POST',
          ThrottlingRateLimit: 5,
          ThrottlingBurstLimit: 6,
          LoggingLevel: 'ERROR',
        }),
      ]),
    });
    template.hasResourceProperties('AWS::Lambda::Function', { Timeout: 10, ReservedConcurrentExecutions: 3 });
  });

  it('outputs the function whose metadata describes them', () => {
    template.hasOutput('SignalsLogicalId', { Value: Match.stringLikeRegexp('^SignalsFunction') });
    expect(descriptionIn(template)).toContain('/signals');
  });

  it('mails their alarms', () => {
    const alarms = Object.entries(template.findResources('AWS::CloudWatch::Alarm'));
    const own = alarms.filter(([id]) => id.startsWith('Signals'));
    expect(own.length).toBeGreaterThan(3);
    for (const [, { Properties }] of own) expect(Properties).toMatchObject({ AlarmActions: [expect.anything()] });
  });

  it('shows them on the dashboard', () => {
    const [dashboard] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
    expect(JSON.stringify(dashboard)).toContain('What do the providers say?');
  });
});

describe('a stack without sources of signals', () => {
  it('has nothing of them', () => {
    const template = templateWith({});
    const ids = Object.keys(template.toJSON().Resources);
    expect(ids.filter((id) => /signals/i.test(id))).toEqual([]);
    template.resourceCountIs('AWS::SQS::Queue', 0);
    expect(JSON.stringify(template.toJSON())).not.toMatch(/Signals(Url|LogicalId)|providers say/);
  });
});

describe('the user pool that a stack makes', () => {
  let template: Template;
  beforeAll(() => {
    template = templateWith({ issuers: {} });
  });

  it('is a source by itself, with a rule, a queue, a trail and no endpoint', () => {
    expect(descriptionIn(template)).toContain(String.raw`\"cognito\":[{\"name\":\"cognito\",\"issuerAlias\":\"main\"`);
    template.resourceCountIs('AWS::CloudTrail::Trail', 1);
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: Match.objectLike({
        source: ['aws.cognito-idp'],
        detail: Match.objectLike({
          requestParameters: { userPoolId: [{ Ref: Match.stringLikeRegexp('^IssuerPool') }, { exists: false }] },
        }),
      }),
    });
    expect(JSON.stringify(template.findResources('AWS::ApiGateway::Resource'))).not.toContain('"signals"');
    expect(template.findOutputs('SignalsUrl')).toEqual({});
    template.hasOutput('SignalsLogicalId', {});
  });

  it('needs no trail where the account has one', () => {
    const other = templateWith({ issuers: {}, cognitoTrail: 'exists' });
    other.resourceCountIs('AWS::CloudTrail::Trail', 0);
    expect(Object.keys(other.findResources('AWS::SQS::Queue'))).toHaveLength(2);
  });

  it.each<[string, Partial<Deployment>]>([
    ['cognitoTrail is none', { cognitoTrail: 'none' }],
    ['entries of users are not read', { revocationLevels: ['token', 'client'] }],
  ])('is no source where %s', (_when, options) => {
    const other = templateWith({ issuers: {}, ...options });
    other.resourceCountIs('AWS::SQS::Queue', 0);
    other.resourceCountIs('AWS::CloudTrail::Trail', 0);
    expect(other.findOutputs('SignalsLogicalId')).toEqual({});
  });

  it('is a source besides those that the deployment names', () => {
    const other = templateWith({ issuers: {}, signals: { app: clients } });
    const text = descriptionIn(other);
    expect(text).toContain(String.raw`\"cognito\":[{\"name\":\"cognito\"`);
    expect(text).toContain(String.raw`\"tokenRevocation\":{\"name\":\"app\"`);
  });

  it('has alarms that cost what docs/operations.md says', () => {
    const metrics = alarmMetricsIn(template);
    const cost = (metrics * AWS_PRICES.alarmMetricPerMonth).toFixed(2);
    const text = readFileSync('docs/operations.md', 'utf8').replaceAll(/\s+/g, ' ');
    expect(text).toContain(`${cost} more for the ${metrics} metrics that the alarms of its signals watch`);
  });
});
