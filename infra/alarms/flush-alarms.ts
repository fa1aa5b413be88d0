import { Duration } from 'aws-cdk-lib';
import type { Alarm, IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { IEventSourceMapping, IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { FlushMode } from '../../lambda/configuration/environment.ts';
import { FLUSH_METRICS } from '../../lambda/flush/flush-log.ts';
import { type AlarmRule, createAlarms } from './alarms.ts';
import { loggedMetric, mappingMetric, orZero } from './function-metrics.ts';

/** The age of the oldest waiting batch at which the alarm rings, in milliseconds. */
const MAX_ITERATOR_AGE = 60_000;

/** The flusher's two functions, and how each reads the stream. */
export interface StreamReaders {
  readonly functions: Readonly<Record<FlushMode, IFunction>>;
  readonly mappings: Readonly<Record<FlushMode, IEventSourceMapping>>;
}

/** Alarms on the flusher. None rings for a flush that succeeds when it is tried again. */
export function createFlushAlarms(scope: Construct, { functions, mappings }: StreamReaders): readonly Alarm[] {
  return createAlarms(scope, [
    ...alarmsOfFlushes('AtOnce', functions['at-once']),
    ...alarmsOfReading('AtOnce', functions['at-once'], mappings['at-once']),
    ...alarmsOfFlushes('Settled', functions.settled),
    ...alarmsOfReading('Settled', functions.settled, mappings.settled),
    ...alarmsOfEntries(functions['at-once']),
  ]);
}

function alarmsOfFlushes(name: string, flusher: IFunction): readonly AlarmRule[] {
  return [
    {
      id: `${name}FlushesFail`,
      description:
        'Flushes of the result cache fail, or its stages cannot be read: revoked tokens may keep working for the result TTL.',
      metric: loggedMetric({ function: flusher, name: FLUSH_METRICS.failed, period: Duration.minutes(5) }),
      threshold: 3,
    },
    {
      id: `${name}FlushesAbandoned`,
      description:
        'A stage was not flushed for revocations: there they take effect when cached decisions expire, or with a later flush.',
      metric: loggedMetric({ function: flusher, name: FLUSH_METRICS.abandoned }),
      threshold: 1,
    },
    {
      id: `${name}StageGone`,
      description:
        'A stage that the flusher flushes no longer exists: deploy again without it, or with the stage that replaces it.',
      metric: loggedMetric({ function: flusher, name: FLUSH_METRICS.gone }),
      threshold: 1,
    },
  ];
}

/**
 * Alarms for entries that do not reach the function. Its own metrics have no data then, and neither has the iterator age, which
 * Lambda writes when the function has finished a batch (Lambda developer guide, "DynamoDB metrics").
 */
function alarmsOfReading(name: string, flusher: IFunction, mapping: IEventSourceMapping): readonly AlarmRule[] {
  return [
    {
      id: `${name}FlusherLate`,
      description: 'Revocation entries wait in the stream: batches of the flusher fail, or take long.',
      metric: flusher.metric('IteratorAge', { statistic: 'Maximum', period: Duration.minutes(1) }),
      threshold: MAX_ITERATOR_AGE,
    },
    {
      id: `${name}FlusherThrottled`,
      description: 'Lambda has no concurrency for the flusher: revocation entries wait, and are dropped in the end.',
      metric: flusher.metricThrottles({ statistic: 'Sum', period: Duration.minutes(5) }),
      threshold: 3,
    },
    {
      id: `${name}EntriesDropped`,
      description: 'Lambda dropped revocation entries that the flusher never finished: nothing was flushed for them.',
      metric: mappingMetric(mapping, 'DroppedEventCount'),
      threshold: 1,
    },
    {
      id: `${name}FlusherStopped`,
      description:
        'Nobody reads the stream of revocation entries: the mapping is disabled, or its role lost a permission.',
      // Lambda also counts a poll that found nothing, as zero: only a mapping that does not poll has no samples.
      metric: pollsOf(mapping),
      threshold: undefined,
    },
  ];
}

function pollsOf(mapping: IEventSourceMapping): MathExpression {
  const period = Duration.minutes(5);
  return orZero('polled', mappingMetric(mapping, 'PolledEventCount', { statistic: 'SampleCount', period }), 'readings');
}

function alarmsOfEntries(flusher: IFunction): readonly AlarmRule[] {
  return [
    {
      id: 'EntryFindings',
      description:
        'A revocation entry revokes nothing, vanishes too soon or never, or was dated by a wrong clock: see the log.',
      metric: loggedMetric({ function: flusher, name: FLUSH_METRICS.finding }),
      threshold: 1,
    },
    {
      id: 'EntriesUnread',
      description:
        'The table has revocation entries that the deployment does not read, so their tokens are accepted: was an alias renamed, or a level dropped?',
      metric: unreadEntries(flusher),
      threshold: 1,
    },
    {
      id: 'BreakGlassEntries',
      description:
        'Somebody revoked a signing key or a whole issuer: if it was not you, find out who, by the audit trail.',
      metric: loggedMetric({ function: flusher, name: FLUSH_METRICS.breakGlass }),
      threshold: 1,
    },
  ];
}

/** Over two hours, so that the alarm rings until an hourly inspection finds no such entry. */
function unreadEntries(flusher: IFunction): IMetric {
  const unread = { function: flusher, name: FLUSH_METRICS.unread };
  return loggedMetric({ ...unread, statistic: 'Maximum', period: Duration.hours(2) });
}
