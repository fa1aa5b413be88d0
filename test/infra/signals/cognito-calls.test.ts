import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { cognitoSignals } from '../../../infra/senders/cognito-signals.ts';
import { tokenRevocation } from '../../../infra/senders/token-revocation.ts';
import { CognitoCalls } from '../../../infra/signals/cognito-calls.ts';
import { signalsOfCognitoEvent } from '../../../lambda/signal/cognito-event.ts';
import { receiverStack } from '../../support/signals/receiver-stack.ts';

const userPoolId = 'eu-central-1_AbCdEfGhI';
const sources = { pool: cognitoSignals({ userPoolId, trail: 'exists' }), app: tokenRevocation() };

function callsOf(region?: string) {
  const { stack, receiver } = receiverStack(region === undefined ? {} : { region });
  new CognitoCalls(stack, 'Calls', { receiver, sources });
  return Template.fromStack(stack);
}

function onlyOne(template: Template, type: string, id: string) {
  const found = Object.entries(template.findResources(type)).filter(([logicalId]) => logicalId.startsWith(id));
  expect(found).toHaveLength(1);
  return found[0] as (typeof found)[number];
}

describe("Cognito's API calls", () => {
  const template = callsOf();
  const [queueId, queue] = onlyOne(template, 'AWS::SQS::Queue', 'CallsQueue');
  const [deadId, dead] = onlyOne(template, 'AWS::SQS::Queue', 'CallsDeadLetters');
  const [ruleId, rule] = onlyOne(template, 'AWS::Events::Rule', 'CallsRule');
  const { EventPattern: pattern } = rule.Properties;

  it('are matched by EventBridge if they are of the pool, or name none, as those of a user with an access token', () => {
    expect(pattern).toMatchObject({
      source: ['aws.cognito-idp'],
      'detail-type': ['AWS API Call via CloudTrail'],
      detail: {
        eventSource: ['cognito-idp.amazonaws.com'],
        requestParameters: { userPoolId: [userPoolId, { exists: false }] },
      },
    });
  });

  it('are left out by EventBridge if they failed', () => {
    expect(pattern.detail.errorCode).toEqual([{ exists: false }, '']);
  });

  it('are matched by name, each a call that the receiver knows', () => {
    const source = { name: 'pool', issuerAlias: 'main', pace: 'at-once', userPoolId } as const;
    const names = pattern.detail.eventName as readonly string[];
    expect(names).toContain('AdminDisableUser');
    for (const eventName of names) {
      const record = {
        eventSource: 'cognito-idp.amazonaws.com',
        eventName,
        eventID: 'e1',
        eventTime: '2026-11-29T12:00:00Z',
      };
      expect(signalsOfCognitoEvent({ detail: record }, [source], 1_800_000_000), eventName).toHaveLength(1);
    }
  });

  it('are matched even if CloudTrail calls them reads', () => {
    expect(rule.Properties.State).toBe('ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS');
  });

  it('wait for the receiver in a queue that is encrypted and takes requests by TLS only', () => {
    for (const { Properties } of [queue, dead]) {
      expect(Properties).toMatchObject({ SqsManagedSseEnabled: true, MessageRetentionPeriod: 14 * 86_400 });
    }
    for (const id of [queueId, deadId]) {
      template.hasResourceProperties('AWS::SQS::QueuePolicy', { Queues: [{ Ref: id }] });
    }
    const denied = statements().filter(({ Effect }) => Effect === 'Deny');
    expect(denied.map(({ Condition }) => Condition)).toEqual(
      [queueId, deadId].map(() => ({ Bool: { 'aws:SecureTransport': 'false' } })),
    );
  });

  it('come from this rule alone', () => {
    const allowed = statements().filter(({ Effect }) => Effect === 'Allow');
    expect(allowed).toHaveLength(2);
    for (const { Action, Condition, Principal } of allowed) {
      expect(Principal).toEqual({ Service: 'events.amazonaws.com' });
      expect([Action].flat()).toContain('sqs:SendMessage');
      expect(Condition).toEqual({ ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [ruleId, 'Arn'] } } });
    }
  });

  it('come again for more than a day before they are dead letters', () => {
    const { VisibilityTimeout, RedrivePolicy } = queue.Properties;
    expect(RedrivePolicy.deadLetterTargetArn).toEqual({ 'Fn::GetAtt': [deadId, 'Arn'] });
    expect(VisibilityTimeout * RedrivePolicy.maxReceiveCount).toBeGreaterThan(86_400);
    expect(VisibilityTimeout).toBeGreaterThanOrEqual(6 * 10);
    expect(rule.Properties.Targets).toMatchObject([{ DeadLetterConfig: { Arn: { 'Fn::GetAtt': [deadId, 'Arn'] } } }]);
  });

  it('are given to the receiver, which says of each whether it comes again', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: { 'Fn::GetAtt': [queueId, 'Arn'] },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  function statements() {
    return Object.values(template.findResources('AWS::SQS::QueuePolicy')).flatMap(
      ({ Properties }) =>
        Properties.PolicyDocument.Statement as readonly {
          readonly Effect: string;
          readonly Action: string | readonly string[];
          readonly Principal: unknown;
          readonly Condition: unknown;
        }[],
    );
  }
});

describe('the Region of a user pool', () => {
  it('must be that of the stack, whose EventBridge hears of no other', () => {
    expect(() => callsOf('eu-west-1')).toThrow(
      'signals.pool.userPoolId is "eu-central-1_AbCdEfGhI": deploy to eu-central-1, because CloudTrail reports calls in the Region of ' +
        'the pool, and this stack stands in eu-west-1.',
    );
    expect(() => callsOf('eu-central-1')).not.toThrow();
  });
});
