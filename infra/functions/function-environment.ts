import { Token } from 'aws-cdk-lib';
import { type AuthorizerConfiguration, environmentOf, ISSUERS_FILE } from '../../lambda/configuration/environment.ts';

import { DeploymentError } from '../errors.ts';
import { withTokensAs } from '../settings/shown-value.ts';

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

/** Lambda takes 4 KB for names and values together (Lambda developer guide, "Lambda quotas"). */
export const MAX_ENVIRONMENT_BYTES = 4096;

/** What is reckoned for each value that only the deployment knows, such as a user pool's id. */
const BYTES_OF_TOKEN = 64;

/** @throws DeploymentError for an environment that Lambda would reject */
export function checkEnvironmentSize(settings: string, environment: Readonly<Record<string, string>>): void {
  const error = environmentSizeError(settings, environment);
  if (error !== undefined) throw new DeploymentError(error);
}

/** @param settings what the environment holds, for the sentence. @returns undefined for one that Lambda takes */
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

export function environmentBytes(environment: Readonly<Record<string, string>>): number {
  const text = Object.entries(environment).flat().join('');
  return Buffer.byteLength(withTokensAs('x'.repeat(BYTES_OF_TOKEN), text));
}
