import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** The rules of cdk-nag that some resource does not follow, and why that is right. */
export const NAG_SUPPRESSIONS = {
  'AwsSolutions::AwsSolutions-APIG2':
    'Only the backend knows what a body may contain, and the example backend reads none.',
  'AwsSolutions::AwsSolutions-APIG3':
    'A web ACL costs money by the month and by the request: teams that want one name it as webAcl in deployment.ts.',
  'AwsSolutions::AwsSolutions-APIG4':
    'A client without a token reads where to get one (RFC 9728), a signal proves by itself who sent it, and a preflight has no token.',
  'AwsSolutions::AwsSolutions-DDB3':
    'The table of signals holds records that expire, and no entry: without them, a repeated signal revokes what it revoked before.',
  'AwsSolutions::AwsSolutions-SQS3':
    'A message asks for a flush. When it expires, every decision that the flush would remove has left the cache by itself.',
  'AwsSolutions::AwsSolutions-COG4':
    'The Lambda authorizer replaces a user pool authorizer, which cannot revoke a token.',
  'AwsSolutions::AwsSolutions-COG8':
    'Threat protection (plus plan) costs money for each user, and every sign-in already needs a second factor.',
  'AwsSolutions::AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]':
    'API Gateway logs for the whole account with one role, into groups that it names itself: AWS made this policy for that.',
  'AwsSolutions::AwsSolutions-IAM5[Resource::*]':
    'Neither the two actions that send traces to X-Ray nor the one that lists tables for the console support resources.',
  'AwsSolutions::AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:cloudformation:<AWS::Region>:<AWS::AccountId>:stack/<AWS::StackName>/*]':
    'IAM checks a request for a stack by its name as stack/<name>/*, and the id of the stack is unknown before it is deployed.',
  'AwsSolutions::AwsSolutions-S1':
    'The bucket holds the audit trail itself: its access logs would need one more bucket with the same question.',
  'Serverless::Serverless-APIGWDefaultThrottling':
    'Only the team knows the load of its API: it sets throttle in deployment.ts.',
  'Serverless::Serverless-LambdaDLQ':
    'API Gateway or a stream invokes the function and waits. Only a schedule does not, and it runs again in an hour.',
  'Serverless::Serverless-EventBusDLQ': 'The schedule runs again in an hour: a lost event needs no queue.',
  'Serverless::Serverless-LambdaEventSourceMappingDestination':
    'The flusher gives up a batch before Lambda does, with an alarm for either. What comes from a queue goes to its dead-letter queue.',
  'Serverless::Serverless-SQSRedrivePolicy':
    'A request for a flush is useless when it expires, and a dead-letter queue needs no further one: an alarm rings.',
  'Serverless::Serverless-SNSRedrivePolicy':
    'An undelivered mail needs no queue: the alarm itself stays in CloudWatch.',
} as const;

export type NagRule = keyof typeof NAG_SUPPRESSIONS;

/**
 * Records, for cdk-nag and for auditors, that the resources below `construct` need not follow these rules. An app whose CDK has no
 * validations yet has none to answer.
 */
export function suppressRules(construct: IConstruct, ...rules: readonly NagRule[]): void {
  Validations?.of(construct).acknowledge(...rules.map((id) => ({ id, reason: NAG_SUPPRESSIONS[id] })));
}
