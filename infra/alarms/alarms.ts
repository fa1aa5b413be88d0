import { Duration } from 'aws-cdk-lib';
import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

/** Something a person must look at. */
export interface AlarmRule {
  readonly id: string;
  /** What has happened and what it means for clients: the text of the mail. */
  readonly description: string;
  readonly metric: IMetric;
  /** Rings at this value, in one period of the metric; undefined: when the metric falls silent, for three. */
  readonly threshold: number | undefined;
}

/** Silence is no alarm but for what never rests: an API that nobody calls is up. */
export function createAlarms(scope: Construct, rules: readonly AlarmRule[]): readonly Alarm[] {
  return rules.map(
    ({ id, description, metric, threshold }) =>
      new Alarm(scope, id, {
        alarmDescription: description,
        metric,
        ...(threshold === undefined ? SILENCE : atOrAbove(threshold)),
      }),
  );
}

function atOrAbove(threshold: number) {
  return {
    threshold,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  };
}

const SILENCE = {
  threshold: 1,
  evaluationPeriods: 3,
  comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
  treatMissingData: TreatMissingData.BREACHING,
};

/**
 * What clients see, whoever's fault it is; the only sign of an authorizer that API Gateway may not invoke, or that does not
 * start. For several stages, each with a scope of its own.
 */
export function createApiAlarms(scope: Construct, stage: Stage): readonly Alarm[] {
  return createAlarms(scope, [
    {
      id: 'ApiServerErrors',
      description: 'The API answers with 5xx: the authorizer, its permission to be invoked, or the backend fails.',
      metric: stage.metricServerError({ statistic: 'Sum', period: Duration.minutes(5) }),
      threshold: 5,
    },
  ]);
}
