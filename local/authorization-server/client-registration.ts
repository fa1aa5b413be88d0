import { type ClientMetadata, errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { LocalApp, LocalClient } from '../../ops/stack/running-stack.ts';
import { isOnThisMachine } from '../loopback/this-machine.ts';

/** Paths at which apps on this machine, on any port (RFC 8252 section 7.3), get the answer to a sign-in. */
const APP_PATHS = ['/', '/callback'];
const APP_GRANTS: readonly string[] = ['authorization_code', 'refresh_token'];

/** A confidential client, for client credentials. */
export function serviceRegistration({ clientId, clientSecret, scope }: LocalClient): ClientMetadata {
  return {
    client_id: clientId,
    client_secret: clientSecret,
    ...(scope !== '' && { scope }),
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  };
}

/** A public client. The redirect URIs of a `native` one hold for every port of this machine. */
export function appRegistration({ clientId }: LocalApp, backchannelLogoutUri: string | undefined): ClientMetadata {
  const addresses = ['127.0.0.1', 'localhost'].flatMap((host) => APP_PATHS.map((path) => `http://${host}${path}`));
  return {
    client_id: clientId,
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    grant_types: [...APP_GRANTS],
    redirect_uris: addresses,
    post_logout_redirect_uris: addresses,
    ...(backchannelLogoutUri !== undefined && {
      backchannel_logout_uri: backchannelLogoutUri,
      backchannel_logout_session_required: true,
    }),
  };
}

/**
 * Accepts only apps on this machine: users are not asked for their consent, and a page from elsewhere must not get their tokens.
 * @param ctx - undefined: a client of our own
 */
export function requireOwnApp(ctx: KoaContextWithOIDC | undefined, name: string, value: unknown): void {
  if (ctx === undefined || value === undefined) return;
  const isOurs = name === 'grant_types' ? (grant: string) => APP_GRANTS.includes(grant) : isOnThisMachine;
  if ([value].flat().every((one) => typeof one === 'string' && isOurs(one))) return;
  const allowed = name === 'grant_types' ? APP_GRANTS.join(' and ') : 'addresses on this machine';
  throw new errors.InvalidClientMetadata(`${name} may name ${allowed} only`);
}
