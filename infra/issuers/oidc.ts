import type { SignatureAlgorithm } from '../../lambda/token/trusted-issuer.ts';
import type { IssuerSettings } from '../settings/deployment-schema.ts';
import { algorithms, issuerAddress, keySetAddress } from '../settings/issuer-check.ts';
import { allOf, matching, oneOrMore, optional, type ValidatorsOf } from '../settings/values/validators.ts';
import {
  asList,
  type CommonOptions,
  checkOptions,
  claimText,
  commonOptions,
  commonSettings,
  rfc9068,
} from './common-options.ts';

/** The options of {@link oidc}. */
export interface OidcOptions extends CommonOptions {
  /** The issuer exactly as the tokens' `iss` has it, with or without a slash at its end. */
  readonly issuer: string;
  /** The audience of the API. */
  readonly audience: string | readonly string[];
  /**
   * The address of the key set.
   * @default found by discovery under the issuer
   */
  readonly jwksUri?: string;
  /**
   * The signature algorithms of the issuer.
   * @default ['RS256']
   */
  readonly algorithms?: readonly SignatureAlgorithm[];
}

const wholeAddress = matching(/^https?:\/\//, 'write the whole address, such as https://login.example.com/');

const OPTIONS: ValidatorsOf<OidcOptions> = {
  issuer: allOf(wholeAddress, issuerAddress),
  jwksUri: optional(allOf(wholeAddress, keySetAddress)),
  audience: oneOrMore(claimText),
  algorithms: optional(algorithms),
  ...commonOptions,
};

/**
 * Any other issuer of RFC 9068 access tokens. To change a setting that no option changes, spread the result:
 * `{ ...oidc({ … }), tokenTypes: ['JWT'] }`.
 *
 * @throws DeploymentError naming the option
 */
export function oidc(options: OidcOptions): IssuerSettings {
  checkOptions('oidc', options, OPTIONS);
  const { issuer, audience, jwksUri, algorithms, ...common } = options;
  return {
    ...rfc9068(issuer, jwksUri ?? null),
    ...commonSettings(common),
    audiences: asList(audience),
    algorithms: algorithms ?? ['RS256'],
  };
}
