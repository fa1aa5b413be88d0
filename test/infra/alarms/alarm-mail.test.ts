import type { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { describe, expect, it } from 'vitest';
import { BearerAuthorizer, createApiAlarms, mailAlarms } from '../../../infra/library.ts';
import { apiStackOf, issuer, newStack, soundDeployment, templateOf } from '../../support/cdk/test-app.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Principal: { readonly Service?: string } | string;
  readonly Condition?: unknown;
}

interface Reference {
  readonly Ref: string;
}

/** The topics that alarms publish to, with how many alarms each. */
function topicsOfAlarms(template: Template): ReadonlyMap<string, number> {
  const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
  const topics = alarms.map(({ Properties }) => (Properties.AlarmActions as readonly Reference[])[0]?.Ref ?? '');
  return new Map([...new Set(topics)].map((topic) => [topic, topics.filter((other) => other === topic).length]));
}

/** A topic's own policy. Without one, SNS lets the account's services publish; with one, it does not. */
function policyOf(template: Template, topic: string): readonly Statement[] {
  return Object.values(template.findResources('AWS::SNS::TopicPolicy'))
    .filter(({ Properties }) => (Properties.Topics as readonly Reference[]).some(({ Ref }) => Ref === topic))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[]);
}

describe('an authorizer on the API a team already has', () => {
  it('has an alarm for decisions that Lambda cuts off, which its own log cannot show', () => {
    const stack = newStack();
    addAuthorizedApi(stack);
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/Lambda',
      MetricName: 'Duration',
      Statistic: 'Maximum',
      Threshold: 4900,
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: Match.stringLikeRegexp('^AuthorizerFunction') } }],
    });
  });

  it("mails its alarms, the flusher's and those of the API by what the package exports", () => {
    const stack = newStack();
    const { authorizer, api } = addAuthorizedApi(stack);
    const alarms = [
      ...authorizer.alarms,
      ...(authorizer.flusher?.alarms ?? []),
      ...createApiAlarms(stack, api.deploymentStage),
    ];
    mailAlarms(stack, { address: 'on-call@acme.example', alarms });
    const template = Template.fromStack(stack);
    const names = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(
      ({ Properties }) => Properties.MetricName,
    );
    expect(names).toContain('5XXError');
    expect([...topicsOfAlarms(template).values()]).toEqual([names.length]);
  });
});

function addAuthorizedApi(stack: Stack) {
  const routes = [{ method: 'GET', path: '/', scopes: [] }] as const;
  const authorizer = new BearerAuthorizer(stack, 'Authorizer', { issuers: { main: issuer }, routes });
  const api = new RestApi(stack, 'Api');
  api.root.addMethod('GET', new MockIntegration(), { authorizer });
  return { authorizer, api };
}

describe('the mail of alarms', () => {
  const template = templateOf(apiStackOf({ ...soundDeployment, alarmEmail: 'on-call@acme.example' }));
  const topics = topicsOfAlarms(template);
  const [topic = ''] = topics.keys();

  it('is sent by one topic for all alarms, to which the address is subscribed', () => {
    expect([...topics.values()]).toEqual([Object.keys(template.findResources('AWS::CloudWatch::Alarm')).length]);
    template.hasResourceProperties('AWS::SNS::Subscription', { TopicArn: { Ref: topic } });
  });

  it('may be published by CloudWatch, but only for alarms of this account', () => {
    const publishers = policyOf(template, topic).filter(({ Effect }) => Effect === 'Allow');
    expect(publishers).toEqual([
      {
        Sid: 'AlarmsOfThisAccountMayPublish',
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: { Ref: topic },
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      },
    ]);
  });

  it('may be published over TLS', () => {
    const denials = policyOf(template, topic).filter(({ Effect }) => Effect === 'Deny');
    expect(denials.map(({ Condition }) => Condition)).toEqual([{ Bool: { 'aws:SecureTransport': 'false' } }]);
  });
});
