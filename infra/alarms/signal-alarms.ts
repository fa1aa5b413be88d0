import { Duration } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as CdkFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { SignalType } from '../../lambda/signal/signal.ts';
import { SIGNAL_FAILURES, SIGNAL_METRICS } from '../../lambda/signal/signal-log.ts';
import { MESSAGE_KINDS, type MessageKind } from '../../lambda/signal/signal-source.ts';
import type { SignalSources } from '../senders/resolved-sources.ts';
import type { SignalSource } from '../settings/signal-schema.ts';
import { type AlarmRule, createAlarms } from './alarms.ts';
import { loggedMetric, metricsByValue, orZero, sumOf } from './function-metrics.ts';

const PERIOD = Duration.minutes(5);

/** Messages that are rejected, or name nobody, are counted for so long: sign-outs may be rare. */
const LONG_PERIOD = Duration.hours(1);

/** Seconds that a message may wait longer than it must. */
const MAX_WAIT = 120;

/** What receives signals, and what is worth watching there. */
export interface WatchedSignals {
  /** The function that receives signals. Its timeout is known. */
  readonly receiver: CdkFunction;
  readonly sources: SignalSources;
  /** The queue of shared flushes, and the seconds after which it shows a message. undefined: no source shares a flush. */
  readonly sharedFlush?: { readonly queue: IQueue; readonly delay: number } | undefined;
  /** The queues of Cognito's API calls. undefined: no source is a user pool. */
  readonly cognitoCalls?: { readonly queue: IQueue; readonly deadLetters: IQueue } | undefined;
}

/** Alarms on the receiver of signals, its queues and its sources. */
export function createSignalAlarms(scope: Construct, watched: WatchedSignals): readonly Alarm[] {
  const { receiver, sources, sharedFlush, cognitoCalls } = watched;
  return createAlarms(scope, [
    ...alarmsOfReceiver(receiver),
    ...Object.entries(sources).flatMap(([name, source]) => alarmsOfSource(receiver, name, source)),
    ...(sharedFlush === undefined ? [] : [sharedFlushAlarm(sharedFlush.queue, sharedFlush.delay)]),
    ...(cognitoCalls === undefined ? [] : alarmsOfCalls(cognitoCalls.queue, cognitoCalls.deadLetters)),
  ]);
}

function alarmsOfReceiver(receiver: CdkFunction): readonly AlarmRule[] {
  const failed = { function: receiver, name: SIGNAL_METRICS.failed, period: PERIOD };
  return [
    {
      id: 'SignalsFail',
      description:
        'Signals cannot be handled, so what they would revoke goes on until their senders come again. The log names the cause.',
      metric: sumOf('failed', metricsByValue(failed, 'Cause', SIGNAL_FAILURES), PERIOD),
      threshold: 3,
    },
    {
      id: 'SignalsTimeOut',
      description: 'Lambda cuts signals off before the function can say why: their senders have to come again.',
      metric: receiver.metricDuration({ statistic: 'Maximum', period: Duration.minutes(1) }),
      threshold: (receiver.timeout?.toMilliseconds() ?? 0) - 100,
    },
    {
      id: 'SignalsThrottled',
      description:
        'Lambda has no concurrency left for signals. Logout tokens are lost by it, because no provider sends one twice.',
      metric: receiver.metricThrottles({ statistic: 'Sum', period: Duration.minutes(1) }),
      threshold: 1,
    },
  ];
}

function alarmsOfSource(receiver: CdkFunction, name: string, source: SignalSource): readonly AlarmRule[] {
  // A client may well revoke a token that has expired, or somebody try a token of another API.
  if (source.kind === 'token-revocation') return [];
  const { silentAfter } = source;
  return [
    rejectedAlarm(receiver, name),
    unmatchedAlarm(receiver, name, source),
    ...(source.kind === 'sender' && source.messages['security-event'] ? [stoppedAlarm(receiver, name)] : []),
    ...(silentAfter === undefined ? [] : [silentAlarm(receiver, name, silentAfter)]),
  ];
}

function rejectedAlarm(receiver: CdkFunction, source: string): AlarmRule {
  return {
    id: `SignalsRejected-${source}`,
    description: `Messages that name ${source} as their sender are rejected: is its audience, client or header another by now?`,
    metric: loggedMetric({
      function: receiver,
      name: SIGNAL_METRICS.rejected,
      dimension: { Source: source },
      period: LONG_PERIOD,
    }),
    threshold: 3,
  };
}

function unmatchedAlarm(receiver: CdkFunction, source: string, settings: SignalSource): AlarmRule {
  const metrics = typesThatName(settings).map((type) =>
    loggedMetric({
      function: receiver,
      name: SIGNAL_METRICS.unmatched,
      dimension: { Source: source, Type: type },
      period: LONG_PERIOD,
    }),
  );
  return {
    id: `SignalsUnmatched-${source}`,
    description: `Signals of ${source} name their users in a way that no token has, so they revoke nothing.`,
    metric: sumOf('unmatched', metrics, LONG_PERIOD),
    threshold: 3,
  };
}

/** The types of signals that are useless when nobody can be found by them. At most ten: an alarm takes no more metrics. */
const TYPES_OF: Readonly<Record<MessageKind | 'cognito', readonly SignalType[]>> = {
  'backchannel-logout': ['backchannel-logout'],
  'security-event': [
    'session-revoked',
    'sessions-revoked',
    'credential-change',
    'account-disabled',
    'account-purged',
    'account-enabled',
  ],
  'global-token-revocation': ['global-token-revocation'],
  // Not `cognito-revoke-token`, which never names anybody.
  cognito: ['cognito-sign-out', 'cognito-password', 'cognito-disable', 'cognito-delete', 'cognito-enable'],
};

function typesThatName(source: SignalSource): readonly SignalType[] {
  if (source.kind !== 'sender') return TYPES_OF.cognito;
  return MESSAGE_KINDS.filter((kind) => source.messages[kind] !== undefined).flatMap((kind) => TYPES_OF[kind]);
}

function stoppedAlarm(receiver: CdkFunction, source: string): AlarmRule {
  return {
    id: `StreamStopped-${source}`,
    description: `${source} has paused or disabled its stream of security events: nothing arrives until it is enabled again.`,
    metric: loggedMetric({
      function: receiver,
      name: SIGNAL_METRICS.streamStopped,
      dimension: { Source: source },
      period: PERIOD,
    }),
    threshold: 1,
  };
}

function silentAlarm(receiver: CdkFunction, source: string, silentAfter: Duration): AlarmRule {
  const received = loggedMetric({
    function: receiver,
    name: SIGNAL_METRICS.received,
    dimension: { Source: source },
    period: LONG_PERIOD,
  });
  return {
    id: `SourceSilent-${source}`,
    description: `${source} has sent no signal for ${silentAfter.toHumanString()}: does it still know the address, and may it reach it?`,
    metric: orZero('received', received, 'received'),
    threshold: undefined,
    silentPeriods: silentAfter.toHours(),
  };
}

function sharedFlushAlarm(queue: IQueue, delay: number): AlarmRule {
  return {
    id: 'SharedFlushesWait',
    description:
      'Requests for a shared flush wait too long: entries of signals take effect late, at worst after the result TTL.',
    metric: queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period: Duration.minutes(1) }),
    threshold: delay + MAX_WAIT,
  };
}

function alarmsOfCalls(queue: IQueue, deadLetters: IQueue): readonly AlarmRule[] {
  return [
    {
      id: 'CognitoCallsWait',
      description: "Calls of Cognito's API wait to be applied: the receiver fails, or nobody reads the queue.",
      // The age leaves out messages that were received three times (SQS developer guide, "Available CloudWatch metrics").
      metric: queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period: Duration.minutes(1) }),
      threshold: 5 * 60,
    },
    {
      id: 'CognitoCallsFailed',
      description:
        "Calls of Cognito's API could not be applied for more than a day: move them back to the queue within days.",
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period: PERIOD }),
      threshold: 1,
    },
  ];
}
