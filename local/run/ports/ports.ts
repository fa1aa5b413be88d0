/** The ports of one run, which follow from the API's. */
export interface Ports {
  readonly api: number;
  readonly issuer: number;
  readonly dynamodb: number;
  readonly controlPlane: number;
  /** The transmitter of signals. */
  readonly transmitter: number;
  /** The page to look at. */
  readonly page: number;
}

/** How many ports one run has. */
export const PORT_COUNT = 6;

export const LAST_API_PORT = 65_535 - (PORT_COUNT - 1);

/** The port of one of several APIs of a template. Further ones follow the ports of the run. */
export function portOfApi({ api, page }: Ports, index: number): number {
  return index === 0 ? api : page + index;
}

export function portsFrom(api: number): Ports {
  return { api, issuer: api + 1, dynamodb: api + 2, controlPlane: api + 3, transmitter: api + 4, page: api + 5 };
}
