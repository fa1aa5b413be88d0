import { Annotations, Aws, Duration, Stack, Token } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { type AuthorizerDescription, DESCRIPTION_KEY } from '../../lambda/configuration/authorizer-description.ts';
import type { AuthorizerConfiguration } from '../../lambda/configuration/environment.ts';
import { type CompiledRoute, ROUTES_FILE, type Route } from '../../lambda/policy/route.ts';
import { REVOCATION_LEVELS } from '../../lambda/revocation/revocation-level.ts';
import { DeploymentError } from '../errors.ts';
import type { AnyTable, AuthorizerSettings } from '../settings/deployment-schema.ts';
import { expressibleTable, type PolicyDemands } from '../settings/expressible-table.ts';
import { placeIssuers } from './function-environment.ts';
import { lambdaAsset } from './lambda-asset.ts';
import { LambdaFunction } from './lambda-function.ts';

/** Longer than the slowest honest decision: a key set fetch (1.5 s) and four attempts at a table read (2.2 s). */
export const AUTHORIZER_TIMEOUT = Duration.seconds(5);

export interface AuthorizerFunctionProps {
  readonly configuration: AuthorizerConfiguration;
  readonly routes: readonly Route[];
  /** Its `cachePer` is told to operators, as `flush`: the event tells the function. */
  readonly policies: PolicyDemands;
  readonly resultTtl: Duration;
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
    const { configuration, policies, resultTtl, flush, reservedConcurrency, encryptionKey } = props;
    const { environment, files } = placeIssuers(configuration);
    const { routes, losses, warnings } = expressibleTable(props.routes, policies);
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
      cachePer: policies.cachePer,
      flush,
      losses,
    };
    // As text: templates hold no null, and issuers may have some (`jwksUri`, `tokenTypes`).
    const metadata = Stack.of(this).toJsonString(description);
    (this.node.defaultChild as CfnFunction).addMetadata(DESCRIPTION_KEY, metadata);
    for (const { id, text } of warnings) Annotations.of(this).addWarningV2(`bearer-authorizer:${id}`, text);
  }
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
