import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Rules of cdk-nag that this stack does not follow somewhere, and why that is right. */
export const NAG_SUPPRESSIONS = {
  'AwsSolutions::AwsSolutions-APIG2':
    'What a body may hold only the backend knows, and the example backend reads none.',
  'AwsSolutions::AwsSolutions-APIG3':
    'A web ACL is paid for by the month and by the request: teams that want one name it as webAcl in deployment.ts.',
  'AwsSolutions::AwsSolutions-COG4':
    'The Lambda authorizer stands in the place of a user pool authorizer, which cannot take a token back.',
  'AwsSolutions::AwsSolutions-COG8':
    'Threat protection of the plus plan is paid for by the user, and every sign-in needs a second factor already.',
  'AwsSolutions::AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]':
    'API Gateway logs for the whole account by one role, into groups that it names itself: the policy AWS made for that.',
  'AwsSolutions::AwsSolutions-IAM5[Resource::*]':
    'Neither the two actions that send traces to X-Ray nor the one that lists tables for the console know resources.',
  'AwsSolutions::AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:cloudformation:<AWS::Region>:<AWS::AccountId>:stack/<AWS::StackName>/*]':
    'A stack that is asked for by its name is checked as stack/<name>/*, and nobody knows its id before it is deployed.',
  'AwsSolutions::AwsSolutions-S1':
    'The bucket holds the audit trail itself: access logs of it would be one more bucket that asks for the same.',
  'Serverless::Serverless-APIGWDefaultThrottling':
    'The load an API is made for only its team knows: they name it as throttle in deployment.ts.',
  'Serverless::Serverless-LambdaDLQ':
    'API Gateway or a stream invokes the function and waits. Only a schedule does not, and what fails then comes again in an hour.',
  'Serverless::Serverless-EventBusDLQ': 'A schedule comes again in an hour: an event that is lost needs no queue.',
  'Serverless::Serverless-LambdaEventSourceMappingDestination':
    'The function gives a batch up before Lambda does; an alarm tells of either, and the result TTL has done its work by then.',
  'Serverless::Serverless-SNSRedrivePolicy':
    'A mail that cannot be delivered is no job for a queue: the alarm itself stays in CloudWatch.',
} as const;

export type NagRule = keyof typeof NAG_SUPPRESSIONS;

/** Says, for cdk-nag and whoever audits the stack, that what stands below `construct` does not follow these rules. */
export function suppressRules(construct: IConstruct, ...rules: readonly NagRule[]): void {
  Validations.of(construct).acknowledge(...rules.map((id) => ({ id, reason: NAG_SUPPRESSIONS[id] })));
}
