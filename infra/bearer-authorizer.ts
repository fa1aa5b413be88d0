import { Annotations, Aspects, Stage as CdkStage, Duration, Lazy, Stack, Token } from 'aws-cdk-lib';
import {
  type ApiDefinition,
  Authorizer,
  type CfnAuthorizer,
  CfnStage,
  IdentitySource,
  type IRestApi,
  type RestApiBase,
  type SpecRestApi,
  TokenAuthorizer,
} from 'aws-cdk-lib/aws-apigateway';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { AuthorizerConfiguration } from '../lambda/authorizer-environment.ts';
import { AUTHORIZATION_TOKEN_PATTERN } from '../lambda/bearer-token.ts';
import type { FlushedStage } from '../lambda/flusher-environment.ts';
import { bareMethodErrors, coverageErrors, methodsUsing, resourcePolicyErrors } from './attachment-check.ts';
import { AuditTrail } from './audit-trail.ts';
import { createAuthorizerAlarms } from './authorizer-alarms.ts';
import { checkAuthorizerSettings } from './authorizer-check.ts';
import { AUTHORIZER_TIMEOUT, AuthorizerFunction, configurationOf } from './authorizer-function.ts';
import type { AuthorizerSettings } from './deployment-schema.ts';
import { encryptionKeyFor } from './encryption-key.ts';
import { revocationTableOf } from './given-table.ts';
import { OperatorPolicies } from './operator-policies.ts';
import { largeAnswerWarning } from './policy-size.ts';
import { ProtectedDefinition } from './protected-definition.ts';
import { RevocationFlusher } from './revocation-flusher.ts';
import { type AnyTable, grantDecisions } from './revocation-table.ts';
import { nameOf } from './route-table.ts';
import { routesFromOpenApi } from './routes-from-openapi.ts';
import { warnOfUnreadLevels } from './unread-levels.ts';
import { bareScopeWarning } from './ungrantable-scopes.ts';

const DEFAULT_RESULT_TTL = Duration.seconds(60);

/** CDK's own class misses its interface where a project compiles with exactOptionalPropertyTypes. */
type AnyRestApi = IRestApi | RestApiBase;

/**
 * A TOKEN authorizer for REST APIs whose tokens can be taken back: function, revocation table, authorizer, flusher.
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
  private firstCreated: TokenAuthorizer | undefined;
  private readonly attached = new Map<AnyRestApi, TokenAuthorizer>();
  /** APIs made from OpenAPI documents, with the names of the operations that ask for a token. */
  private readonly described = new Map<SpecRestApi, readonly string[]>();

  /** @throws DeploymentError or RouteTableError, one sentence that names the setting and the fix */
  constructor(scope: Construct, id: string, settings: AuthorizerSettings) {
    super(scope, id);
    checkAuthorizerSettings(settings);
    this.resultTtl = settings.resultTtl ?? DEFAULT_RESULT_TTL;
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
      resultTtl: this.resultTtl,
      flush: this.flusher !== undefined,
      reservedConcurrency,
      encryptionKey: this.encryptionKey,
    });
    grantDecisions(this.table, this.function);
    this.warn('bare-scope', bareScopeWarning(settings.issuers, settings.routes));
    this.alarms = createAuthorizerAlarms(this, this.function, Object.keys(settings.issuers));
    warnOfUnreadLevels(this, configuration.revocationLevels);
    this.node.addValidation({ validate: () => this.attachmentErrors(settings) });
    this.node.addValidation({ validate: () => this.warnOfLargeAnswers(settings) });
  }

  get authorizerId(): string {
    return this.first.authorizerId;
  }

  /** The authorizer for one API's methods. API Gateway's authorizers belong to one API each; function and table are shared. */
  forApi(api: AnyRestApi): Authorizer {
    const known = [...this.attached].find(([{ restApiId }]) => restApiId === api.restApiId)?.[1];
    if (known !== undefined) return known;
    const { size } = this.attached;
    const authorizer = size === 0 ? this.first : this.createTokenAuthorizer(`Token${size + 1}`);
    this.attached.set(api, authorizer);
    return authorizer;
  }

  /**
   * What a `SpecRestApi` takes as `apiDefinition`: the OpenAPI 3.0 document, already parsed to an object, in which every
   * operation that asks for a token asks this authorizer. `routesFromOpenApi(document)` reads the routes from it.
   *
   * @throws RouteTableError naming the operation that cannot be protected
   */
  apiDefinition(document: object): ApiDefinition {
    const names = routesFromOpenApi(document).routes.map(nameOf);
    const { function: handler, resultTtl } = this;
    const onApi = (api: SpecRestApi) => void this.described.set(api, names);
    return new ProtectedDefinition({ document, function: handler, resultTtl, onApi });
  }

  /** The APIs whose methods use the authorizer; complete once all of them have been defined. */
  get apis(): readonly AnyRestApi[] {
    return [...this.attached.keys(), ...this.described.keys()];
  }

  /** Flushes one more stage: needed only for stages that this app does not define, of APIs that it imports. */
  addStage(stage: FlushedStage): void {
    this.flusher?.addStage(stage);
  }

  /** The function's logical id: its metadata is the `AuthorizerDescription`. */
  get logicalId(): string {
    return Lazy.string({ produce: () => Stack.of(this).getLogicalId(this.function.node.defaultChild as CfnFunction) });
  }

  /** @internal */
  override _attachToApi(api: IRestApi): void {
    if (this.forApi(api) !== this.first) {
      throw new Error(
        `The authorizer ${this.node.path} serves ${this.apis[0]?.node.path}: ` +
          `give the methods of ${api.node.path} its forApi(api) instead.`,
      );
    }
    this.first._attachToApi(api);
  }

  /** Made when the first method asks: an API from an OpenAPI document gets its own from the import. */
  private get first(): TokenAuthorizer {
    this.firstCreated ??= this.createTokenAuthorizer('Token');
    return this.firstCreated;
  }

  private createAuditTrail(): AuditTrail {
    const { table, encryptionKey } = this;
    return new AuditTrail(this, 'AuditTrail', { table, encryptionKey });
  }

  private createFlusher({ issuers, revocationLevels, revocationEndpoint }: AuthorizerConfiguration): RevocationFlusher {
    const { table, resultTtl, timeout, encryptionKey } = this;
    const flusher = new RevocationFlusher(this, 'Flusher', {
      table,
      revocationEndpoint,
      issuers,
      revocationLevels,
      resultTtl,
      authorizerTimeout: timeout,
      encryptionKey,
    });
    // Stages are defined after the authorizer, with the methods or later: they are all there when aspects run.
    Aspects.of(CdkStage.of(this) ?? this.node.root).add({
      visit: (construct) => {
        if (construct instanceof CfnStage && this.serves(construct.restApiId)) {
          flusher.addStage({ restApiId: construct.restApiId, stageName: construct.ref });
        }
      },
    });
    return flusher;
  }

  private serves(restApiId: string): boolean {
    return this.apis.some((api) => api.restApiId === restApiId);
  }

  private createTokenAuthorizer(id: string): TokenAuthorizer {
    return new TokenAuthorizer(this, id, {
      handler: this.function,
      identitySource: IdentitySource.header('Authorization'),
      validationRegex: AUTHORIZATION_TOKEN_PATTERN,
      resultsCacheTtl: this.resultTtl,
    });
  }

  /** Each API on its own: which route API Gateway picks depends on all routes of that API, and the policies on all rules. */
  private attachmentErrors({ routes }: AuthorizerSettings): string[] {
    const { apis } = this;
    const bare = bareMethodErrors(this.node.root, [...this.attached.values()].map(cfnAuthorizerOf));
    if (apis.length === 0) return [...bare, ...coverageErrors([], routes)];
    const ofApis = apis.flatMap((api) => {
      const errors = coverageErrors(this.protectedNames(api), routes);
      const named = apis.length === 1 ? errors : errors.map((error) => `${api.node.path}: ${error}`);
      return [...named, ...resourcePolicyErrors(api)];
    });
    return [...bare, ...ofApis];
  }

  /** With the validations, because stages are all there by then. */
  private warnOfLargeAnswers({ issuers, contextClaims = {} }: AuthorizerSettings): string[] {
    const stages = this.node.root.node.findAll().filter((construct) => construct instanceof CfnStage);
    const warning = largeAnswerWarning(this.function.routes, {
      issuerAliases: Object.keys(issuers),
      contextNames: Object.keys(contextClaims),
      stageNames: stages
        .filter(({ restApiId }) => this.serves(restApiId))
        .flatMap(({ stageName = '' }) => (Token.isUnresolved(stageName) ? [] : stageName)),
    });
    this.warn('large-answer', warning);
    return [];
  }

  private warn(id: string, warning: string | undefined): void {
    if (warning !== undefined) Annotations.of(this).addWarningV2(`bearer-authorizer:${id}`, warning);
  }

  private protectedNames(api: AnyRestApi): readonly string[] {
    const attached = this.attached.get(api);
    const described = [...this.described].filter(([{ restApiId }]) => restApiId === api.restApiId);
    const methods = attached === undefined ? [] : methodsUsing(this.node.root, [cfnAuthorizerOf(attached)]);
    return [...methods, ...described.flatMap(([, names]) => names)];
  }
}

function cfnAuthorizerOf({ node }: TokenAuthorizer): CfnAuthorizer {
  return node.defaultChild as CfnAuthorizer;
}
