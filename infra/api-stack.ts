import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { STACK_OUTPUTS } from '../lambda/configuration/authorizer-description.ts';
import { mailAlarms } from './alarms/alarm-mail.ts';
import { createApiAlarms } from './alarms/alarms.ts';
import { ExampleApi } from './api/example-api.ts';
import { BearerAuthorizer } from './bearer-authorizer.ts';
import { AuthorizerDashboard } from './dashboard/authorizer-dashboard.ts';
import { checkDeployment } from './deployment-check.ts';
import { CognitoUserPool } from './issuers/cognito-user-pool.ts';
import type { Deployment, IssuerSettings } from './settings/deployment-schema.ts';

export interface ApiStackProps extends StackProps {
  readonly deployment: Deployment;
}

/** The example API behind the authorizer, as `infra/deployment.ts` describes it. */
export class ApiStack extends Stack {
  /** @throws DeploymentError or RouteTableError, one sentence that names the field and says what to write */
  constructor(scope: Construct, id: string, { deployment, ...props }: ApiStackProps) {
    super(scope, id, { description: 'REST API whose bearer tokens can be taken back', ...props });
    checkDeployment(deployment);
    const { routes, corsOrigins = ['*'], realm = 'api', alarmEmail, ...options } = deployment;
    const { resource, throttle, webAcl, requestsPerAddress, accountLogsRole, ...settings } = options;
    const issuers = this.issuersOf(deployment, corsOrigins);
    const authorizer = new BearerAuthorizer(this, 'Authorizer', { ...settings, routes, issuers });
    const { encryptionKey } = authorizer;
    const api = new ExampleApi(this, 'Api', {
      routes,
      authorizer,
      realm,
      resource,
      corsOrigins,
      throttle,
      webAcl,
      requestsPerAddress,
      accountLogsRole,
      encryptionKey,
    });
    const alarms = this.alarmsOf(authorizer, api);
    if (alarmEmail !== undefined) mailAlarms(this, { address: alarmEmail, alarms, encryptionKey });
    new AuthorizerDashboard(this, 'Dashboard', { authorizer, api, issuerAliases: Object.keys(issuers) });
    this.outputNames(authorizer, api);
  }

  private alarmsOf({ alarms, flusher }: BearerAuthorizer, api: ExampleApi): readonly Alarm[] {
    return [...alarms, ...(flusher?.alarms ?? []), ...createApiAlarms(this, api.deploymentStage)];
  }

  private outputNames({ table, logicalId, auditTrail }: BearerAuthorizer, api: ExampleApi): void {
    this.output(STACK_OUTPUTS.apiUrl, api.url);
    this.output(STACK_OUTPUTS.table, table.tableName);
    this.output(STACK_OUTPUTS.authorizer, logicalId);
    if (auditTrail !== undefined) this.output('AuditTrailBucketName', auditTrail.bucket.bucketName);
  }

  /** A team without an issuer gets one, so that its first deployment works. */
  private issuersOf(
    { issuers, routes }: Deployment,
    corsOrigins: readonly string[],
  ): Readonly<Record<string, IssuerSettings>> {
    if (Object.keys(issuers).length > 0) return issuers;
    const issuer = new CognitoUserPool(this, 'Issuer', { routes, callbackUrls: callbackUrls(corsOrigins) });
    this.output(STACK_OUTPUTS.tokenEndpoint, issuer.tokenEndpoint);
    this.output(STACK_OUTPUTS.userPoolId, issuer.userPoolId);
    this.output(STACK_OUTPUTS.machineClientId, issuer.machineClientId);
    this.output('PublicClientId', issuer.publicClientId);
    return { main: issuer.settings };
  }

  private output(name: string, value: string): void {
    new CfnOutput(this, name, { value });
  }
}

/** The pages that may read responses also sign users in. Without any, a page on a developer's laptop does. */
function callbackUrls(corsOrigins: readonly string[]): readonly string[] {
  const pages = corsOrigins.filter((origin) => origin !== '*').map((origin) => `${origin}/`);
  return pages.length === 0 ? ['http://localhost:3000/'] : pages;
}
