import { createHash } from 'node:crypto';
import { Aws, Duration, Stack } from 'aws-cdk-lib';
import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import type { IHttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

/** An alarm: something that a person must look at. */
export interface AlarmRule {
  readonly id: string;
  /** What has happened, and what it means for clients. It is the text of the mail. */
  readonly description: string;
  readonly metric: IMetric;
  /** The alarm rings when one period of the metric reaches this value; undefined: when `silentPeriods` have no data, or zero. */
  readonly threshold: number | undefined;
  /** Only without a threshold. @default 3 */
  readonly silentPeriods?: number;
}

/** Missing data is OK, except for metrics that always report: an idle API is not an outage. */
export function createAlarms(scope: Construct, rules: readonly AlarmRule[]): readonly Alarm[] {
  return rules.map(
    ({ id, description, metric, threshold, silentPeriods = 3 }) =>
      new Alarm(scope, id, {
        alarmName: alarmName(scope, id),
        alarmDescription: description,
        metric,
        ...(threshold === undefined ? silenceOf(silentPeriods) : atOrAbove(threshold)),
      }),
  );
}

/** CloudWatch takes names of 255 characters, and CloudFormation gives a stack up to 128. */
const MAX_PATH_LENGTH = 255 - 128 - '/'.length;

/**
 * `<stack>/<path in the stack>`: readable in a mail, and unique in an account and Region, as the names of stacks are. No name of a
 * stack has a slash, so that `--alarm-name-prefix <stack>/` finds the alarms of one stack.
 */
function alarmName(scope: Construct, id: string): string {
  const scopes = scope.node.scopes.slice(Stack.of(scope).node.scopes.length);
  const path = [...scopes.map(({ node }) => node.id), id].join('/');
  return `${Aws.STACK_NAME}/${path.length <= MAX_PATH_LENGTH ? path : shortened(path)}`;
}

/** The end of the path, which has the alarm's own id, after a digest of all of it. */
function shortened(path: string): string {
  const digest = createHash('sha256').update(path).digest('hex').slice(0, 8);
  return `${digest}/${path.slice(digest.length + '/'.length - MAX_PATH_LENGTH)}`;
}

function atOrAbove(threshold: number) {
  return {
    threshold,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  };
}

function silenceOf(periods: number) {
  return {
    threshold: 1,
    evaluationPeriods: periods,
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    treatMissingData: TreatMissingData.BREACHING,
  };
}

/**
 * Creates an alarm on 5xx responses of a stage of a REST or an HTTP API, whosever fault they are. It is the only alarm that rings for an
 * authorizer that API Gateway may not invoke, or that does not start. For several stages, give each a scope of its own.
 *
 * @returns the alarms, which notify nobody until you add an action (`mailAlarms`)
 */
export function createApiAlarms(scope: Construct, stage: Stage | IHttpStage): readonly Alarm[] {
  return createAlarms(scope, [
    {
      id: 'ApiServerErrors',
      description: 'The API answers with 5xx: the authorizer, its permission to be invoked, or the backend fails.',
      metric: stage.metricServerError({ statistic: 'Sum', period: Duration.minutes(5) }),
      threshold: 5,
    },
  ]);
}
