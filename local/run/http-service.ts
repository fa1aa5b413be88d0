import { once } from 'node:events';
import type { Server } from 'node:http';
import { listen } from './ports.ts';

/** One of our own HTTP servers, which tests may take away and bring back. */
export interface HttpService {
  /** Stops answering; connections end. */
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
