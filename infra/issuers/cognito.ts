import { Aws, Fn, Token } from 'aws-cdk-lib';
import type { IssuerSettings } from '../settings/deployment-schema.ts';
import {
  allOf,
  matching,
  nonEmptyList,
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
  commonSettings,
  optionsBesidesClients,
  rfc9068,
  scopeString,
} from './common-options.ts';

/** The options of {@link cognito}. */
export interface CognitoOptions extends Omit<CommonOptions, 'clients'> {
  /** The id of the user pool, which begins with its Region: `eu-central-1_AbCdEfGhI`. */
  readonly userPoolId: string;
  /**
   * The pool's issuer configuration. Tokens of `updated`, which multi-Region replication needs, name
   * `https://issuer-cognito-idp.<Region>.amazonaws.com/<pool>` with the pool's primary Region. The pool's setting chooses one of both,
   * and tokens with the other are rejected.
   * @default 'original': `https://cognito-idp.<Region>.amazonaws.com/<pool>`
   */
  readonly issuerType?: 'original' | 'updated';
  /** Ids of the app clients that may use the API. They must be named, because most of Cognito's access tokens have no audience. */
  readonly clients: readonly string[];
  /**
   * Audiences of tokens that a client requested with a `resource` (resource binding). Tokens without `aud` are accepted as well.
   * @default none: a token with an `aud` was made for another API and is rejected
   */
  readonly audience?: string | readonly string[];
  /**
   * The identifier of the resource server whose scopes the routes name. Cognito writes scopes as `<identifier>/<scope>`; the
   * identifier and the slash are taken off.
   * @default scopes count as Cognito writes them
   */
  readonly resourceServer?: string;
}

export const poolId = matching(
  /^[a-z]{2}(-[a-z]+)+-\d_[A-Za-z0-9]+$/,
  'write the whole identifier, such as eu-central-1_AbCdEfGhI',
);

const OPTIONS: ValidatorsOf<CognitoOptions> = {
  userPoolId: poolId,
  issuerType: optional(oneOf(['original', 'updated'])),
  clients: nonEmptyList(matching(/^[^\s/?#]+$/, 'name the app clients that may use the API by their ids')),
  audience: optional(oneOrMore(claimText)),
  resourceServer: optional(
    allOf(
      matching(/^\S+$/, "write the resource server's identifier"),
      without(/^[^:]*\/$/, 'leave out the slash at its end, which Cognito adds'),
    ),
  ),
  ...optionsBesidesClients,
};

/**
 * A Cognito user pool as issuer. Only access tokens are accepted, not ID tokens.
 *
 * Source: https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html and
 * https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_IssuerConfigurationType.html
 *
 * @throws DeploymentError naming the option
 */
export function cognito(options: CognitoOptions): IssuerSettings {
  checkOptions('cognito', options, OPTIONS);
  const { userPoolId, issuerType = 'original', ...others } = options;
  const service = issuerType === 'updated' ? 'issuer-cognito-idp' : 'cognito-idp';
  return cognitoPool(`https://${service}.${regionAndSuffix(userPoolId)}/${userPoolId}`, others);
}

/** `cognito` for a pool of this stack, whose address is known only at deployment. */
export function cognitoPool(
  issuer: string,
  options: Omit<CognitoOptions, 'userPoolId' | 'issuerType'>,
): IssuerSettings {
  const { clients, audience, resourceServer, ...common } = options;
  return {
    ...rfc9068(issuer, `${issuer}/.well-known/jwks.json`),
    ...commonSettings(common),
    audiences: audience === undefined ? [] : [null, ...asList(audience)],
    clients,
    tokenTypes: [null],
    requiredClaims: { token_use: 'access' },
    claimNames: { scopes: [scopeString('scope')], jwtId: 'jti', session: 'origin_jti', client: ['client_id'] },
    scopePrefix: resourceServer === undefined ? '' : `${resourceServer}/`,
  };
}

/** CloudFormation takes the Region from an id that only the deployment knows; the partition is then the stack's own. */
function regionAndSuffix(userPoolId: string): string {
  const region = Fn.select(0, Fn.split('_', userPoolId));
  if (Token.isUnresolved(userPoolId)) return `${region}.${Aws.URL_SUFFIX}`;
  return region.startsWith('cn-') ? `${region}.amazonaws.com.cn` : `${region}.amazonaws.com`;
}
