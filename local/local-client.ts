/** A client of the local authorization server. The secrets are fixed, and good for nothing but this machine. */
export interface LocalClient {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Scopes separated by spaces; empty: none. */
  readonly scope: string;
}

export const LOCAL_CLIENTS: readonly LocalClient[] = [
  { clientId: 'orders-service', clientSecret: 'orders-service-secret', scope: 'orders:read orders:write' },
  { clientId: 'support-desk', clientSecret: 'support-desk-secret', scope: 'orders:read refunds:read' },
  { clientId: 'visitor', clientSecret: 'visitor-secret', scope: '' },
];
