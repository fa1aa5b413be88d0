import { Aws, Token } from 'aws-cdk-lib';
import type { AuthorizerConfiguration } from '../../lambda/configuration/environment.ts';
import { REVOCATION_LEVELS } from '../../lambda/revocation/revocation-level.ts';
import { DeploymentError } from '../errors.ts';
import type { AnyTable, AuthorizerSettings } from '../settings/deployment-schema.ts';
import { pathOf } from '../settings/values/claim-path.ts';

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
