import { DeploymentError } from './deployment-schema.ts';
import { withTokensAs } from './setting-demands.ts';

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
