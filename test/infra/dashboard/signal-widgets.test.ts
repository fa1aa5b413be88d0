import type { IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { describe, expect, it } from 'vitest';
import { signalWidgets } from '../../../infra/dashboard/signal-widgets.ts';
import { REJECTION_REASONS } from '../../../lambda/errors.ts';
import { SIGNAL_FAILURES, SIGNAL_METRICS } from '../../../lambda/signal/signal-log.ts';
import { SIGNAL_REJECTIONS } from '../../../lambda/signal/signal-rejection.ts';
import { receiverStack } from '../../support/signals/receiver-stack.ts';
import { watchedSources } from '../../support/signals/watched-signals.ts';

const { stack, receiver } = receiverStack();
const widgets = signalWidgets({ function: receiver, sources: watchedSources }, ['main']);

/** The text of a graph's metrics: `SignalReceived Source tenant`. */
function metricsOf(shown: readonly IWidget[]): readonly string[] {
  const json = JSON.stringify(stack.resolve(shown.map((widget) => widget.toJson())));
  const graphs = JSON.parse(json).flat() as readonly { properties: { metrics?: readonly (readonly unknown[])[] } }[];
  return graphs.flatMap(({ properties: { metrics = [] } }) =>
    metrics.map((metric) =>
      metric
        .flatMap((part) => (typeof part === 'string' ? part : ((part as { expression?: unknown }).expression ?? [])))
        .map((part) => (typeof part === 'string' ? part : JSON.stringify(part)))
        .join(' '),
    ),
  );
}

const shown = metricsOf(widgets);
const isShown = (...words: readonly string[]) =>
  shown.some((metric) => words.every((word) => new RegExp(`\\b${word}\\b`).test(metric)));

describe('the row of the dashboard about signals', () => {
  it('shows every metric that the receiver writes', () => {
    expect(Object.values(SIGNAL_METRICS).filter((name) => !isShown(name))).toEqual([]);
  });

  it('shows each source', () => {
    for (const source of Object.keys(watchedSources)) {
      expect(isShown(SIGNAL_METRICS.received, 'Source', source), source).toBe(true);
    }
  });

  it('shows each reason for which a signal is rejected, and each cause for which it fails', () => {
    for (const reason of [...REJECTION_REASONS, ...SIGNAL_REJECTIONS]) {
      expect(isShown(SIGNAL_METRICS.rejected, 'Reason', reason), reason).toBe(true);
    }
    for (const cause of SIGNAL_FAILURES) expect(isShown(SIGNAL_METRICS.failed, 'Cause', cause), cause).toBe(true);
  });

  it('shows the key sets of senders, and of issuers where clients revoke their tokens', () => {
    expect(isShown(SIGNAL_METRICS.keySetStale, 'Issuer', 'tenant')).toBe(true);
    expect(isShown(SIGNAL_METRICS.keySetStale, 'Issuer', 'pool')).toBe(false);
    expect(isShown(SIGNAL_METRICS.keySetStale, 'Issuer', 'main')).toBe(true);
    const { clients: _clients, ...senders } = watchedSources;
    const withoutClients = metricsOf(signalWidgets({ function: receiver, sources: senders }, ['main']));
    expect(withoutClients.filter((metric) => /\bIssuer main\b/.test(metric))).toEqual([]);
  });
});
