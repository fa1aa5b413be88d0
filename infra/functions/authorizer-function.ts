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
import { pathOf } from '../settings/values/claim-path.ts';
import { placeIssuers } from './function-environment.ts';
import { lambdaAsset } from './lambda-asset.ts';
import { LambdaFunction } from './lambda-function.ts';

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

/** The authorizer's function. It may not read the revocation table until `grantDecisions` lets it. */
export class AuthorizerFunction extends LambdaFunction {
  /** @internal The compiled routes, as the function reads them. */
  readonly routes: readonly CompiledRoute[];

  /** @internal */
  constructor(scope: Construct, id: string, props: AuthorizerFunctionProps) {
    const { configuration, policies, resultTtl, flush, reservedConcurrency, encryptionKey } = props;
    const { environment, files } = placeIssuers(configuration);
    const { routes, losses, warnings } = expressibleTable(props.routes, policies);
    super(scope, id, {
      description: 'Verifies bearer tokens and answers with the policy they are granted',
      code: lambdaAsset(scope, 'authorizer.handler.ts', { [ROUTES_FILE]: JSON.stringify(routes), ...files }),
      environment,
      timeout: AUTHORIZER_TIMEOUT,
      // The code needs about 100 MiB, but CPU grows with memory, and a cold start is mostly work for the CPU.
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
    // As text, because templates cannot contain null, and issuers may (`jwksUri`, `tokenTypes`).
    const metadata = Stack.of(this).toJsonString(description);
    (this.node.defaultChild as CfnFunction).addMetadata(DESCRIPTION_KEY, metadata);
    for (const { id, text } of warnings) Annotations.of(this).addWarningV2(`bearer-authorizer:${id}`, text);
  }
}

/** @param region - the stack's, possibly a token. @throws DeploymentError for a FIPS endpoint where DynamoDB has none */
export function configurationOf(
  settings: AuthorizerSettings,
  { tableName }: AnyTable,
  region: string,
): AuthorizerConfiguration {
  return {
    issuers: Object.entries(settings.issuers).map(([alias, issuer]) => ({ alias, ...issuer })),
    revocationTable: tableName,
    revocationEndpoint: `https://${dynamoDbHost(settings, region)}.${Aws.REGION}.${Aws.URL_SUFFIX}`,
    ...revocationLevelsOf(settings),
    contextClaims: settings.contextClaims ?? {},
  };
}

/**
 * The level `claim` is named only where the deployment has such claims: nothing would be read at it, and the function of an older
 * version, which CloudFormation may start with the new environment, does not know it.
 */
function revocationLevelsOf({
  revocationLevels = REVOCATION_LEVELS,
  revocationClaims = {},
}: AuthorizerSettings): Pick<AuthorizerConfiguration, 'revocationLevels' | 'revocationClaims'> {
  const claims = Object.entries(revocationClaims);
  if (claims.length === 0) return { revocationLevels: revocationLevels.filter((level) => level !== 'claim') };
  return {
    revocationLevels,
    revocationClaims: Object.fromEntries(claims.map(([name, claim]) => [name, pathOf(claim)])),
  };
}

function dynamoDbHost({ fipsEndpoint }: AuthorizerSettings, region: string): string {
  if (fipsEndpoint !== true) return 'dynamodb';
  if (Token.isUnresolved(region) || /^(us|ca)-(?!gov-|iso)/.test(region)) return 'dynamodb-fips';
  throw new DeploymentError(`fipsEndpoint is true: leave it out, since ${region} has no such endpoint for DynamoDB.`);
}
