import { authorizationServer } from '../../../local/authorization-server/authorization-server.ts';
import { clientsAndUsers } from '../../../local/authorization-server/clients-and-users.ts';
import type { ServerSettings } from '../../../local/authorization-server/server-configuration.ts';
import { HOST, startHttpService } from '../../../local/run/http-service.ts';
import { freePort } from './free-port.ts';

export const AUDIENCE = 'https://api.example.com';

export const ROUTES = [
  { method: 'GET', scopes: [] },
  { method: 'GET', scopes: ['orders:read'] },
  { method: 'POST', scopes: ['orders:write'] },
] as const;

/** The authorization server of the local run, without the rest of it. */
export async function startAuthorizationServer(settings: Partial<ServerSettings> = {}) {
  const port = await freePort();
  const issuer = `http://${HOST}:${port}`;
  const parties = clientsAndUsers(ROUTES);
  const usual = { issuer, accessTokenLifetimeSeconds: 600, audiences: [AUDIENCE], ...parties };
  const created = await authorizationServer({ ...usual, ...settings });
  const { pause } = await startHttpService(created.server, port);
  return { ...parties, ...created, issuer, stop: pause };
}

export type StartedAuthorizationServer = Awaited<ReturnType<typeof startAuthorizationServer>>;
