import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, createServer, type Server as TcpServer } from 'node:net';
import { takenPortError } from './ports/taken-port.ts';

/** The only address that our servers listen on. DynamoDB Local takes no address and listens on every interface. */
export const HOST = '127.0.0.1';

/** One of our HTTP servers, which tests may pause and resume. */
export interface HttpService {
  /** Stops listening, and closes the connections. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

export async function startHttpService(server: Server, port: number): Promise<HttpService> {
  await listen(server, port);
  return {
    pause: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
    resume: () => listen(server, port),
  };
}

/** @throws LocalRunError naming the port that something else listens on */
export async function requireFree(ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    // On macOS a socket of one address may share a port with DynamoDB Local's, which has all addresses.
    if (await isAnswered(port)) throw takenPortError(port, 'EADDRINUSE');
    const probe = createServer();
    await listen(probe, port);
    probe.close();
    await once(probe, 'close');
  }
}

/** @throws LocalRunError naming the port that something else listens on */
async function listen(server: TcpServer, port: number): Promise<void> {
  server.listen(port, HOST);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw takenPortError(port, (error as NodeJS.ErrnoException).code);
  }
}

async function isAnswered(port: number): Promise<boolean> {
  const socket = connect(port, HOST);
  const isConnected = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return isConnected;
}
