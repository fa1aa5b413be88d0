import { describe, expect, it } from 'vitest';
import { clientsAndUsers } from '../../../local/authorization-server/clients-and-users.ts';

const scopesOf = (...routes: Parameters<typeof clientsAndUsers>[0]) => {
  const { clients, users } = clientsAndUsers(routes);
  return Object.fromEntries([
    ...clients.map(({ clientId, scope }) => [clientId, scope]),
    ...users.map(({ subject, scope }) => [subject, scope]),
  ]);
};

describe('the clients and users have the scopes of the routes:', () => {
  it('all of them, those that read, or none', () => {
    expect(
      scopesOf(
        { method: 'GET', scopes: ['invoices:read'] },
        { method: 'POST', scopes: ['invoices:write', 'admin'] },
        { method: 'GET', scopes: ['invoices:read', 'admin'] },
      ),
    ).toEqual({
      service: 'invoices:read invoices:write admin',
      alice: 'invoices:read invoices:write admin',
      reader: 'invoices:read',
      bob: 'invoices:read',
      visitor: '',
    });
  });

  it('none where every route takes any token', () => {
    expect(new Set(Object.values(scopesOf({ method: 'ANY', scopes: [] })))).toEqual(new Set(['']));
  });
});
