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
 * What a person must look at. Lambda's own Errors is not among it: the authorizer says 401 by throwing, so that every
 * client with an expired token would ring.
 */
export function createAuthorizerAlarms(
  scope: Construct,
  authorizer: IFunction,
  issuerAliases: readonly string[],
): readonly Alarm[] {
  return createAlarms(scope, [
    ...alarmsOfDecisions(authorizer),
    ...issuerAliases.flatMap((alias) => alarmsOfKeySet(authorizer, alias)),
  ]);
}

function alarmsOfDecisions(authorizer: IFunction): readonly AlarmRule[] {
  const counted = (name: string) => ({ function: authorizer, name, period: PERIOD });
  const failures = metricsByValue(counted(AUTHORIZER_METRICS.failed), 'Cause', FAILURE_CAUSES);
  const malformed = metricsByValue(counted(AUTHORIZER_METRICS.entryMalformed), 'Level', REVOCATION_LEVELS);
  return [
    {
      id: 'DecisionsFail',
      description: 'The authorizer cannot know whether tokens are good: clients get 503. The log names the cause.',
      metric: sumOf('failed', failures, PERIOD),
      threshold: 3,
    },
    {
      id: 'DecisionsTimeOut',
      description: 'Lambda cuts decisions off before the authorizer can say why: clients get 503.',
      metric: authorizer.metricDuration({ statistic: 'Maximum', period: Duration.minutes(1) }),
      // No honest decision comes near: see the timeout. Lambda counts one that it cut off with about the timeout itself.
      threshold: AUTHORIZER_TIMEOUT.toMilliseconds() - 100,
    },
    {
      id: 'AuthorizerThrottled',
      description: 'Lambda turns the authorizer away for want of concurrency: clients get 503, good tokens or not.',
      metric: authorizer.metricThrottles({ statistic: 'Sum', period: Duration.minutes(1) }),
      threshold: 1,
    },
    {
      id: 'EntriesMalformed',
      description: 'Tokens are rejected because of a revocation entry whose `before` cannot be read: mend the entry.',
      metric: sumOf('malformed', malformed, PERIOD),
      threshold: 1,
    },
  ];
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
      // The change, not the number: Keycloak and others always publish a key for encryption beside those for signatures.
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
