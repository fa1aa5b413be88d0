import { DeploymentError } from './deployment-schema.ts';
import { withTokensAs } from './setting-demands.ts';

/** Lambda takes 4 KB for names and values together (Lambda developer guide, "Lambda quotas"). */
export const MAX_ENVIRONMENT_BYTES = 4096;

/** What is reckoned for each value that only the deployment knows, such as a user pool's id. */
const BYTES_OF_TOKEN = 64;

/** @param settings what the environment holds, for the sentence. @throws DeploymentError for one that Lambda would refuse */
export function checkEnvironmentSize(settings: string, environment: Readonly<Record<string, string>>): void {
  const bytes = environmentBytes(environment);
  if (bytes <= MAX_ENVIRONMENT_BYTES) return;
  throw new DeploymentError(
    `${settings} take ${bytes} bytes of the function's environment: name fewer, since Lambda takes ` +
      `${MAX_ENVIRONMENT_BYTES} (with ${BYTES_OF_TOKEN} for each value that only the deployment knows).`,
  );
}

export function environmentBytes(environment: Readonly<Record<string, string>>): number {
  const text = Object.entries(environment).flat().join('');
  return Buffer.byteLength(withTokensAs('x'.repeat(BYTES_OF_TOKEN), text));
}
