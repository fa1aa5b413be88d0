import type { Grant, KoaContextWithOIDC } from 'oidc-provider';
import type { ClientsAndUsers } from './clients-and-users.ts';

/**
 * What the user who has signed in allows the app: the scopes that the user has, without asking.
 * @param resources - the audiences of the API, as resource indicators (RFC 8707)
 */
export async function grantOf(
  { oidc }: KoaContextWithOIDC,
  { users, scopes }: ClientsAndUsers,
  resources: readonly string[],
): Promise<Grant | undefined> {
  const { provider, session, client, result } = oidc;
  const { accountId } = session ?? {};
  if (session === undefined || client === undefined || accountId === undefined) return undefined;
  const earlier = result?.consent?.grantId ?? session.grantIdFor(client.clientId);
  if (earlier !== undefined) return provider.Grant.find(earlier);

  const granted = users.find(({ subject }) => subject === accountId)?.scope.split(' ') ?? [];
  const grant = new provider.Grant({ accountId, clientId: client.clientId });
  const others = scopes.filter((scope) => !granted.includes(scope));
  grant.addOIDCScope('openid');
  // A scope that is neither granted nor rejected would be asked for.
  grant.rejectOIDCScope(scopes.join(' '));
  for (const resource of resources) {
    grant.addResourceScope(resource, granted.join(' '));
    grant.rejectResourceScope(resource, others.join(' '));
  }
  await grant.save();
  return grant;
}

/** The claim `sid` of a token: the session at the client, by which a logout token names it too. Clients themselves have none. */
export async function sessionClaims(
  { oidc: { provider } }: KoaContextWithOIDC,
  token: object | undefined,
): Promise<{ readonly sid?: string }> {
  const { sessionUid, clientId } = (token ?? {}) as { readonly sessionUid?: string; readonly clientId?: string };
  if (sessionUid === undefined || clientId === undefined) return {};
  const sid = (await provider.Session.findByUid(sessionUid))?.sidFor(clientId);
  return sid === undefined ? {} : { sid };
}
