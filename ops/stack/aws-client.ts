import { defaultProvider } from '@aws-sdk/credential-provider-node';

/**
 * Milliseconds until an address that gives credentials to machines counts as absent. It answers within a few where there is one,
 * and AWS's own limit of a second holds for each of three requests, which somebody without credentials would wait for.
 */
const MAX_MACHINE_WAIT = 300;

/** The configuration of a client of AWS. @param region - undefined: the one of the AWS configuration */
export function awsConfig<R extends string | undefined>(region: R) {
  return {
    ...(region === undefined ? {} : { region }),
    credentialDefaultProvider: (init: Parameters<typeof defaultProvider>[0]) =>
      defaultProvider({ ...init, timeout: MAX_MACHINE_WAIT, maxRetries: 0 }),
  };
}
