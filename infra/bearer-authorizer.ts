import { Annotations, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { type ApiDefinition, Authorizer, type IRestApi, type SpecRestApi } from 'aws-cdk-lib/aws-apigateway';
import type { IHttpApi, IHttpRouteAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { AuthorizerConfiguration, FlushedStage } from '../lambda/configuration/environment.ts';
import { type CacheKey, nameOf, type Route } from '../lambda/policy/route.ts';
import { createAuthorizerAlarms } from './alarms/authorizer-alarms.ts';
import { AttachedApis } from './attachment/attached-apis.ts';
import { attachmentErrors } from './attachment/attachment-check.ts';
import { preflightWarnings } from './attachment/http-api-check.ts';
import { ProtectedDefinition } from './attachment/protected-definition.ts';
import { DeploymentError } from './errors.ts';
import { DeploymentFollower } from './flush/deployment-follower.ts';
import { RevocationFlusher } from './flush/revocation-flusher.ts';
import { configurationOf } from './functions/authorizer-configuration.ts';
import { AUTHORIZER_TIMEOUT, AuthorizerFunction } from './functions/authorizer-function.ts';
import { routesFromOpenApi } from './openapi/routes-from-openapi.ts';
import { checkAuthorizerSettings } from './settings/authorizer-check.ts';
import type { AnyTable, AuthorizerSettings, IssuerSettings } from './settings/deployment-schema.ts';
import { bareScopeWarning } from './settings/ungrantable-scopes.ts';
import { AuditTrail } from './table/audit-trail.ts';
import { encryptionKeyFor } from './table/encryption-key.ts';
import { revocationTableOf } from './table/given-table.ts';
import { OperatorPolicies } from './table/operator-policies.ts';
import { grantDecisions } from './table/revocation-table.ts';
import { warnOfUnreadLevels } from './table/unread-entries.ts';
import { type AnyRestApi, identityOf, isHttpApi } from './template/any-api.ts';

const DEFAULT_RESULT_TTL = Duration.seconds(60);

/**
 * A Lambda authorizer for REST APIs and HTTP APIs whose tokens can be revoked. It creates the authorizer's function, the revocation table
 * unless one is given, API Gateway's authorizers, alarms, and the flusher that makes new entries take effect within seconds.
 *
 * REST APIs: pass it as `authorizer` to methods or to an API's `defaultMethodOptions`. For methods of a second API pass `forApi(api)`; for a
 * `SpecRestApi` pass `apiDefinition(document)` as its `apiDefinition`. HTTP APIs: pass `forHttpApi()` as `authorizer` to routes, or as
 * an API's `defaultAuthorizer`. Each API must have all routes of the table.
 *
 * It adds no gateway responses and no CORS headers to your API. For a REST API use `addGatewayResponses`, or clients get API Gateway's own
 * 401 and 403; an HTTP API has no other.
 */
export class BearerAuthorizer extends Authorizer {
  /** The Lambda function that verifies tokens. */
  readonly function: AuthorizerFunction;
  /** The revocation table: the one that the setting `revocationTable` names, or a new one. */
  readonly table: AnyTable;
  /** How long API Gateway reuses a decision. */
  readonly resultTtl: Duration;
  /** The timeout of the authorizer's function: 5 seconds. */
  readonly timeout = AUTHORIZER_TIMEOUT;
  /** The trusted issuers, by alias. */
  readonly issuers: Readonly<Record<string, IssuerSettings>>;
  /** What API Gateway caches a decision for: a token, or a token on one route. */
  readonly cachePer: CacheKey;
  /** Flushes the result cache when an entry arrives. Undefined where the setting `flush` is false. */
  readonly flusher: RevocationFlusher | undefined;
  /** IAM policies for operators. The construct attaches them to nobody. */
  readonly policies: OperatorPolicies;
  /**
   * The authorizer's own alarms; the flusher has others (`flusher.alarms`). They notify nobody until you add an action. The name of
   * each is the stack's name, a slash, and the path of the alarm in the stack.
   */
  readonly alarms: readonly Alarm[];
  /** The CloudTrail trail of the table's writes. Undefined unless the setting `auditTrail` is true. */
  readonly auditTrail: AuditTrail | undefined;
  /** The KMS key of table, logs and trail. Undefined where the setting `encryptionKey` is missing: AWS's own keys are used. */
  readonly encryptionKey: IKey | undefined;
  /** @internal What the function is told, besides the routes. */
  readonly configuration: AuthorizerConfiguration;
  private readonly attached: AttachedApis;
  private readonly follower: DeploymentFollower;

  /** @throws DeploymentError or RouteTableError: one sentence that names the setting and says what to write */
  constructor(scope: Construct, id: string, settings: AuthorizerSettings) {
    super(scope, id);
    checkAuthorizerSettings(settings);
    this.resultTtl = settings.resultTtl ?? DEFAULT_RESULT_TTL;
    this.issuers = settings.issuers;
    this.cachePer = settings.cachePer ?? 'token';
    this.encryptionKey = encryptionKeyFor(this, settings.encryptionKey);
    this.table = revocationTableOf(this, settings, this.encryptionKey);
    this.auditTrail = settings.auditTrail === true ? this.createAuditTrail() : undefined;
    this.policies = new OperatorPolicies(this, 'Policies', this.table);
    const configuration = configurationOf(settings, this.table, Stack.of(this).region);
    this.configuration = configuration;
    this.flusher = settings.flush === false ? undefined : this.createFlusher(configuration);
    this.function = this.createFunction(configuration, settings);
    grantDecisions(this.table, this.function);
    this.warn('bare-scope', bareScopeWarning(settings.issuers, settings.routes));
    this.alarms = createAuthorizerAlarms(this, this.function, Object.keys(settings.issuers));
    warnOfUnreadLevels(this, configuration.revocationLevels);
    const { resultTtl, cachePer } = this;
    this.attached = new AttachedApis(this, this.function, { resultTtl, cachePer });
    this.follower = new DeploymentFollower(this, this.attached, this.flusher);
    this.node.addValidation({ validate: () => this.validationErrors(settings.routes) });
  }

  /** The id of the first REST API's authorizer. It is lazy: CDK asks for the id before it makes the method that shows which API is first. */
  get authorizerId(): string {
    return Lazy.uncachedString({ produce: () => this.first.authorizerId });
  }

  /**
   * The authorizer to pass to the methods of one API. API Gateway's authorizers belong to one API each and stand in its stack; all
   * of them share the function and the table. Any object that stands for the API will do.
   *
   * @throws DeploymentError for an API in another account, Region or stage of the app
   * @throws RouteTableError for routes that REST APIs cannot have, or whose policies they cannot express
   */
  forApi(api: AnyRestApi): Authorizer {
    return this.attached.restAuthorizerOf(api);
  }

  /**
   * The authorizer to pass to routes of HTTP APIs, or to an API as its `defaultAuthorizer`. It serves any number of HTTP APIs: each gets an
   * authorizer of API Gateway in its own stack, and all of them share the function and the table. A route of an API in another account,
   * Region or stage of the app fails with a DeploymentError.
   *
   * @throws RouteTableError for routes whose policies HTTP APIs cannot express
   */
  forHttpApi(): IHttpRouteAuthorizer {
    this.function.serve('http');
    return {
      bind: ({ route }) => {
        const { authorizerId } = this.attached.httpAuthorizerOf(route.httpApi);
        return { authorizerId, authorizationType: 'CUSTOM' };
      },
    };
  }

  /**
   * The `apiDefinition` for a `SpecRestApi`: the document, with this authorizer on every operation that asks for a token. Read the
   * routes from the same document by `routesFromOpenApi(document)`.
   *
   * @param document - an OpenAPI 3.0 document, already parsed to an object
   * @throws RouteTableError naming the operation that cannot be protected
   */
  apiDefinition(document: object): ApiDefinition {
    const names = routesFromOpenApi(document).routes.map(nameOf);
    const { function: handler, resultTtl, cachePer } = this;
    const { functionArn } = this.attached;
    const onApi = (api: SpecRestApi) => this.attached.addDescribed(api, names);
    handler.serve('rest');
    return new ProtectedDefinition({ document, function: handler, functionArn, resultTtl, cachePer, onApi });
  }

  /** The REST APIs whose methods use the authorizer, each by its first object. Complete once all of them are defined. */
  get apis(): readonly AnyRestApi[] {
    return this.attached.apis.flatMap((api) => (isHttpApi(api) ? [] : api));
  }

  /** The HTTP APIs whose routes use the authorizer, each by its first object. Complete once all of them are defined. */
  get httpApis(): readonly IHttpApi[] {
    return this.attached.apis.filter(isHttpApi);
  }

  /**
   * Flushes one more stage. Call it for each stage that this app does not define, such as those of imported APIs: while there is a
   * flusher, synth rejects an API without a known stage. The stage is one of a REST API (`restApiId`) or of an HTTP API (`httpApiId`).
   */
  addStage(stage: FlushedStage): void {
    this.follower.addStage(stage);
  }

  /** The methods or routes that the authorizer protects, with the scopes that open them. */
  get routes(): readonly Route[] {
    return this.function.routes;
  }

  /** The logical id of the function, whose metadata describes the deployment to the operator's tool. */
  get logicalId(): string {
    return Lazy.string({ produce: () => Stack.of(this).getLogicalId(this.function.node.defaultChild as CfnFunction) });
  }

  /** The CDK calls it for each API whose methods use the authorizer. */
  override _attachToApi(api: IRestApi): void {
    const { apis } = this;
    const [served] = apis;
    if (served !== undefined && identityOf(served) !== identityOf(api)) {
      throw new Error(
        `The authorizer ${this.node.path} serves ${served.node.path}: ` +
          `give the methods of ${api.node.path} its forApi(api) instead.`,
      );
    }
    this.forApi(api);
  }

  private get first(): Authorizer {
    const { first } = this.attached;
    if (first !== undefined) return first;
    throw new DeploymentError(
      `The authorizer ${this.node.path} belongs to no API yet: give it to methods by addMethod, or call forApi(api).`,
    );
  }

  private createAuditTrail(): AuditTrail {
    const { table, encryptionKey } = this;
    return new AuditTrail(this, 'AuditTrail', { table, encryptionKey });
  }

  private createFlusher(configuration: AuthorizerConfiguration): RevocationFlusher {
    const { issuers, revocationLevels, revocationClaims = {}, revocationEndpoint } = configuration;
    const { table, resultTtl, timeout, encryptionKey } = this;
    return new RevocationFlusher(this, 'Flusher', {
      table,
      revocationEndpoint,
      issuers,
      revocationLevels,
      revocationClaims: Object.keys(revocationClaims),
      resultTtl,
      authorizerTimeout: timeout,
      encryptionKey,
    });
  }

  private createFunction(configuration: AuthorizerConfiguration, settings: AuthorizerSettings): AuthorizerFunction {
    const { cachePer, resultTtl, flusher, encryptionKey } = this;
    return new AuthorizerFunction(this, 'Function', {
      configuration,
      routes: settings.routes,
      policies: { ...settings, cachePer },
      resultTtl,
      flush: flusher !== undefined,
      reservedConcurrency: settings.reservedConcurrency,
      encryptionKey,
    });
  }

  /** Errors and warnings that need all stages and methods of the app, which are there when CDK validates. */
  private validationErrors(routes: readonly Route[]): string[] {
    const { root } = this.node;
    const errors = attachmentErrors(root, this.attached, routes);
    this.follower.warnOfDeploymentsElsewhere();
    const warnings = this.function.largeAnswerWarnings(this.attached.stageNamesIn(root));
    for (const warning of warnings) this.warn('large-answer', warning);
    for (const warning of preflightWarnings(root, this.attached)) this.warn('preflight', warning);
    return [...errors, ...this.follower.missingStageErrors()];
  }

  private warn(id: string, warning: string | undefined): void {
    if (warning !== undefined) Annotations.of(this).addWarningV2(`bearer-authorizer:${id}`, warning);
  }
}
