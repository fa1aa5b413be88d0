import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { watchedStack } from '../../support/signals/watched-signals.ts';

interface AlarmProperties {
  readonly AlarmName: { readonly 'Fn::Join': readonly [string, readonly unknown[]] };
  readonly Threshold: number;
  readonly EvaluationPeriods: number;
  readonly ComparisonOperator: string;
  readonly TreatMissingData: string;
  readonly MetricName?: string;
  readonly Period?: number;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: unknown }[];
  readonly Metrics?: readonly {
    readonly Expression?: string;
    readonly MetricStat?: { readonly Metric: { readonly MetricName: string; readonly Dimensions: unknown } };
  }[];
}

const { stack, alarms } = watchedStack();
const byId = new Map(
  Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => {
    const properties = Properties as AlarmProperties;
    return [String(properties.AlarmName['Fn::Join'][1].at(-1)).slice('/'.length), properties];
  }),
);

function alarm(id: string): AlarmProperties {
  const found = byId.get(id);
  if (found === undefined) throw new Error(`There is no alarm ${id}: ${[...byId.keys()].join(', ')}`);
  return found;
}

describe('the alarms on signals', () => {
  it('are those on the receiver, on each source by what it sends, and on the queues', () => {
    expect([...byId.keys()].toSorted()).toEqual([
      'CognitoCallsFailed',
      'CognitoCallsWait',
      'SharedFlushesWait',
      'SignalsFail',
      'SignalsRejected-organisation',
      'SignalsRejected-pool',
      'SignalsRejected-realm',
      'SignalsRejected-tenant',
      'SignalsThrottled',
      'SignalsTimeOut',
      'SignalsUnmatched-organisation',
      'SignalsUnmatched-pool',
      'SignalsUnmatched-realm',
      'SignalsUnmatched-tenant',
      'SourceSilent-tenant',
      'StreamStopped-realm',
    ]);
    expect(alarms).toHaveLength(byId.size);
  });

  it('watch at most ten metrics each, as many as CloudWatch takes', () => {
    for (const [id, { Metrics = [] }] of byId) expect(Metrics.length, id).toBeLessThanOrEqual(10);
  });

  it('ring for silence only after as many hours without a signal as the source may be silent', () => {
    expect(alarm('SourceSilent-tenant')).toMatchObject({
      EvaluationPeriods: 6,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
      Metrics: [
        { Expression: 'FILL(received, 0)' },
        { MetricStat: { Metric: { MetricName: 'SignalReceived' }, Period: 3600, Stat: 'Sum' } },
      ],
    });
  });

  it('ring for signals that name nobody, of the types that name somebody', () => {
    const typesOf = (id: string) =>
      (alarm(id).Metrics ?? []).flatMap(({ MetricStat }) => {
        const dimensions = (MetricStat?.Metric.Dimensions ?? []) as readonly { Name: string; Value: string }[];
        return dimensions.filter(({ Name }) => Name === 'Type').map(({ Value }) => Value);
      });
    expect(typesOf('SignalsUnmatched-tenant')).toEqual(['backchannel-logout']);
    expect(typesOf('SignalsUnmatched-realm')).toContain('credential-change');
    expect(typesOf('SignalsUnmatched-organisation')).toEqual(['global-token-revocation']);
    // CloudTrail hides the token that was revoked.
    expect(typesOf('SignalsUnmatched-pool')).not.toContain('cognito-revoke-token');
  });

  it('ring before Lambda has cut off the first signal', () => {
    expect(alarm('SignalsTimeOut')).toMatchObject({ MetricName: 'Duration', Threshold: 9900 });
  });

  it('give a shared flush its delay, and two minutes more', () => {
    expect(alarm('SharedFlushesWait')).toMatchObject({
      MetricName: 'ApproximateAgeOfOldestMessage',
      Threshold: 38 + 120,
    });
  });

  it('ring for the first dead letter', () => {
    expect(alarm('CognitoCallsFailed')).toMatchObject({
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Threshold: 1,
      TreatMissingData: 'notBreaching',
    });
  });
});
