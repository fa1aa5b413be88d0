import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { STACK_OUTPUTS } from '../lambda/configuration/authorizer-description.ts';
import { mailAlarms } from './alarms/alarm-mail.ts';
import { createApiAlarms } from './alarms/alarms.ts';
import { ExampleApi } from './api/example-api.ts';
import { ExampleHttpApi } from './api/example-http-api.ts';
import { tagResources } from './api/resource-tags.ts';
import { createOutputs, type Outputs } from './api/stack-outputs.ts';
import { BearerAuthorizer } from './bearer-authorizer.ts';
import { AuthorizerDashboard } from './dashboard/authorizer-dashboard.ts';
import { dashboardUrl } from './dashboard/dashboard-url.ts';
import { checkDeployment } from './deployment-check.ts';
import { CognitoUserPool } from './issuers/cognito-user-pool.ts';
import { deployedSources } from './senders/deployed-sources.ts';
import type { AuthorizerSettings, StackSettings } from './settings/deployment-schema.ts';
import { RevocationSignals } from './signals/revocation-signals.ts';

/** The path of the API below which it has the endpoints for signals. */
export const SIGNALS_PATH = '/signals';

export interface ApiStackProps extends StackProps {
  readonly deployment: StackSettings;
  /** The stage that the stack is; undefined: the deployment has no stages. */
  readonly stage?: string | undefined;
}

/** The example API behind the authorizer, as `infra/deployment.ts` describes it. */
export class ApiStack extends Stack {
  /** @throws DeploymentError or RouteTableError, one sentence that names the field and says what to write */
  constructor(scope: Construct, id: string, { deployment, stage, ...props }: ApiStackProps) {
    super(scope, id, props);
    checkDeployment(deployment);
    const { api: kind = 'rest', corsOrigins = ['*'], alarmEmail, tags = {} } = deployment;
    this.templateOptions.description ??= `${kind.toUpperCase()} API whose bearer tokens can be taken back`;
    tagResources(this, stage, tags);
    const pool = poolFor(this, { ...deployment, corsOrigins });
    const issuers = pool === undefined ? deployment.issuers : { main: pool.settings };
    const authorizer = new BearerAuthorizer(this, 'Authorizer', { ...withoutStackSettings(deployment), issuers });
    const { encryptionKey } = authorizer;
    const api = exampleApi(this, authorizer, { ...deployment, corsOrigins });
    const signals = this.signalsFor(deployment, authorizer, pool);
    if (signals !== undefined) addSignals(signals, api);
    const alarms = [...this.alarmsOf(authorizer, api), ...(signals?.alarms ?? [])];
    if (alarmEmail !== undefined) mailAlarms(this, { address: alarmEmail, alarms, encryptionKey });
    const issuerAliases = Object.keys(issuers);
    const dashboard = new AuthorizerDashboard(this, 'Dashboard', { authorizer, api, issuerAliases, signals });
    const outputs = { ...outputsOf(authorizer, api, dashboard), ...outputsOfSignals(signals, api) };
    createOutputs(this, { ...outputs, ...outputsOfPool(pool) });
  }

  private signalsFor(
    settings: StackSettings,
    authorizer: BearerAuthorizer,
    pool: CognitoUserPool | undefined,
  ): RevocationSignals | undefined {
    const sources = deployedSources(settings, pool?.userPoolId);
    if (sources === undefined) return undefined;
    return new RevocationSignals(this, 'Signals', { ...settings.signalOptions, authorizer, sources });
  }

  private alarmsOf({ alarms, flusher }: BearerAuthorizer, api: AnyExampleApi): readonly Alarm[] {
    return [...alarms, ...(flusher?.alarms ?? []), ...createApiAlarms(this, api.deploymentStage)];
  }
}

type AnyExampleApi = ExampleApi | ExampleHttpApi;

/**
 * The API of the kind that the deployment chooses. Each kind has ids of its own: CloudFormation does not change the type of a resource, so
 * a deployment that changes the kind creates the one and deletes the other.
 */
function exampleApi(
  stack: ApiStack,
  authorizer: BearerAuthorizer,
  { api, realm = 'api', corsOrigins = [], ...settings }: StackSettings,
): AnyExampleApi {
  const { encryptionKey } = authorizer;
  const common = { ...settings, corsOrigins, encryptionKey };
  if (api === 'http') return new ExampleHttpApi(stack, 'HttpApi', { ...common, authorizer: authorizer.forHttpApi() });
  return new ExampleApi(stack, 'Api', { ...common, authorizer, realm });
}

function addSignals(signals: RevocationSignals, api: AnyExampleApi): void {
  if (signals.endpoints.length === 0) return;
  if (api.kind === 'http') signals.addHttpRoutes(api, SIGNALS_PATH);
  else signals.addRoutes(api.root.resourceForPath(SIGNALS_PATH));
}

/** The settings that the construct knows: it rejects any other. */
function withoutStackSettings({
  accountLogsRole: _accountLogsRole,
  alarmEmail: _alarmEmail,
  api: _api,
  callbackUrls: _callbackUrls,
  cognitoTrail: _cognitoTrail,
  corsOrigins: _corsOrigins,
  logoutUrls: _logoutUrls,
  realm: _realm,
  requestsPerAddress: _requestsPerAddress,
  resource: _resource,
  signalOptions: _signalOptions,
  signals: _signals,
  stackName: _stackName,
  tags: _tags,
  throttle: _throttle,
  webAcl: _webAcl,
  ...settings
}: StackSettings): AuthorizerSettings {
  return settings;
}

/** A team without an issuer gets one, so that its first deployment works. */
function poolFor(stack: ApiStack, settings: StackSettings): CognitoUserPool | undefined {
  const {
    issuers,
    routes,
    corsOrigins = [],
    callbackUrls = pagesOf(corsOrigins),
    logoutUrls = callbackUrls,
  } = settings;
  if (Object.keys(issuers).length > 0) return undefined;
  return new CognitoUserPool(stack, 'Issuer', { routes, callbackUrls, logoutUrls });
}

/** The pages that may read responses also sign users in. Without any, a page on a developer's laptop does. */
function pagesOf(corsOrigins: readonly string[]): readonly string[] {
  const pages = corsOrigins.filter((origin) => origin !== '*').map((origin) => `${origin}/`);
  return pages.length === 0 ? ['http://localhost:3000/'] : pages;
}

function outputsOf(authorizer: BearerAuthorizer, api: AnyExampleApi, dashboard: AuthorizerDashboard): Outputs {
  const { table, logicalId, auditTrail } = authorizer;
  return {
    [STACK_OUTPUTS.apiUrl]: api.address,
    [STACK_OUTPUTS.table]: table.tableName,
    [STACK_OUTPUTS.authorizer]: logicalId,
    DashboardUrl: dashboardUrl(dashboard),
    ...(auditTrail !== undefined && { AuditTrailBucketName: auditTrail.bucket.bucketName }),
  };
}

function outputsOfSignals(signals: RevocationSignals | undefined, api: AnyExampleApi): Outputs {
  if (signals === undefined) return {};
  const { logicalId, endpoints } = signals;
  return {
    [STACK_OUTPUTS.signals]: logicalId,
    ...(endpoints.length > 0 && { SignalsUrl: `${api.address}${SIGNALS_PATH}` }),
  };
}

function outputsOfPool(pool: CognitoUserPool | undefined): Outputs {
  if (pool === undefined) return {};
  return {
    [STACK_OUTPUTS.tokenEndpoint]: pool.tokenEndpoint,
    [STACK_OUTPUTS.userPoolId]: pool.userPoolId,
    [STACK_OUTPUTS.machineClientId]: pool.machineClientId,
    PublicClientId: pool.publicClientId,
  };
}
