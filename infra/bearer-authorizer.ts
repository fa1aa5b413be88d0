import { Annotations, Aspects, Stage as CdkStage, type CfnResource, Duration, Lazy, Stack, Token } from 'aws-cdk-lib';
import { type ApiDefinition, Authorizer, CfnStage, type IRestApi, type SpecRestApi } from 'aws-cdk-lib/aws-apigateway';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { AuthorizerConfiguration, FlushedStage } from '../lambda/configuration/environment.ts';
import type { CacheKey } from '../lambda/policy/route.ts';
import { createAuthorizerAlarms } from './alarms/authorizer-alarms.ts';
import { redeployWith } from './attachment/api-redeployment.ts';
import { type AnyRestApi, AttachedApis, copiedIntoDeployments } from './attachment/attached-apis.ts';
import { attachmentErrors } from './attachment/attachment-check.ts';
import { cacheKeyErrors } from './attachment/cache-key-check.ts';
import { hiddenApiErrors } from './attachment/hidden-api-check.ts';
import { checkEnvironments, checkPlacement } from './attachment/placement-check.ts';
import { ProtectedDefinition } from './attachment/protected-definition.ts';
import { DeploymentError } from './errors.ts';
import { FlushedStages } from './flush/flushed-stages.ts';
import { RevocationFlusher } from './flush/revocation-flusher.ts';
import { AUTHORIZER_TIMEOUT, AuthorizerFunction, configurationOf } from './functions/authorizer-function.ts';
import { routesFromOpenApi } from './openapi/routes-from-openapi.ts';
import { type AnswerParts, largeAnswerWarning } from './routes/policy-size.ts';
import { nameOf } from './routes/route-table.ts';
import { checkAuthorizerSettings } from './settings/authorizer-check.ts';
import type { AnyTable, AuthorizerSettings } from './settings/deployment-schema.ts';
import { bareScopeWarning } from './settings/ungrantable-scopes.ts';
import { AuditTrail } from './table/audit-trail.ts';
import { encryptionKeyFor } from './table/encryption-key.ts';
import { revocationTableOf } from './table/given-table.ts';
import { OperatorPolicies } from './table/operator-policies.ts';
import { grantDecisions } from './table/revocation-table.ts';
import { warnOfUnreadLevels } from './table/unread-levels.ts';
import { isOfType } from './template/resource-reference.ts';
import { type RestApiIdentity, restApiBehind, restApiOf } from './template/rest-api-identity.ts';

const DEFAULT_RESULT_TTL = Duration.seconds(60);

/**
 * A Lambda authorizer for REST APIs whose tokens can be taken back: function, revocation table, authorizer, flusher.
 *
 * Hand it to methods, or to an API's `defaultMethodOptions`, as `authorizer`; to those of a second API, `forApi(api)`;
 * to a `SpecRestApi`, `apiDefinition(document)`.
 * It adds no gateway responses and no CORS to your API: without them clients get API Gateway's own 401 and 403.
 */
export class BearerAuthorizer extends Authorizer {
  readonly function: AuthorizerFunction;
  /** The one that the settings name, or a new one. */
  readonly table: AnyTable;
  readonly resultTtl: Duration;
  readonly timeout = AUTHORIZER_TIMEOUT;
  readonly cachePer: CacheKey;
  /** Undefined where the settings say `flush: false`. */
  readonly flusher: RevocationFlusher | undefined;
  /** What people may be given: the construct attaches it to nobody. */
  readonly policies: OperatorPolicies;
  /** The authorizer's own, beside the flusher's. They tell nobody until an action is added. */
  readonly alarms: readonly Alarm[];
  /** Undefined unless the settings say `auditTrail: true`. */
  readonly auditTrail: AuditTrail | undefined;
  /** Undefined where the settings name none: AWS's own keys. */
  readonly encryptionKey: IKey | undefined;
  private readonly attached: AttachedApis;
  private readonly stages: FlushedStages | undefined;
  /** Until aspects run: where the API's methods stand decides how the flusher is told. */
  private readonly namedStages: FlushedStage[] = [];
  private readonly redeployed = new Set<RestApiIdentity>();
  private isPlacementChecked = false;
  /** Asked for when CDK looks for references, which is before it turns those into dependencies. */
  private readonly functionArn = Lazy.uncachedString({
    produce: () => {
      this.checkPlacementOnce();
      return this.function.functionArn;
    },
  });

  /** @throws DeploymentError or RouteTableError, one sentence that names the setting and the fix */
  constructor(scope: Construct, id: string, settings: AuthorizerSettings) {
    super(scope, id);
    checkAuthorizerSettings(settings);
    this.resultTtl = settings.resultTtl ?? DEFAULT_RESULT_TTL;
    this.cachePer = settings.cachePer ?? 'token';
    const { reservedConcurrency } = settings;
    this.encryptionKey = encryptionKeyFor(this, settings.encryptionKey);
    this.table = revocationTableOf(this, settings, this.encryptionKey);
    this.auditTrail = settings.auditTrail === true ? this.createAuditTrail() : undefined;
    this.policies = new OperatorPolicies(this, 'Policies', this.table);
    const configuration = configurationOf(settings, this.table, Stack.of(this).region);
    this.flusher = settings.flush === false ? undefined : this.createFlusher(configuration);
    this.function = new AuthorizerFunction(this, 'Function', {
      configuration,
      routes: settings.routes,
      policies: { ...settings, cachePer: this.cachePer },
      resultTtl: this.resultTtl,
      flush: this.flusher !== undefined,
      reservedConcurrency,
      encryptionKey: this.encryptionKey,
    });
    grantDecisions(this.table, this.function);
    this.warn('bare-scope', bareScopeWarning(settings.issuers, settings.routes));
    this.alarms = createAuthorizerAlarms(this, this.function, Object.keys(settings.issuers));
    warnOfUnreadLevels(this, configuration.revocationLevels);
    this.attached = new AttachedApis(this, {
      functionArn: this.functionArn,
      resultTtl: this.resultTtl,
      cachePer: this.cachePer,
    });
    this.stages = this.flusher && new FlushedStages(this.flusher);
    this.followDeployments();
    this.node.addValidation({ validate: () => this.errors(settings) });
    this.node.addValidation({ validate: () => this.warnOfDeploymentsElsewhere() });
    this.node.addValidation({ validate: () => this.warnOfLargeAnswers(settings) });
  }

  /** Of the first API; which one that is shows when its first method is made, after CDK has asked for the id. */
  get authorizerId(): string {
    return Lazy.uncachedString({ produce: () => this.first.authorizerId });
  }

  /**
   * The authorizer for one API's methods, whatever object stands for the API. API Gateway's authorizers belong to one API
   * each, and to its stack; function and table are shared.
   *
   * @throws DeploymentError for an API in another account, Region or stage of the app
   */
  forApi(api: AnyRestApi): Authorizer {
    checkEnvironments(this, api);
    return this.attached.authorizerOf(api);
  }

  /**
   * What a `SpecRestApi` takes as `apiDefinition`: the OpenAPI 3.0 document, already parsed to an object, in which every
   * operation that asks for a token asks this authorizer. `routesFromOpenApi(document)` reads the routes from it.
   *
   * @throws RouteTableError naming the operation that cannot be protected
   */
  apiDefinition(document: object): ApiDefinition {
    const names = routesFromOpenApi(document).routes.map(nameOf);
    const { function: handler, functionArn, resultTtl, cachePer } = this;
    const onApi = (api: SpecRestApi) => {
      checkEnvironments(this, api);
      this.attached.addDescribed(api, names);
    };
    return new ProtectedDefinition({ document, function: handler, functionArn, resultTtl, cachePer, onApi });
  }

  /** The APIs whose methods use the authorizer, by their first object; complete once all of them have been defined. */
  get apis(): readonly AnyRestApi[] {
    return this.attached.groups.map(({ members: [{ api }] }) => api);
  }

  /**
   * Flushes one more stage: for stages that this app does not define, above all of APIs that it imports. An API without a
   * stage that is known is rejected, as long as there is a flusher.
   */
  addStage(stage: FlushedStage): void {
    this.namedStages.push(stage);
  }

  /** The function's logical id: its metadata is the `AuthorizerDescription`. */
  get logicalId(): string {
    return Lazy.string({ produce: () => Stack.of(this).getLogicalId(this.function.node.defaultChild as CfnFunction) });
  }

  /** @internal */
  override _attachToApi(api: IRestApi): void {
    const { apis } = this;
    const [served] = apis;
    const identity = restApiBehind(api.restApiId, api);
    if (served !== undefined && restApiBehind(served.restApiId, served) !== identity) {
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

  private createFlusher({ issuers, revocationLevels, revocationEndpoint }: AuthorizerConfiguration): RevocationFlusher {
    const { table, resultTtl, timeout, encryptionKey } = this;
    return new RevocationFlusher(this, 'Flusher', {
      table,
      revocationEndpoint,
      issuers,
      revocationLevels,
      resultTtl,
      authorizerTimeout: timeout,
      encryptionKey,
    });
  }

  /** Stages and deployments are defined after the authorizer, with the methods or later: they are there when aspects run. */
  private followDeployments(): void {
    Aspects.of(CdkStage.of(this) ?? this.node.root).add({
      visit: (construct) => {
        for (const stage of this.namedStages.splice(0)) this.flushNamed(stage);
        if (isOfType(construct, 'AWS::ApiGateway::Deployment')) this.follow(construct);
        if (isOfType(construct, 'AWS::ApiGateway::Stage')) this.flush(construct);
      },
    });
  }

  private checkPlacementOnce(): void {
    if (this.isPlacementChecked) return;
    this.isPlacementChecked = true;
    checkPlacement(this, this.attached.groups);
  }

  private follow(deployment: CfnResource): void {
    const group = this.attached.groupOf(restApiOf(deployment));
    if (group === undefined) return;
    redeployWith(deployment, copiedIntoDeployments(group));
    this.redeployed.add(group.identity);
    this.flush(deployment);
  }

  private flushNamed({ restApiId, stageName }: FlushedStage): void {
    const group = this.attached.groupOf(restApiBehind(restApiId, this));
    this.stages?.add(restApiId, this, stageName, group?.members);
  }

  private flush(resource: CfnResource): void {
    const { stages } = this;
    const group = this.attached.groupOf(restApiOf(resource));
    const stageName = group && stages?.nameOf(resource);
    if (group === undefined || stages === undefined || stageName === undefined) return;
    const { members } = group;
    stages.add(members[0].api.restApiId, members[0].api, stageName, members);
  }

  /** With the validations, because stages are all there by then. */
  private warnOfLargeAnswers({ issuers, contextClaims = {}, maxAnswerBytes }: AuthorizerSettings): string[] {
    // The policy of one route is short.
    if (this.cachePer === 'route') return [];
    const stages = this.node.root.node.findAll().filter((construct) => construct instanceof CfnStage);
    const parts: AnswerParts = {
      issuerAliases: Object.keys(issuers),
      contextNames: Object.keys(contextClaims),
      stageNames: stages
        .filter((stage) => this.attached.groupOf(restApiOf(stage)) !== undefined)
        .flatMap(({ stageName = '' }) => (Token.isUnresolved(stageName) ? [] : stageName)),
    };
    const warning = largeAnswerWarning(this.function.routes, parts, maxAnswerBytes);
    this.warn('large-answer', warning);
    return [];
  }

  private warn(id: string, warning: string | undefined): void {
    if (warning !== undefined) Annotations.of(this).addWarningV2(`bearer-authorizer:${id}`, warning);
  }

  private errors({ routes }: AuthorizerSettings): string[] {
    const { groups } = this.attached;
    const { root } = this.node;
    return [
      ...hiddenApiErrors(root, this.attached),
      ...attachmentErrors(root, this.attached, routes),
      ...cacheKeyErrors(root, this.function),
      ...(this.stages?.missingIn(groups) ?? []),
    ];
  }

  private warnOfDeploymentsElsewhere(): string[] {
    for (const { identity, members } of this.attached.groups) {
      if (this.redeployed.has(identity)) continue;
      Annotations.of(this).addWarningV2(
        'bearer-authorizer:deployment-elsewhere',
        `This app makes no deployment of the API ${members[0].api.node.path}: deploy that API again whenever its ` +
          'methods, resultTtl or this authorizer change, since API Gateway serves what its last deployment holds.',
      );
    }
    return [];
  }
}
