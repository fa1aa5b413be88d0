import { Duration } from 'aws-cdk-lib';
import { type Alarm, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { IEventSourceMapping, IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { FlushMode } from '../../lambda/configuration/environment.ts';
import { FLUSH_METRICS } from '../../lambda/flush/flush-log.ts';
import { type AlarmRule, createAlarms } from './alarms.ts';
import { loggedMetric, mappingMetric } from './function-metrics.ts';

/** Younger than this, a batch that waits for its function is no news, in milliseconds. */
const MAX_WAIT_FOR_FUNCTION = 60_000;

/** The flusher's two functions, and how each reads the stream. */
export interface StreamReaders {
  readonly functions: Readonly<Record<FlushMode, IFunction>>;
  readonly mappings: Readonly<Record<FlushMode, IEventSourceMapping>>;
}

/** What a person must look at: nothing rings for a flush that worked when it was tried again. */
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
        'A stage that the flusher flushes does not exist any more: deploy again without it, or with the one in its place.',
      metric: loggedMetric({ function: flusher, name: FLUSH_METRICS.gone }),
      threshold: 1,
    },
  ];
}

/**
 * Whether entries reach the function at all. Its own metrics are silent where they do not, and so is the iterator age,
 * which Lambda writes when the function has finished a batch (Lambda developer guide, "DynamoDB metrics").
 */
function alarmsOfReading(name: string, flusher: IFunction, mapping: IEventSourceMapping): readonly AlarmRule[] {
  return [
    {
      id: `${name}FlusherLate`,
      description: 'Revocation entries wait in the stream: batches of the flusher fail, or take long.',
      metric: flusher.metric('IteratorAge', { statistic: 'Maximum', period: Duration.minutes(1) }),
      threshold: MAX_WAIT_FOR_FUNCTION,
    },
    {
      id: `${name}FlusherThrottled`,
      description: 'Lambda has no concurrency for the flusher: revocation entries wait, and are dropped in the end.',
      metric: flusher.metricThrottles({ statistic: 'Sum', period: Duration.minutes(5) }),
      threshold: 3,
    },
    {
      id: `${name}EntriesDropped`,
      description: 'Lambda dropped revocation entries that the flusher never finished: nobody flushed for them.',
      metric: mappingMetric(mapping, 'DroppedEventCount'),
      threshold: 1,
    },
    {
      id: `${name}FlusherStopped`,
      description: 'Nobody reads the stream of revocation entries: the mapping is disabled, or its role lost a right.',
      // Lambda counts a reading that found nothing too, as zero: only one that stands still has no samples.
      metric: readingsOf(mapping),
      threshold: undefined,
    },
  ];
}

/** In five minutes. Filled, because CloudWatch would look back past three silent periods for an older one that was not. */
function readingsOf(mapping: IEventSourceMapping): MathExpression {
  const period = Duration.minutes(5);
  const polled = mappingMetric(mapping, 'PolledEventCount', { statistic: 'SampleCount', period });
  return new MathExpression({ expression: 'FILL(polled, 0)', usingMetrics: { polled }, label: 'readings', period });
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
        'Revocation entries stand in the table that the deployment does not read, so that their tokens are admitted: was an alias renamed, or a level dropped?',
      // Longer than an hour, so that it rings until an inspection finds none.
      metric: loggedMetric({
        function: flusher,
        name: FLUSH_METRICS.unread,
        statistic: 'Maximum',
        period: Duration.hours(2),
      }),
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
