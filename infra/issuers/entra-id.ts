import type { IssuerSettings } from '../settings/deployment-schema.ts';
import { allOf, matching, oneOf, oneOrMore, optional, type ValidatorsOf, without } from '../settings/validators.ts';
import {
  asList,
  type CommonOptions,
  checkOptions,
  claimText,
  commonOptions,
  commonSettings,
  oneMoreSubjectAlias,
  rfc9068,
  scopeArray,
  scopeString,
} from './common-options.ts';

/** Hosts of Microsoft's national clouds: https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud */
const HOSTS = {
  global: 'login.microsoftonline.com',
  usGovernment: 'login.microsoftonline.us',
  china: 'login.partner.microsoftonline.cn',
} as const;

/** The options of {@link entraId}. */
export interface EntraIdOptions extends CommonOptions {
  /** The GUID of the directory. `common` and `organizations` are rejected, because they would trust every tenant there is. */
  readonly tenantId: string;
  /** The application (client) id of the API. It is the audience of v2.0 access tokens; the `api://…` URI never is. */
  readonly audience: string | readonly string[];
  /**
   * Microsoft's cloud in which the directory is.
   * @default 'global'
   */
  readonly cloud?: 'global' | 'usGovernment' | 'china';
}

const OPTIONS: ValidatorsOf<EntraIdOptions> = {
  tenantId: matching(
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    'write the identifier itself, in lower case as tokens have it, such as 8a2d3c4e-1111-2222-3333-444455556666',
  ),
  cloud: optional(oneOf(Object.keys(HOSTS))),
  audience: oneOrMore(
    allOf(
      claimText,
      without(/:\/\//, "write the API's application (client) id, because v2.0 tokens have no other audience"),
      without(/^(?=.*[A-F])[0-9a-fA-F-]{36}$/, 'write it in lower case, as tokens have it'),
    ),
  ),
  ...commonOptions,
  subjectAliases: oneMoreSubjectAlias,
};

/**
 * A Microsoft Entra ID tenant as issuer. Scopes are `scp` (delegated permissions) and `roles` (application permissions).
 * Its `sub` differs from API to API; the object id that the portal shows is `oid`, and entries count for both.
 *
 * In Entra ID, set `requestedAccessTokenVersion` to 2 in the API's manifest, and give the API a registration of its own: an ID token
 * differs from an access token only in its audience, the client.
 *
 * Source: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 *
 * @throws DeploymentError naming the option
 */
export function entraId(options: EntraIdOptions): IssuerSettings {
  checkOptions('entraId', options, OPTIONS);
  const { tenantId, audience, cloud = 'global', ...common } = options;
  const tenant = `https://${HOSTS[cloud]}/${tenantId}`;
  return {
    ...rfc9068(`${tenant}/v2.0`, `${tenant}/discovery/v2.0/keys`),
    ...commonSettings(common, ['oid']),
    audiences: asList(audience),
    tokenTypes: ['JWT'],
    requiredClaims: { ver: '2.0' },
    claimNames: {
      scopes: [scopeString('scp'), scopeArray('roles')],
      jwtId: 'uti',
      session: 'sid',
      client: ['azp'],
    },
  };
}
