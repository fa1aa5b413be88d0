import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { LocalRunError } from '../local-run-error.ts';

/** Everything of ours listens here only. DynamoDB Local takes no address: it listens on every interface. */
export const HOST = '127.0.0.1';

/** The ports of one run: they follow from the API's. */
export interface Ports {
  readonly api: number;
  readonly issuer: number;
  readonly dynamodb: number;
  readonly controlPlane: number;
}

export const LAST_API_PORT = 65_535 - 3;

export function portsFrom(api: number): Ports {
  return { api, issuer: api + 1, dynamodb: api + 2, controlPlane: api + 3 };
}

/** @throws LocalRunError naming the port that something else listens on */
export async function requireFree(ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    const probe = createServer();
    await listen(probe, port);
    probe.close();
    await once(probe, 'close');
  }
}

/** @throws LocalRunError naming the port that something else listens on */
export async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, HOST);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new LocalRunError(
      `Port ${port} cannot be listened on (${(error as NodeJS.ErrnoException).code}): stop what uses it, or choose other ports with --port N (N to N+3 are used).`,
    );
  }
}
