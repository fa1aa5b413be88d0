import { Token } from 'aws-cdk-lib';
import { type AuthorizerConfiguration, environmentOf, ISSUERS_FILE } from '../../lambda/configuration/environment.ts';
import { checkEnvironmentSize, environmentBytes, MAX_ENVIRONMENT_BYTES } from '../settings/environment-size.ts';

export interface IssuerPlacement {
  readonly environment: Record<string, string>;
  /** More files for the function's asset: name -> text. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Issuers stand in the environment while it has room. Otherwise those that synth knows in full travel as a file in the
 * asset, because a value that only the deployment knows can be in no file.
 * @throws DeploymentError where the rest is too long all the same
 */
export function placeIssuers(configuration: AuthorizerConfiguration): IssuerPlacement {
  const environment = { ...environmentOf(configuration) };
  if (environmentBytes(environment) <= MAX_ENVIRONMENT_BYTES) return { environment, files: {} };
  const { issuers } = configuration;
  const known = issuers.filter((issuer) => !Token.isUnresolved(JSON.stringify(issuer)));
  const others = issuers.filter((issuer) => !known.includes(issuer));
  const rest = { ...environmentOf({ ...configuration, issuers: others }), ISSUERS_FILE };
  checkEnvironmentSize('issuers with values that only the deployment knows, and contextClaims,', rest);
  return { environment: rest, files: { [ISSUERS_FILE]: JSON.stringify(known) } };
}
