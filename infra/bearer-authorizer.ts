import { Aspects, Stage as CdkStage, Duration, Lazy, Stack } from 'aws-cdk-lib';
import {
  Authorizer,
  CfnStage,
  IdentitySource,
  type IRestApi,
  type RestApiBase,
  TokenAuthorizer,
} from 'aws-cdk-lib/aws-apigateway';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { AuthorizerConfiguration } from '../lambda/authorizer-environment.ts';
import { AUTHORIZATION_TOKEN_PATTERN } from '../lambda/bearer-token.ts';
import type { FlushedStage } from '../lambda/flusher-environment.ts';
import { coverageErrors, resourcePolicyErrors } from './attachment-check.ts';
import { checkAuthorizerSettings } from './authorizer-check.ts';
import { AUTHORIZER_TIMEOUT, AuthorizerFunction, configurationOf } from './authorizer-function.ts';
import type { AuthorizerSettings } from './deployment-schema.ts';
import { RevocationFlusher } from './revocation-flusher.ts';
import { RevocationTable } from './revocation-table.ts';
import { compileRoutes } from './route-compiler.ts';

const DEFAULT_RESULT_TTL = Duration.seconds(60);

/** CDK's own class misses its interface where a project compiles with exactOptionalPropertyTypes. */
type AnyRestApi = IRestApi | RestApiBase;

/**
 * A TOKEN authorizer for REST APIs whose tokens can be taken back: function, revocation table, authorizer, flusher.
 *
 * Hand it to methods, or to an API's `defaultMethodOptions`, as `authorizer`; to those of a second API, `forApi(api)`.
 * It adds no gateway responses and no CORS to your API: without them clients get API Gateway's own 401 and 403.
 */
export class BearerAuthorizer extends Authorizer {
  readonly authorizerId: string;
  readonly function: AuthorizerFunction;
  readonly table: RevocationTable;
  readonly resultTtl: Duration;
  readonly timeout = AUTHORIZER_TIMEOUT;
  /** Undefined where the settings say `flush: false`. */
  readonly flusher: RevocationFlusher | undefined;
  private readonly first: TokenAuthorizer;
  private readonly attached = new Map<AnyRestApi, TokenAuthorizer>();

  /** @throws DeploymentError or RouteTableError, one sentence that names the setting and the fix */
  constructor(scope: Construct, id: string, settings: AuthorizerSettings) {
    super(scope, id);
    checkAuthorizerSettings(settings);
    this.resultTtl = settings.resultTtl ?? DEFAULT_RESULT_TTL;
    this.table = new RevocationTable(this, 'Table');
    const configuration = configurationOf(settings, this.table.tableName);
    this.flusher = settings.flush === false ? undefined : this.createFlusher(configuration);
    this.function = new AuthorizerFunction(this, 'Function', {
      configuration,
      routes: compileRoutes(settings.routes),
      resultTtl: this.resultTtl,
      flush: this.flusher !== undefined,
    });
    this.table.grant(this.function, 'dynamodb:BatchGetItem');
    this.first = this.createTokenAuthorizer('Token');
    this.authorizerId = this.first.authorizerId;
    this.node.addValidation({ validate: () => this.attachmentErrors(settings) });
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

  /** The APIs whose methods use the authorizer; complete once all of them have been defined. */
  get apis(): readonly AnyRestApi[] {
    return [...this.attached.keys()];
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

  private createFlusher({ issuers, revocationLevels }: AuthorizerConfiguration): RevocationFlusher {
    const { table, resultTtl, timeout } = this;
    const flusher = new RevocationFlusher(this, 'Flusher', {
      table,
      issuers,
      revocationLevels,
      resultTtl,
      authorizerTimeout: timeout,
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

  private attachmentErrors({ routes }: AuthorizerSettings): string[] {
    const authorizerIds = new Set([...this.attached.values()].map(({ authorizerId }) => authorizerId));
    return [...coverageErrors(this.node.root, authorizerIds, routes), ...this.apis.flatMap(resourcePolicyErrors)];
  }
}
