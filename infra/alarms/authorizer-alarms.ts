import { Duration } from 'aws-cdk-lib';
import { type Alarm, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { FAILURE_CAUSES } from '../../lambda/errors.ts';
import { AUTHORIZER_METRICS } from '../../lambda/log/authorizer-log.ts';
import { REVOCATION_LEVELS } from '../../lambda/revocation/revocation-level.ts';
import { AUTHORIZER_TIMEOUT } from '../functions/authorizer-function.ts';
import { type AlarmRule, createAlarms } from './alarms.ts';
import { loggedMetric, metricsByValue, sumOf } from './function-metrics.ts';

const PERIOD = Duration.minutes(5);

/**
 * Alarms on the authorizer. Lambda's own metric Errors has none: the authorizer answers 401 by throwing, so every client with an
 * expired token would set it off.
 */
export function createAuthorizerAlarms(
  scope: Construct,
  authorizer: IFunction,
  issuerAliases: readonly string[],
): readonly Alarm[] {
  return createAlarms(scope, [
    failureAlarm(authorizer),
    ...alarmsOfLambda(authorizer),
    malformedEntryAlarm(authorizer),
    ...issuerAliases.flatMap((alias) => alarmsOfKeySet(authorizer, alias)),
  ]);
}

function failureAlarm(authorizer: IFunction): AlarmRule {
  const failed = { function: authorizer, name: AUTHORIZER_METRICS.failed, period: PERIOD };
  return {
    id: 'DecisionsFail',
    description: 'The authorizer cannot know whether tokens are good: clients get 503. The log names the cause.',
    metric: sumOf('failed', metricsByValue(failed, 'Cause', FAILURE_CAUSES), PERIOD),
    threshold: 3,
  };
}

function alarmsOfLambda(authorizer: IFunction): readonly AlarmRule[] {
  return [
    {
      id: 'DecisionsTimeOut',
      description: 'Lambda cuts decisions off before the authorizer can say why: clients get 503.',
      metric: authorizer.metricDuration({ statistic: 'Maximum', period: Duration.minutes(1) }),
      // Other decisions end long before (see the timeout). Lambda reports about the timeout itself for one that it cut off.
      threshold: AUTHORIZER_TIMEOUT.toMilliseconds() - 100,
    },
    {
      id: 'AuthorizerThrottled',
      description:
        'Lambda has no concurrency left for the authorizer: clients get 503, whether their tokens are good or not.',
      metric: authorizer.metricThrottles({ statistic: 'Sum', period: Duration.minutes(1) }),
      threshold: 1,
    },
  ];
}

function malformedEntryAlarm(authorizer: IFunction): AlarmRule {
  const malformed = { function: authorizer, name: AUTHORIZER_METRICS.entryMalformed, period: PERIOD };
  return {
    id: 'EntriesMalformed',
    description: 'Tokens are rejected because of a revocation entry whose `before` cannot be read: mend the entry.',
    metric: sumOf('malformed', metricsByValue(malformed, 'Level', REVOCATION_LEVELS), PERIOD),
    threshold: 1,
  };
}

function alarmsOfKeySet(authorizer: IFunction, alias: string): readonly AlarmRule[] {
  const ofIssuer = { function: authorizer, dimension: { Issuer: alias } };
  const dropped = { ...ofIssuer, name: AUTHORIZER_METRICS.keyDropped, period: Duration.hours(1) };
  return [
    {
      id: `KeySetStale-${alias}`,
      description: `The key set of ${alias} cannot be refreshed: an hour after the last refresh clients get 503.`,
      metric: loggedMetric({ ...ofIssuer, name: AUTHORIZER_METRICS.keySetStale, period: PERIOD }),
      threshold: 1,
    },
    {
      id: `KeysDropped-${alias}`,
      description: `${alias} has changed how many keys it publishes that may sign no token (too weak, damaged, private).`,
      // Not the number itself, because Keycloak and others always publish an encryption key besides their signature keys.
      metric: new MathExpression({
        expression: 'most - least',
        usingMetrics: {
          most: loggedMetric({ ...dropped, statistic: 'Maximum' }),
          least: loggedMetric({ ...dropped, statistic: 'Minimum' }),
        },
        label: 'change',
        period: Duration.hours(1),
      }),
      threshold: 1,
    },
  ];
}
