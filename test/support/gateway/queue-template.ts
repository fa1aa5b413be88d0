import type { JsonObject, Template } from '../../../local/cloudformation/template.ts';
import { templateWith } from './small-template.ts';

const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });

interface QueueTemplateOptions {
  readonly queue?: JsonObject;
  readonly mapping?: JsonObject;
}

/** The small template with a queue that its backend may send to and takes messages from, and a dead-letter queue. */
export function queueTemplate({ queue = {}, mapping = {} }: QueueTemplateOptions = {}): Template {
  return templateWith({
    DeadLetters: { Type: 'AWS::SQS::Queue', Properties: {} },
    Queue: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        RedrivePolicy: { deadLetterTargetArn: arnOf('DeadLetters'), maxReceiveCount: 2 },
        VisibilityTimeout: 30,
        ...queue,
      },
    },
    QueueMapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { EventSourceArn: arnOf('Queue'), FunctionName: { Ref: 'Backend' }, BatchSize: 2, ...mapping },
    },
    QueuePolicy: {
      Type: 'AWS::IAM::Policy',
      Properties: {
        Roles: [{ Ref: 'Role' }],
        PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: arnOf('Queue') }] },
      },
    },
  });
}
