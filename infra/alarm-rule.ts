import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

/** Something a person must look at. */
export interface AlarmRule {
  readonly id: string;
  /** What has happened and what it means for clients: the text of the mail. */
  readonly description: string;
  readonly metric: IMetric;
  /** Rings at this value, in one period of the metric. */
  readonly threshold: number;
}

/** Silence is no alarm: an API that nobody calls is up. */
export function createAlarms(scope: Construct, rules: readonly AlarmRule[]): readonly Alarm[] {
  return rules.map(
    ({ id, description, metric, threshold }) =>
      new Alarm(scope, id, {
        alarmDescription: description,
        metric,
        threshold,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      }),
  );
}
