import type { FlushPace } from '../../lambda/signal/signal-source.ts';
import { checkOptions } from '../issuers/common-options.ts';
import type { TokenRevocationSettings } from '../settings/signal-schema.ts';
import { corsOrigins } from '../settings/values/cors-origins.ts';
import { optional, type ValidatorsOf } from '../settings/values/validators.ts';
import { sourceOptions } from './source-options.ts';

/** The options of {@link tokenRevocation}. */
export interface TokenRevocationOptions {
  /**
   * Origins whose pages may read the answer, as browsers write them (`https://app.example.com`), or `['*']` for all. A page needs the token
   * itself to revoke it.
   * @default none: pages of other origins cannot read the answer
   */
  readonly corsOrigins?: readonly string[];
  /**
   * When the entries flush API Gateway's result cache: each at once, or together, at most once in `flushEvery`, or `never`.
   * @default 'shared', because every sign-out of an app may send one
   */
  readonly flush?: FlushPace;
}

const OPTIONS: ValidatorsOf<TokenRevocationOptions> = {
  corsOrigins: optional(corsOrigins),
  flush: sourceOptions.flush,
};

/**
 * Clients that revoke their own access tokens, of any issuer of the deployment. Possession of the token is the proof. It revokes no
 * refresh token: the authorization server has an endpoint of its own for these.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc7009
 *
 * @throws DeploymentError naming the option
 */
export function tokenRevocation(options: TokenRevocationOptions = {}): TokenRevocationSettings {
  checkOptions('tokenRevocation', options, OPTIONS);
  const { corsOrigins: origins = [], flush = 'shared' } = options;
  return { kind: 'token-revocation', corsOrigins: origins, flush };
}
