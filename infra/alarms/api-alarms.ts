import { Duration } from 'aws-cdk-lib';
import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { createAlarms } from './alarm-rule.ts';

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
