import { Annotations, Aws, Duration, Stack, Token } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { type AuthorizerDescription, DESCRIPTION_KEY } from '../lambda/authorizer-description.ts';
import type { AuthorizerConfiguration } from '../lambda/authorizer-environment.ts';
import { REVOCATION_LEVELS } from '../lambda/revocation-target.ts';
import { type CacheKey, type CompiledRoute, ROUTES_FILE, type Route } from '../lambda/route.ts';
import { type AuthorizerSettings, DeploymentError } from './deployment-schema.ts';
import { placeIssuers } from './issuer-placement.ts';
import { lambdaAsset } from './lambda-asset.ts';
import { LambdaFunction } from './lambda-function.ts';
import { lossWarning, refuseWholeLosses } from './policy-loss.ts';
import { refuseLargePolicies } from './policy-size.ts';
import type { AnyTable } from './revocation-table.ts';
import { type CompiledTable, compileRouteTable } from './route-compiler.ts';
import { RouteTableError } from './route-table-error.ts';

/** Longer than the slowest honest decision: a key set fetch (1.5 s) and four attempts at a table read (2.2 s). */
export const AUTHORIZER_TIMEOUT = Duration.seconds(5);

export interface AuthorizerFunctionProps {
  readonly configuration: AuthorizerConfiguration;
  readonly routes: readonly Route[];
  readonly resultTtl: Duration;
  /** Told to operators, as `flush`: the event tells the function. */
  readonly cachePer: CacheKey;
  /** Whether entries flush API Gateway's result cache: told to operators, of no concern to the function. */
  readonly flush: boolean;
  readonly reservedConcurrency?: number | undefined;
  readonly encryptionKey?: IKey | undefined;
}

/** The function behind the authorizer. It can read nothing yet: whoever creates it grants it the table. */
export class AuthorizerFunction extends LambdaFunction {
  /** As the function reads them. */
  readonly routes: readonly CompiledRoute[];

  constructor(scope: Construct, id: string, props: AuthorizerFunctionProps) {
    const { configuration, resultTtl, cachePer, flush, reservedConcurrency, encryptionKey } = props;
    const { environment, files } = placeIssuers(configuration);
    const { routes, losses } = expressibleTable(props.routes, cachePer);
    super(scope, id, {
      description: 'Verifies bearer tokens and answers with the policy they are granted',
      code: lambdaAsset(scope, 'authorizer.handler.ts', { [ROUTES_FILE]: JSON.stringify(routes), ...files }),
      environment,
      timeout: AUTHORIZER_TIMEOUT,
      // A cold start is mostly work for the CPU, which comes with memory; the code itself needs about 100 MiB.
      memorySize: 512,
      reservedConcurrency,
      encryptionKey,
    });
    this.routes = routes;
    const description: AuthorizerDescription = {
      configuration,
      routes,
      resultTtlSeconds: resultTtl.toSeconds(),
      authorizerTimeoutSeconds: AUTHORIZER_TIMEOUT.toSeconds(),
      cachePer,
      flush,
    };
    // As text: templates hold no null, and issuers may have some (`jwksUri`, `tokenTypes`).
    const text = Stack.of(this).toJsonString(description);
    (this.node.defaultChild as CfnFunction).addMetadata(DESCRIPTION_KEY, text);
    const warning = cachePer === 'token' ? lossWarning(losses) : undefined;
    if (warning !== undefined) Annotations.of(this).addWarningV2('bearer-authorizer:lost-requests', warning);
  }
}

/** CloudFormation reads templates of up to 1 MB, and this one has an API's methods beside the routes. */
const MOST_ROUTES_BYTES = 800_000;

/**
 * Policies for all routes are compiled for `cachePer: 'route'` too: until its stages are deployed, a stage that was deployed
 * with a TOKEN authorizer asks for them.
 *
 * @throws RouteTableError when IAM cannot express the table, or only in too long a policy, or its description is too long
 */
function expressibleTable(routes: readonly Route[], cachePer: CacheKey): CompiledTable {
  const table = compileRouteTable(routes);
  const { routes: compiled, losses } = table;
  if (cachePer === 'token') {
    refuseWholeLosses(losses);
    refuseLargePolicies(compiled);
  }
  // Twice, because in a template the text stands quoted.
  const bytes = Buffer.byteLength(JSON.stringify(JSON.stringify(compiled)));
  if (bytes <= MOST_ROUTES_BYTES) return table;
  throw new RouteTableError(
    `The ${routes.length} routes take ${bytes} bytes of the template, and ${MOST_ROUTES_BYTES} fit: ` +
      'shorten their paths, or give some of them to an authorizer and an API of their own.',
  );
}

/** @param region - the stack's; may be a token. @throws DeploymentError for a FIPS endpoint where DynamoDB has none */
export function configurationOf(
  settings: AuthorizerSettings,
  { tableName }: AnyTable,
  region: string,
): AuthorizerConfiguration {
  return {
    issuers: Object.entries(settings.issuers).map(([alias, issuer]) => ({ alias, ...issuer })),
    revocationTable: tableName,
    revocationEndpoint: `https://${dynamoDbHost(settings, region)}.${Aws.REGION}.${Aws.URL_SUFFIX}`,
    revocationLevels: settings.revocationLevels ?? REVOCATION_LEVELS,
    contextClaims: settings.contextClaims ?? {},
  };
}

function dynamoDbHost({ fipsEndpoint }: AuthorizerSettings, region: string): string {
  if (fipsEndpoint !== true) return 'dynamodb';
  if (Token.isUnresolved(region) || /^(us|ca)-(?!gov-|iso)/.test(region)) return 'dynamodb-fips';
  throw new DeploymentError(`fipsEndpoint is true: leave it out, since ${region} has no such endpoint for DynamoDB.`);
}
