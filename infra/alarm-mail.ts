import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';

/** One topic for all alarms. Nothing is mailed before the address has confirmed its subscription. */
export function mailAlarms(scope: Construct, address: string, alarms: readonly Alarm[]): void {
  const topic = new Topic(scope, 'Alarms', { enforceSSL: true });
  topic.addSubscription(new EmailSubscription(address));
  const action = new SnsAction(topic);
  for (const alarm of alarms) alarm.addAlarmAction(action);
}
