import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { exceptFrom } from './rule-exceptions.ts';

export interface AlarmMailProps {
  readonly address: string;
  readonly alarms: readonly Alarm[];
  /** @default the topic is not encrypted at rest: it says which alarm rings, and nothing else */
  readonly encryptionKey?: IKey | undefined;
}

/** One topic for all alarms. Nothing is mailed before the address has confirmed its subscription. */
export function mailAlarms(scope: Construct, { address, alarms, encryptionKey }: AlarmMailProps): void {
  const topic = new Topic(scope, 'Alarms', {
    enforceSSL: true,
    ...(encryptionKey !== undefined && { masterKey: encryptionKey }),
  });
  topic.addSubscription(new EmailSubscription(address));
  exceptFrom(topic, 'Serverless::Serverless-SNSRedrivePolicy');
  const action = new SnsAction(topic);
  for (const alarm of alarms) alarm.addAlarmAction(action);
}
