/** The ports of one run, which follow from the API's. */
export interface Ports {
  readonly api: number;
  readonly issuer: number;
  readonly dynamodb: number;
  readonly controlPlane: number;
  /** The transmitter of signals. */
  readonly transmitter: number;
}

/** How many ports one run has. */
export const PORT_COUNT = 5;

export const LAST_API_PORT = 65_535 - (PORT_COUNT - 1);

export function portsFrom(api: number): Ports {
  return { api, issuer: api + 1, dynamodb: api + 2, controlPlane: api + 3, transmitter: api + 4 };
}
