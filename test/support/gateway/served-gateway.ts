import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Template } from '../../../local/cloudformation/template.ts';
import { gatewayServer } from '../../../local/gateway/gateway-server.ts';
import type { RunEvent } from '../../../local/log/run-event.ts';
import { gatewayUnderTest } from './gateway-under-test.ts';

/** The first API of a template, served over HTTP. */
export interface ServedGateway {
  readonly port: number;
  /** What the functions and the gateway have logged. */
  readonly events: RunEvent[];
  close(): Promise<void>;
}

export async function servedGateway(template: Template): Promise<ServedGateway> {
  const { apis, events, close } = await gatewayUnderTest(template);
  const [api] = apis;
  if (api === undefined) throw new Error('The template has no API with a stage.');
  const server = gatewayServer(api.answer, { say: () => {}, log: (event) => void events.push(event) });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    events,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await close();
    },
  };
}
