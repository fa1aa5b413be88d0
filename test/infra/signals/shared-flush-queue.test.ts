import { Duration } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { provider } from '../../support/signals/signal-sources.ts';
import { signalsStack } from '../../support/signals/signals-stack.ts';

let template: Template;
beforeAll(() => {
  template = signalsStack({ sources: { provider } }).template();
});

function queueIn(found: Template) {
  const [queue, ...others] = Object.entries(found.findResources('AWS::SQS::Queue'));
  if (queue === undefined || others.length > 0) throw new Error('The template should have one queue.');
  return { id: queue[0], properties: queue[1].Properties };
}

const settledIn = (found: Template) =>
  Object.entries(found.findResources('AWS::Lambda::Function')).find(([id]) =>
    id.startsWith('AuthorizerFlusherSettled'),
  );

describe('the queue of shared flushes', () => {
  it('is FIFO, encrypted, and takes messages over TLS only', () => {
    const { id, properties } = queueIn(template);
    expect(properties).toMatchObject({ FifoQueue: true, SqsManagedSseEnabled: true });
    // The sender names each period: by the content, all messages would be the same.
    expect(properties).not.toHaveProperty('ContentBasedDeduplication');
    template.hasResourceProperties('AWS::SQS::QueuePolicy', {
      Queues: [{ Ref: id }],
      PolicyDocument: {
        Statement: [
          Match.objectLike({
            Effect: 'Deny',
            Action: 'sqs:*',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        ],
      },
    });
  });

  it('shows a message when every decision made without the entries of its period has reached the cache', () => {
    // 30 s of the period, 2 s for clocks, 5 s of a decision, 2 s of its delivery and 1 s.
    expect(queueIn(template).properties.DelaySeconds).toBe(40);
  });

  it('hides a message for as long as the flusher may run, which Lambda demands', () => {
    const timeout = settledIn(template)?.[1].Properties.Timeout;
    expect(queueIn(template).properties.VisibilityTimeout).toBe(timeout);
  });

  it('keeps a message for as long as its flush is of use', () => {
    const { DelaySeconds, VisibilityTimeout, MessageRetentionPeriod } = queueIn(template).properties;
    // The result TTL, and the time of a decision.
    expect(MessageRetentionPeriod).toBe(DelaySeconds + VisibilityTimeout + 67);
  });

  it.each([
    [5, 15],
    [240, 250],
  ])('has a delay for a flush every %i s that SQS accepts: %i s', (every, delay) => {
    const options = { flushEvery: Duration.seconds(every) };
    const { properties } = queueIn(signalsStack({ sources: { provider }, options }).template());
    expect(properties.DelaySeconds).toBe(delay);
  });

  it('is kept within what SQS accepts for the longest result TTL and for none', () => {
    for (const resultTtl of [Duration.seconds(0), Duration.hours(1)]) {
      const { properties } = queueIn(signalsStack({ sources: { provider }, settings: { resultTtl } }).template());
      expect(properties.MessageRetentionPeriod).toBeGreaterThanOrEqual(60);
      expect(properties.MessageRetentionPeriod).toBeLessThanOrEqual(14 * 24 * 3600);
    }
  });

  it('is read by the flusher that flushes when decisions have settled, and by no other function', () => {
    const { id } = queueIn(template);
    const mappings = Object.values(template.findResources('AWS::Lambda::EventSourceMapping'));
    const ofQueue = mappings.filter(({ Properties }) => JSON.stringify(Properties.EventSourceArn).includes(id));
    expect(ofQueue).toEqual([
      expect.objectContaining({
        Properties: expect.objectContaining({
          FunctionName: { Ref: settledIn(template)?.[0] },
          BatchSize: 10,
        }),
        // Lambda tries the role when the mapping is created.
        DependsOn: expect.arrayContaining([expect.stringMatching(/^SignalsSharedFlushPolicy/)]),
      }),
    ]);
  });

  it('may be read by the role of that flusher, and the flusher may do no more there', () => {
    const { id } = queueIn(template);
    const policies = Object.entries(template.findResources('AWS::IAM::Policy'));
    const [, policy] = policies.find(([name]) => name.startsWith('SignalsSharedFlushPolicy')) ?? [];
    expect(policy?.Properties.Roles).toEqual([{ Ref: expect.stringMatching(/^AuthorizerFlusherSettledRole/) }]);
    expect(policy?.Properties.PolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
        Resource: { 'Fn::GetAtt': [id, 'Arn'] },
      },
    ]);
  });
});
