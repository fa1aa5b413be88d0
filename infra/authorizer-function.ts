import { Aws, Duration, Stack } from 'aws-cdk-lib';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { type AuthorizerDescription, DESCRIPTION_KEY } from '../lambda/authorizer-description.ts';
import { type AuthorizerConfiguration, environmentOf } from '../lambda/authorizer-environment.ts';
import { REVOCATION_LEVELS } from '../lambda/revocation-target.ts';
import { type CompiledRoute, ROUTES_FILE } from '../lambda/route.ts';
import { checkEnvironmentSize } from './authorizer-check.ts';
import type { AuthorizerSettings } from './deployment-schema.ts';
import { lambdaAsset } from './lambda-asset.ts';
import { LambdaFunction } from './lambda-function.ts';

/** Longer than the slowest honest decision: a key set fetch (1.5 s) and three attempts at a table read (2 s). */
export const AUTHORIZER_TIMEOUT = Duration.seconds(5);

export interface AuthorizerFunctionProps {
  readonly configuration: AuthorizerConfiguration;
  readonly routes: readonly CompiledRoute[];
  readonly resultTtl: Duration;
  /** Whether entries flush API Gateway's result cache: told to operators, of no concern to the function. */
  readonly flush: boolean;
}

/** The function behind the authorizer. It can read nothing yet: whoever creates it grants it the table. */
export class AuthorizerFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, { configuration, routes, resultTtl, flush }: AuthorizerFunctionProps) {
    checkEnvironmentSize(configuration);
    super(scope, id, {
      description: 'Verifies bearer tokens and answers with the policy they are granted',
      code: lambdaAsset('authorizer.handler.ts', { [ROUTES_FILE]: JSON.stringify(routes) }),
      environment: { ...environmentOf(configuration) },
      timeout: AUTHORIZER_TIMEOUT,
      // A cold start is mostly work for the CPU, which comes with memory; the code itself needs about 100 MiB.
      memorySize: 512,
    });
    const description: AuthorizerDescription = {
      configuration,
      routes,
      resultTtlSeconds: resultTtl.toSeconds(),
      authorizerTimeoutSeconds: AUTHORIZER_TIMEOUT.toSeconds(),
      flush,
    };
    // As text: templates hold no null, and issuers may have some (`jwksUri`, `tokenTypes`).
    const text = Stack.of(this).toJsonString(description);
    (this.node.defaultChild as CfnFunction).addMetadata(DESCRIPTION_KEY, text);
  }
}

export function configurationOf(settings: AuthorizerSettings, revocationTable: string): AuthorizerConfiguration {
  return {
    issuers: Object.entries(settings.issuers).map(([alias, issuer]) => ({ alias, ...issuer })),
    revocationTable,
    revocationEndpoint: `https://dynamodb.${Aws.REGION}.${Aws.URL_SUFFIX}`,
    revocationLevels: settings.revocationLevels ?? REVOCATION_LEVELS,
    contextClaims: settings.contextClaims ?? {},
  };
}
