import { Duration } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { FLUSH_METRICS } from '../lambda/flush-log.ts';
import type { FlushMode } from '../lambda/flusher-environment.ts';
import { type AlarmRule, createAlarms } from './alarm-rule.ts';
import { loggedMetric } from './function-metrics.ts';

/** Younger than this, a batch that waits for its function is no news, in milliseconds. */
const LONGEST_WAIT_FOR_FUNCTION = 60_000;

/** What a person must look at: nothing rings for a flush that worked when it was tried again. */
export function createFlushAlarms(
  scope: Construct,
  functions: Readonly<Record<FlushMode, IFunction>>,
): readonly Alarm[] {
  return createAlarms(scope, [
    ...alarmsOf('AtOnce', functions['at-once']),
    ...alarmsOf('Settled', functions.settled),
    ...alarmsOfEntries(functions['at-once']),
  ]);
}

function alarmsOf(name: string, flusher: IFunction): readonly AlarmRule[] {
  return [
    {
      id: `${name}FlushesFail`,
      description: 'Flushes of the result cache fail: revoked tokens may keep working for the result TTL.',
      metric: loggedMetric({ function: flusher, name: FLUSH_METRICS.failed, period: Duration.minutes(5) }),
      threshold: 3,
    },
    {
      id: `${name}FlushesAbandoned`,
      description: 'Revocations took effect only when cached decisions had expired: they were never flushed.',
      metric: loggedMetric({ function: flusher, name: FLUSH_METRICS.abandoned }),
      threshold: 1,
    },
    {
      id: `${name}FlusherLate`,
      description: 'Revocation entries wait in the stream: the flusher does not run, or fails before it starts.',
      metric: flusher.metric('IteratorAge', { statistic: 'Maximum', period: Duration.minutes(1) }),
      threshold: LONGEST_WAIT_FOR_FUNCTION,
    },
  ];
}

function alarmsOfEntries(flusher: IFunction): readonly AlarmRule[] {
  return [
    {
      id: 'EntryFindings',
      description:
        'Somebody wrote a revocation entry that revokes nothing, or vanishes too soon, or never: see the log.',
      metric: loggedMetric({ function: flusher, name: FLUSH_METRICS.finding }),
      threshold: 1,
    },
    {
      id: 'BreakGlassEntries',
      description: 'Somebody revoked a signing key or a whole issuer: if it was not you, find out who, by CloudTrail.',
      metric: loggedMetric({ function: flusher, name: FLUSH_METRICS.breakGlass }),
      threshold: 1,
    },
  ];
}
