import { Duration } from 'aws-cdk-lib';
import { Dashboard, type IWidget, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { costWidgets } from './cost-widgets.ts';
import { attackWidgets, type DashboardSources, healthWidgets, revocationWidgets } from './dashboard-widgets.ts';
import { signalWidgets } from './signal-widgets.ts';

/**
 * A dashboard that answers questions from top to bottom: is it up, is somebody attacking, did my revocation work, what do the providers say
 * (where there are signals), what does it cost?
 */
export class AuthorizerDashboard extends Dashboard {
  constructor(scope: Construct, id: string, props: DashboardSources) {
    super(scope, id, {
      defaultInterval: Duration.hours(3),
      widgets: [
        [heading('Is it up?', 'Failed decisions and 5xx are our failures; 4xx are regular responses.')],
        healthWidgets(props),
        [
          heading(
            'Is somebody attacking?',
            'Rejections by reason: `signature`, `unknown-key` and `revoked` do not happen by accident.',
          ),
        ],
        attackWidgets(props),
        [heading('Did my revocation work?', 'An entry, a flush within seconds, then rejections at its level.')],
        revocationWidgets(props),
        ...signalRows(props),
        [heading('What does it cost?', 'Requests that the result cache answers cost no decision.')],
        costWidgets(props),
      ],
    });
  }
}

function signalRows({ signals, issuerAliases }: DashboardSources): IWidget[][] {
  if (signals === undefined) return [];
  return [
    [
      heading(
        'What do the providers say?',
        'A sign-out, a changed password, a disabled user: received, applied within seconds, then a flush.',
      ),
    ],
    signalWidgets(signals, issuerAliases),
  ];
}

function heading(question: string, hint: string): IWidget {
  return new TextWidget({ markdown: `## ${question}\n${hint}`, width: 24, height: 2 });
}
