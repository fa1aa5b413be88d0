import type { IssuerSettings } from '../settings/deployment-schema.ts';
import { isRecord } from '../settings/values/plain-object.ts';
import {
  allOf,
  matching,
  oneOf,
  oneOrMore,
  optional,
  type ValidatorsOf,
  without,
} from '../settings/values/validators.ts';
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
  /**
   * The application (client) id of the API. It is the audience of v2.0 access tokens; the `api://…` URI never is. v1.0 tokens have the one
   * that the client asked for: name both.
   */
  readonly audience: string | readonly string[];
  /**
   * The version of the API's access tokens: `requestedAccessTokenVersion` in its manifest, where null means `1.0`, as in most old
   * registrations. Tokens of the other version are rejected.
   * @default '2.0'
   */
  readonly version?: '1.0' | '2.0';
  /**
   * Microsoft's cloud in which the directory is.
   * @default 'global'
   */
  readonly cloud?: 'global' | 'usGovernment' | 'china';
}

/** Who issues v1.0 tokens, by cloud. */
const V1_ISSUERS = {
  global: 'sts.windows.net',
  usGovernment: 'sts.windows.net',
  china: 'sts.chinacloudapi.cn',
} as const;

const applicationId = allOf(
  claimText,
  without(/^(?=.*[A-F])[0-9a-fA-F-]{36}$/, 'write it in lower case, as tokens have it'),
);

const withoutUri = without(
  /:\/\//,
  "write the API's application (client) id, because v2.0 tokens have no other audience",
);

const OPTIONS: ValidatorsOf<EntraIdOptions> = {
  tenantId: matching(
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    'write the identifier itself, in lower case as tokens have it, such as 8a2d3c4e-1111-2222-3333-444455556666',
  ),
  cloud: optional(oneOf(Object.keys(HOSTS))),
  version: optional(oneOf(['1.0', '2.0'])),
  audience: oneOrMore(allOf(applicationId, withoutUri)),
  ...commonOptions,
  subjectAliases: oneMoreSubjectAlias,
};

/**
 * A Microsoft Entra ID tenant as issuer. Scopes are `scp` (delegated permissions) and `roles` (application permissions).
 * Its `sub` differs from API to API; the object id that the portal shows is `oid`, and entries count for both.
 *
 * In Entra ID, set `requestedAccessTokenVersion` to 2 in the API's manifest, or write `version: '1.0'`. Give the API a registration of its
 * own: an ID token differs from an access token only in its audience, the client.
 *
 * Source: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 *
 * @throws DeploymentError naming the option
 */
export function entraId(options: EntraIdOptions): IssuerSettings {
  const isV1 = isRecord(options) && options.version === '1.0';
  checkOptions('entraId', options, isV1 ? { ...OPTIONS, audience: oneOrMore(applicationId) } : OPTIONS);
  const { tenantId, audience, cloud = 'global', version = '2.0', ...common } = options;
  const tenant = `https://${HOSTS[cloud]}/${tenantId}`;
  const issuer = isV1 ? `https://${V1_ISSUERS[cloud]}/${tenantId}/` : `${tenant}/v2.0`;
  return {
    ...rfc9068(issuer, isV1 ? `${tenant}/discovery/keys` : `${tenant}/discovery/v2.0/keys`),
    ...commonSettings(common, ['oid']),
    audiences: asList(audience),
    tokenTypes: ['JWT'],
    requiredClaims: { ver: version },
    claimNames: {
      scopes: [scopeString('scp'), scopeArray('roles')],
      jwtId: 'uti',
      session: 'sid',
      client: [isV1 ? 'appid' : 'azp'],
    },
  };
}
