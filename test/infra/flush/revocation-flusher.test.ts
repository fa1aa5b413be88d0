import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Deployment, type IRestApi, MockIntegration, RestApi, Stage } from 'aws-cdk-lib/aws-apigateway';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { RevocationFlusher } from '../../../infra/flush/revocation-flusher.ts';
import { RevocationTable } from '../../../infra/table/revocation-table.ts';

const issuers = [{ alias: 'main', maxTokenAge: 86_400, clockTolerance: 5, tokensWithoutId: 'digest' as const }];
const revocationEndpoint = 'https://dynamodb.example';
const times = { resultTtl: Duration.seconds(60), authorizerTimeout: Duration.seconds(5) };

function createStack(stageNames: readonly string[], resultTtl = times.resultTtl): Stack {
  const stack = new Stack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'Test');
  const table = new RevocationTable(stack, 'Table');
  const flusher = new RevocationFlusher(stack, 'Flusher', { table, revocationEndpoint, issuers, ...times, resultTtl });
  const api = new RestApi(stack, 'Api', { deploy: false });
  // CDK's classes are not assignable to their interfaces under exactOptionalPropertyTypes.
  const anyApi = api as IRestApi;
  api.root.addMethod('GET', new MockIntegration());
  for (const stageName of stageNames) {
    const stage = new Stage(stack, stageName, {
      stageName,
      deployment: new Deployment(stack, `${stageName}D`, { api: anyApi }),
    });
    flusher.addStage({ restApiId: api.restApiId, stageName: stage.stageName });
  }
  return stack;
}

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

function statementsOf(template: Template): readonly Statement[] {
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  return policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[]);
}

describe('the flusher of two stages', () => {
  let template: Template;
  beforeAll(() => {
    template = Template.fromStack(createStack(['live', 'beta']));
  });

  it('is two functions from one asset, on Node.js 24 and arm64', () => {
    const flushers = Object.values(template.findResources('AWS::Lambda::Function'));
    expect(flushers.map(({ Properties }) => Properties.Environment.Variables.MODE)).toEqual(['at-once', 'settled']);
    expect(new Set(flushers.map(({ Properties }) => JSON.stringify(Properties.Code))).size).toBe(1);
    template.allResourcesProperties('AWS::Lambda::Function', { Runtime: 'nodejs24.x', Architectures: ['arm64'] });
  });

  it("asks API Gateway's management API in the Region and partition of the stack", () => {
    template.allResourcesProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: {
          API_GATEWAY_ENDPOINT: {
            'Fn::Join': ['', ['https://apigateway.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }]],
          },
        },
      },
    });
  });

  it('waits as long as a decision can take, and its timeout leaves five seconds after the longest flush', () => {
    const variables = { SETTLE_SECONDS: '8', GIVE_UP_SECONDS: '67' };
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { MODE: 'at-once', ...variables } },
      Timeout: 28,
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { MODE: 'settled', ...variables } },
      Timeout: 55,
    });
  });

  it('reads the stream without a batching window, and lets the function give up before Lambda does', () => {
    template.resourceCountIs('AWS::Lambda::EventSourceMapping', 2);
    template.allResourcesProperties('AWS::Lambda::EventSourceMapping', {
      StartingPosition: 'TRIM_HORIZON',
      MaximumRecordAgeInSeconds: 187,
      MaximumBatchingWindowInSeconds: Match.absent(),
      MaximumRetryAttempts: Match.absent(),
      FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT","MODIFY"]}' }] },
      EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Table'), 'StreamArn'] },
    });
  });

  it('knows every stage, including those added after it', () => {
    const [flusher] = Object.values(template.findResources('AWS::Lambda::Function'));
    const stages = flusher?.Properties.Environment.Variables.STAGES['Fn::Join'][1] as readonly unknown[];
    const text = stages.map((part) => (typeof part === 'string' ? part : Object.values(part as object)[0])).join('');
    expect(JSON.parse(text)).toEqual([
      { restApiId: expect.stringMatching(/^Api/), stageName: expect.stringMatching(/^live/) },
      { restApiId: expect.stringMatching(/^Api/), stageName: expect.stringMatching(/^beta/) },
    ]);
  });

  it('may delete the caches of the two stages and nothing else of API Gateway', () => {
    const flush = statementsOf(template).filter(({ Action }) => Action === 'apigateway:DELETE');
    expect(flush).toHaveLength(2);
    for (const { Resource } of flush) {
      const arns = (Resource as readonly { 'Fn::Join': [string, readonly unknown[]] }[]).map(
        (arn) => arn['Fn::Join'][1],
      );
      expect(arns).toEqual([
        [
          'arn:',
          { Ref: 'AWS::Partition' },
          ':apigateway:',
          { Ref: 'AWS::Region' },
          '::/restapis/',
          { Ref: expect.stringMatching(/^Api/) },
          '/stages/',
          { Ref: expect.stringMatching(/^live/) },
          '/cache/authorizers',
        ],
        [
          'arn:',
          { Ref: 'AWS::Partition' },
          ':apigateway:',
          { Ref: 'AWS::Region' },
          '::/restapis/',
          { Ref: expect.stringMatching(/^Api/) },
          '/stages/',
          { Ref: expect.stringMatching(/^beta/) },
          '/cache/authorizers',
        ],
      ]);
    }
  });

  it('has no wildcard in any action, and in a resource only for X-Ray, which supports nothing else', () => {
    for (const { Action, Resource } of statementsOf(template)) {
      expect(JSON.stringify(Action)).not.toContain('*');
      if (!JSON.stringify(Action).includes('xray:')) expect(JSON.stringify(Resource)).not.toContain('*');
    }
  });

  it('has alarms for flushes that fail, are given up or come late, and for wrong entries', () => {
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
    expect(alarms.map(({ Properties }) => Properties.MetricName)).toEqual(
      expect.arrayContaining(['StageGone', 'FlushFailed', 'FlushAbandoned', 'IteratorAge', 'EntryFinding']),
    );
    template.resourcePropertiesCountIs('AWS::CloudWatch::Alarm', { TreatMissingData: 'notBreaching' }, 15);
  });

  it.each(['AtOnce', 'Settled'])(
    'rings when Lambda drops entries of the %s flusher, by the metrics it asks for',
    (name) => {
      const [mapping] = mappingOf(template, name);
      template.allResourcesProperties('AWS::Lambda::EventSourceMapping', {
        MetricsConfig: { Metrics: ['EventCount'] },
      });
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        Namespace: 'AWS/Lambda',
        MetricName: 'DroppedEventCount',
        Dimensions: [{ Name: 'EventSourceMappingUUID', Value: { Ref: mapping } }],
        Statistic: 'Sum',
        Threshold: 1,
      });
    },
  );

  it.each(['AtOnce', 'Settled'])(
    'has an alarm for the case that the %s flusher does not read the stream at all',
    (name) => {
      const [mapping] = mappingOf(template, name);
      const Dimensions = [{ Name: 'EventSourceMappingUUID', Value: { Ref: mapping } }];
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        Metrics: [
          Match.objectLike({ Expression: 'FILL(polled, 0)' }),
          Match.objectLike({
            Id: 'polled',
            MetricStat: Match.objectLike({
              Metric: { Namespace: 'AWS/Lambda', MetricName: 'PolledEventCount', Dimensions },
              Stat: 'SampleCount',
            }),
          }),
        ],
        EvaluationPeriods: 3,
        ComparisonOperator: 'LessThanThreshold',
        Threshold: 1,
        TreatMissingData: 'breaching',
      });
    },
  );

  it('has an alarm for the case that Lambda has no concurrency for either flusher', () => {
    template.resourcePropertiesCountIs('AWS::CloudWatch::Alarm', { MetricName: 'Throttles', Statistic: 'Sum' }, 2);
  });
});

function mappingOf(template: Template, name: string): readonly string[] {
  const mappings = Object.keys(template.findResources('AWS::Lambda::EventSourceMapping'));
  return mappings.filter((id) => id.startsWith(`Flusher${name}`));
}

it('a flush is tried again for as long as a long result TTL', () => {
  const template = Template.fromStack(createStack(['live'], Duration.hours(1)));
  template.allResourcesProperties('AWS::Lambda::EventSourceMapping', { MaximumRecordAgeInSeconds: 3600 + 7 + 120 });
});

it('a result TTL of zero leaves an entry that waited behind another one enough time to be flushed', () => {
  const template = Template.fromStack(createStack(['live'], Duration.seconds(0)));
  template.allResourcesProperties('AWS::Lambda::Function', {
    Environment: { Variables: Match.objectLike({ GIVE_UP_SECONDS: '36' }) },
  });
});

it('the flusher reads the targets of the table every hour, and no other attribute', () => {
  const template = Template.fromStack(createStack(['live']));
  const [atOnce] = Object.entries(template.findResources('AWS::Lambda::Function')).flatMap(([id, { Properties }]) =>
    Properties.Environment.Variables.MODE === 'at-once' ? [id] : [],
  );
  template.hasResourceProperties('AWS::Events::Rule', {
    ScheduleExpression: 'rate(1 hour)',
    State: 'ENABLED',
    Targets: [Match.objectLike({ Arn: { 'Fn::GetAtt': [atOnce, 'Arn'] } })],
  });
  template.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Action: 'dynamodb:Scan',
          Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Table'), 'Arn'] },
          Condition: Match.objectLike({
            'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['target'] },
            Null: { 'dynamodb:Attributes': 'false' },
          }),
        }),
      ]),
    },
  });
});

it('a flusher without a stage is rejected at synth', () => {
  expect(() => App.of(createStack([]))?.synth()).toThrow(/no stage to flush/);
});

it('a table without a stream is rejected', () => {
  const stack = new Stack(new App(), 'Test');
  const table = new Table(stack, 'Table', { partitionKey: { name: 'target', type: AttributeType.STRING } });
  expect(() => new RevocationFlusher(stack, 'Flusher', { table, revocationEndpoint, issuers, ...times })).toThrow(
    /no stream/,
  );
});
