import { Annotations, Duration, Lazy, Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { type AuthorizerDescription, DESCRIPTION_KEY } from '../../lambda/configuration/authorizer-description.ts';
import type { AuthorizerConfiguration } from '../../lambda/configuration/environment.ts';
import {
  type ApiKind,
  type CompiledRoute,
  DEFAULT_ROUTE,
  HTTP_ROUTES_FILE,
  ROUTES_FILE,
  type Route,
} from '../../lambda/policy/route.ts';
import { largeAnswerWarning } from '../routes/policy-size.ts';
import type { PolicyDemands } from '../settings/expressible-table.ts';
import { placeIssuers } from './function-environment.ts';
import { type LambdaFiles, lambdaAsset } from './lambda-asset.ts';
import { LambdaFunction } from './lambda-function.ts';
import { RouteTables } from './route-tables.ts';

/** Longer than the slowest decision: a key set download (1.5 s) and four attempts to read the table (2.2 s). */
export const AUTHORIZER_TIMEOUT = Duration.seconds(5);

export interface AuthorizerFunctionProps {
  readonly configuration: AuthorizerConfiguration;
  readonly routes: readonly Route[];
  /** Its `cachePer` is for operators, like `flush`: the function knows it by the event. */
  readonly policies: PolicyDemands;
  readonly resultTtl: Duration;
  /** Whether entries flush API Gateway's result cache: for operators, not for the function. */
  readonly flush: boolean;
  readonly reservedConcurrency?: number | undefined;
  readonly encryptionKey?: IKey | undefined;
}

/** Not a warning: most clients send no such path, and nobody can mend it. */
const REWRITTEN_PATHS =
  'HTTP APIs: tokens that may not call every route get 403 for paths that are percent-encoded (/orders/%37) or have dot segments, because AWS ' +
  "does not document by which form of a path policies are evaluated. Set cachePer: 'route' if clients send such paths.";

/** The authorizer's function. It may not read the revocation table until `grantDecisions` lets it. */
export class AuthorizerFunction extends LambdaFunction {
  private readonly props: AuthorizerFunctionProps;
  private readonly tables: RouteTables;
  /** The files next to the bundle while no HTTP API uses the function. */
  private readonly files: LambdaFiles;

  /** @internal */
  constructor(scope: Construct, id: string, props: AuthorizerFunctionProps) {
    const { configuration, reservedConcurrency, encryptionKey } = props;
    const { environment, files: issuers } = placeIssuers(configuration);
    const tables = new RouteTables(props.routes, props.policies);
    const files = { [ROUTES_FILE]: JSON.stringify(tables.known('rest')?.routes ?? []), ...issuers };
    super(scope, id, {
      description: 'Verifies bearer tokens and answers with the policy they are granted',
      code: lambdaAsset(scope, 'authorizer.handler.ts', files),
      environment,
      timeout: AUTHORIZER_TIMEOUT,
      // The code needs about 100 MiB, but CPU grows with memory, and a cold start is mostly work for the CPU.
      memorySize: 512,
      reservedConcurrency,
      encryptionKey,
    });
    this.props = props;
    this.tables = tables;
    this.files = files;
    // As text, because templates cannot contain null, and issuers may (`jwksUri`, `tokenTypes`).
    const metadata = Lazy.uncachedString({ produce: () => Stack.of(this).toJsonString(this.describe()) });
    this.cfnFunction.addMetadata(DESCRIPTION_KEY, metadata);
  }

  /** @internal The compiled routes, as the function reads them. */
  get routes(): readonly CompiledRoute[] {
    return this.tables.described.routes;
  }

  /** @internal Prepares the function for an API of this kind. @throws RouteTableError if such APIs cannot express the route table */
  serve(kind: ApiKind): void {
    const isNew = !this.tables.kinds.includes(kind);
    const { routes } = this.tables.use(kind);
    if (!isNew) return;
    for (const { id, text } of this.tables.warningsOf(kind))
      Annotations.of(this).addWarningV2(`bearer-authorizer:${id}`, text);
    if (kind === 'http' && this.losesRewrittenPaths(routes)) {
      Annotations.of(this).addInfoV2('bearer-authorizer:rewritten-paths', REWRITTEN_PATHS);
    }
    if (kind === 'http' && this.tables.differ) {
      this.replaceCode({ ...this.files, [HTTP_ROUTES_FILE]: JSON.stringify(routes) });
    }
  }

  /** @internal A sentence for each kind of API whose answers may be too long. */
  largeAnswerWarnings(stageNames: readonly string[]): readonly string[] {
    const { configuration, policies } = this.props;
    // The policy of one route is short.
    if (policies.cachePer === 'route') return [];
    const issuerAliases = configuration.issuers.map(({ alias }) => alias);
    const parts = { issuerAliases, contextNames: Object.keys(configuration.contextClaims), stageNames };
    const warnings = this.tables.kinds.map((kind) =>
      largeAnswerWarning(this.tables.use(kind).routes, kind, parts, policies.maxAnswerBytes),
    );
    return [...new Set(warnings.filter((warning) => warning !== undefined))];
  }

  /** Whether some token may call a route with a parameter, but not every route. */
  private losesRewrittenPaths(routes: readonly CompiledRoute[]): boolean {
    const hasParameter = routes.some(({ path }) => path.includes('{') || path === DEFAULT_ROUTE);
    const isScoped = routes.length > 1 && routes.some(({ scopes }) => scopes.length > 0);
    return this.props.policies.cachePer !== 'route' && hasParameter && isScoped;
  }

  private get cfnFunction(): CfnFunction {
    return this.node.defaultChild as CfnFunction;
  }

  /** By a second asset, because the first one was made before the app showed which kinds of APIs it has. */
  private replaceCode(files: LambdaFiles): void {
    const code = lambdaAsset(this, 'authorizer.handler.ts', files);
    const { s3Location } = code.bind(new Construct(this, 'HttpCode'));
    if (s3Location === undefined) throw new Error('An asset of the CDK has no place in S3.');
    this.cfnFunction.code = { s3Bucket: s3Location.bucketName, s3Key: s3Location.objectKey };
    code.bindToResource(this.cfnFunction);
  }

  private describe(): AuthorizerDescription {
    const { configuration, policies, resultTtl, flush } = this.props;
    const { kinds, described, differ } = this.tables;
    const both = kinds.length > 1 && differ ? this.tables.use('http') : undefined;
    return {
      configuration,
      routes: described.routes,
      ...(kinds.includes('http') && { apis: kinds }),
      ...(both && { httpRoutes: both.routes }),
      resultTtlSeconds: resultTtl.toSeconds(),
      authorizerTimeoutSeconds: AUTHORIZER_TIMEOUT.toSeconds(),
      cachePer: policies.cachePer,
      flush,
      losses: described.losses,
      ...(both && { httpLosses: both.losses }),
    };
  }
}
