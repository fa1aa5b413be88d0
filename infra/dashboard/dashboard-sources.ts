import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { BearerAuthorizer } from '../bearer-authorizer.ts';

/** What the dashboard tells of. */
export interface DashboardSources {
  readonly authorizer: BearerAuthorizer;
  readonly api: { readonly deploymentStage: Stage; readonly accessLogs: LogGroup };
  readonly issuerAliases: readonly string[];
}
