import { once } from 'node:events';
import { connect } from 'node:net';
import { HOST } from '../../../local/run/http-service.ts';
import { portOfApi, portsFrom } from '../../../local/run/ports/ports.ts';

/** Below the ports of outgoing connections (Linux: from 32,768 on), any of which may be taken at any moment. */
const [FIRST, LAST] = [10_000, 32_000];
/** The ports of a run, and those of further APIs. */
const BLOCK = 10;
const BLOCKS = Math.floor((LAST - FIRST) / BLOCK);

/** The first of the loopback ports of one run, on none of which anything listens. */
export async function freePorts(): Promise<number> {
  for (;;) {
    const port = FIRST + BLOCK * Math.floor(Math.random() * BLOCKS);
    if (!(await Promise.all(portsOf(port).map(isTaken))).includes(true)) return port;
  }
}

/** The ports of the run whose API has this one. */
export function portsOf(api: number): readonly number[] {
  const ports = portsFrom(api);
  return [...Object.values(ports), portOfApi(ports, 1)];
}

/** Whether something listens on a port. It connects, because a probe that listens would itself take the port. */
export async function isTaken(port: number): Promise<boolean> {
  const socket = connect(port, HOST);
  const connected = once(socket, 'connect').then(
    () => true,
    () => false,
  );
  return connected.finally(() => socket.destroy());
}
