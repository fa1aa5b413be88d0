import type { IssuerSettings } from '../settings/deployment-schema.ts';
import { allOf, oneOrMore, optional, type ValidatorsOf, without } from '../settings/values/validators.ts';
import {
  asList,
  type CommonOptions,
  checkOptions,
  claimText,
  commonOptions,
  commonSettings,
  host,
  oneMoreSubjectAlias,
  pathPart,
  rfc9068,
  scopeArray,
} from './common-options.ts';

/** The options of {@link okta}. */
export interface OktaOptions extends CommonOptions {
  /** The host of the organisation, or its custom domain: `acme.okta.com`. */
  readonly domain: string;
  /**
   * The id of the custom authorization server. Tokens of the organisation's own authorization server are not meant for other APIs.
   * @default 'default'
   */
  readonly authorizationServerId?: string;
  /** The audience of the authorization server: `api://default`. */
  readonly audience: string | readonly string[];
}

export const oktaDomain = allOf(
  host,
  without(/^[^.]+-admin\.okta/, "leave out -admin: that is the console's host, and tokens name the organisation's"),
);

const OPTIONS: ValidatorsOf<OktaOptions> = {
  domain: oktaDomain,
  authorizationServerId: optional(pathPart),
  audience: oneOrMore(claimText),
  ...commonOptions,
  subjectAliases: oneMoreSubjectAlias,
};

/**
 * A custom authorization server of Okta as issuer. Its `sub` is the login name; the id that Okta's console shows (`00u…`) is `uid`, and
 * entries count for both.
 *
 * Source: https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/ (tokens and claims) and
 * https://developer.okta.com/docs/concepts/auth-servers/
 *
 * @throws DeploymentError naming the option
 */
export function okta(options: OktaOptions): IssuerSettings {
  checkOptions('okta', options, OPTIONS);
  const { domain, authorizationServerId = 'default', audience, ...common } = options;
  const issuer = `https://${domain}/oauth2/${authorizationServerId}`;
  return {
    ...rfc9068(issuer, `${issuer}/v1/keys`),
    ...commonSettings(common, ['uid']),
    audiences: asList(audience),
    tokenTypes: [null, 'at+jwt'],
    claimNames: { scopes: [scopeArray('scp')], jwtId: 'jti', session: 'sid', client: ['cid'] },
  };
}
