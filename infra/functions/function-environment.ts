import { Token } from 'aws-cdk-lib';
import { type AuthorizerConfiguration, environmentOf, ISSUERS_FILE } from '../../lambda/configuration/environment.ts';

import { DeploymentError } from '../errors.ts';
import { withTokensAs } from '../settings/values/shown-value.ts';

export interface IssuerPlacement {
  readonly environment: Record<string, string>;
  /** More files for the function's asset: name -> text. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Puts the issuers into the environment if they fit. Otherwise those that synth knows in full go into a file of the asset; the others
 * cannot, because only the deployment knows some of their values.
 * @throws DeploymentError if the rest is still too long
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

/** Lambda's limit for names and values together (Lambda developer guide, "Lambda quotas"). */
export const MAX_ENVIRONMENT_BYTES = 4096;

/** The assumed size of each value that only the deployment knows, such as a user pool's id. */
const BYTES_OF_TOKEN = 64;

/** @throws DeploymentError for an environment that Lambda would reject */
export function checkEnvironmentSize(settings: string, environment: Readonly<Record<string, string>>): void {
  const error = environmentSizeError(settings, environment);
  if (error !== undefined) throw new DeploymentError(error);
}

/** @param settings - what the environment contains, for the sentence. @returns undefined for an environment that Lambda accepts */
export function environmentSizeError(
  settings: string,
  environment: Readonly<Record<string, string>>,
): string | undefined {
  const bytes = environmentBytes(environment);
  if (bytes <= MAX_ENVIRONMENT_BYTES) return undefined;
  return (
    `${settings} take ${bytes} bytes of the function's environment: name fewer, since Lambda takes ` +
    `${MAX_ENVIRONMENT_BYTES} (with ${BYTES_OF_TOKEN} for each value that only the deployment knows).`
  );
}

function environmentBytes(environment: Readonly<Record<string, string>>): number {
  const text = Object.entries(environment).flat().join('');
  return Buffer.byteLength(withTokensAs('x'.repeat(BYTES_OF_TOKEN), text));
}
