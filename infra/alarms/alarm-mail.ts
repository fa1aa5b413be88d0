import { Aws } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { suppressRules } from '../nag-suppressions.ts';
import { checkFields, matching, type ValidatorsOf, valueWhere } from '../settings/values/validators.ts';

/** The properties of {@link mailAlarms}. */
export interface AlarmMailProps {
  /** The e-mail address. AWS asks it once to confirm. */
  readonly address: string;
  /** The alarms to mail: those of a `BearerAuthorizer`, of its `flusher`, and of `createApiAlarms`. */
  readonly alarms: readonly Alarm[];
  /**
   * The KMS key that encrypts the topic.
   * @default the topic is not encrypted at rest: its messages say which alarm rings, and nothing else
   */
  readonly encryptionKey?: IKey | undefined;
}

export const mailAddress = matching(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'write one e-mail address');

const PROPS: ValidatorsOf<AlarmMailProps> = {
  address: mailAddress,
  alarms: valueWhere(Array.isArray, 'write a list of alarms: [ … ]'),
  encryptionKey: () => undefined,
};

/**
 * Mails alarms by one SNS topic. Nothing is mailed before the address has confirmed its subscription.
 * @throws DeploymentError naming the property
 */
export function mailAlarms(scope: Construct, props: AlarmMailProps): void {
  checkFields('mailAlarms', props, PROPS);
  const { address, alarms, encryptionKey } = props;
  const topic = new Topic(scope, 'Alarms', {
    enforceSSL: true,
    ...(encryptionKey !== undefined && { masterKey: encryptionKey }),
  });
  topic.addToResourcePolicy(alarmsMayPublish(topic));
  topic.addSubscription(new EmailSubscription(address));
  suppressRules(topic, 'Serverless::Serverless-SNSRedrivePolicy');
  const action = new SnsAction(topic);
  for (const alarm of alarms) alarm.addAlarmAction(action);
}

/**
 * Lets the account's alarms publish to the topic. SNS's default policy does, but `enforceSSL` replaces it by one with a Deny only, to
 * which CDK's action adds nothing: every alarm would fail with "not authorized to perform: SNS:Publish".
 */
function alarmsMayPublish({ topicArn }: Topic): PolicyStatement {
  return new PolicyStatement({
    sid: 'AlarmsOfThisAccountMayPublish',
    principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
    actions: ['sns:Publish'],
    resources: [topicArn],
    conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
  });
}
