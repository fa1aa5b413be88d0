import { once } from 'node:events';
import { connect } from 'node:net';
import { HOST } from '../../../local/run/http-service.ts';

/** Below the ports of outgoing connections, any of which may be taken at any moment. */
const FIRST = 10_000;
const BLOCKS = 5_000;

/** The first of four loopback ports in a row that nothing listens on. */
export async function freePorts(): Promise<number> {
  for (;;) {
    const port = FIRST + 4 * Math.floor(Math.random() * BLOCKS);
    if (!(await Promise.all(fourFrom(port).map(isTaken))).includes(true)) return port;
  }
}

export function fourFrom(port: number): readonly number[] {
  return [0, 1, 2, 3].map((offset) => port + offset);
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
