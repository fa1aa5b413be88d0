import { Duration } from 'aws-cdk-lib';
import { Dashboard, type IWidget, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { costWidgets } from './cost-widgets.ts';
import { attackWidgets, type DashboardSources, healthWidgets, revocationWidgets } from './dashboard-widgets.ts';

/** Four questions, answered from top to bottom: is it up, is somebody attacking, did my revocation work, what does it cost. */
export class AuthorizerDashboard extends Dashboard {
  constructor(scope: Construct, id: string, props: DashboardSources) {
    super(scope, id, {
      defaultInterval: Duration.hours(3),
      widgets: [
        [heading('Is it up?', 'Failed decisions and 5xx are ours; 4xx are answers.')],
        healthWidgets(props),
        [
          heading(
            'Is somebody attacking?',
            'Rejections by reason: `signature`, `unknown-key` and `revoked` are no accidents.',
          ),
        ],
        attackWidgets(props),
        [heading('Did my revocation work?', 'An entry, a flush within seconds, then rejections at its level.')],
        revocationWidgets(props),
        [heading('What does it cost?', 'Requests that the result cache answers cost no decision.')],
        costWidgets(props),
      ],
    });
  }
}

function heading(question: string, hint: string): IWidget {
  return new TextWidget({ markdown: `## ${question}\n${hint}`, width: 24, height: 2 });
}
