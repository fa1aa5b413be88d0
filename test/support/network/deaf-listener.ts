import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A loopback port with a listener on which no connection is ever established. */
export interface DeafListener extends AsyncDisposable {
  readonly address: string;
}

const LISTEN = `
  const server = require('node:net').createServer();
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port));
`;

/** A stopped process accepts nothing. Once its queue is full, the kernel drops new connections (listen(2)). */
export async function startDeafListener(): Promise<DeafListener> {
  const listener = spawn(process.execPath, ['-e', LISTEN], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(listener.stdout, 'data')) as [Buffer];
  const port = Number(line.toString('utf8'));
  listener.kill('SIGSTOP');
  const inQueue = Array.from({ length: 4 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
  await Promise.all(inQueue.slice(0, 2).map((socket) => once(socket, 'connect')));
  return {
    address: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of inQueue as Socket[]) socket.destroy();
      const ended = once(listener, 'exit');
      listener.kill('SIGKILL');
      await ended;
    },
  };
}
