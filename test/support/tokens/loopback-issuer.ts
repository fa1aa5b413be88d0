import type { TrustedIssuer } from '../../../lambda/token/trusted-issuer.ts';
import { type ServedKeys, servedKeys } from '../network/served-keys.ts';
import { type AuthorizerOptions, type AuthorizerUnderTest, authorizerUnderTest } from './authorizer-under-test.ts';
import { goodClaims, trustedIssuer } from './sample-issuer.ts';
import { signedToken } from './signed-token.ts';
import { createSigningKey, type SigningKey } from './signing-keys.ts';

/** The issuer of a test file. Its key set is served over real HTTP from the first test to the last. */
export interface LoopbackIssuer extends Pick<ServedKeys, 'address' | 'requests'> {
  readonly key: SigningKey;
  /** The header of a good token under that key. */
  readonly header: { readonly typ: string; readonly alg: string; readonly kid: string };
  /** A good token under that key, with the changes of a test. */
  tokenOf(claims?: Readonly<Record<string, unknown>>): string;
  /** The issuer as an authorizer trusts it. */
  trusted(settings?: Partial<TrustedIssuer>): TrustedIssuer;
  /** A new authorizer. @default it trusts this issuer alone */
  fresh(options?: Partial<AuthorizerOptions>): AuthorizerUnderTest;
}

export function loopbackIssuer(
  key: SigningKey = createSigningKey('ES256', 'ec-1'),
  ...others: readonly SigningKey[]
): LoopbackIssuer {
  const served = servedKeys(key, ...others);
  const header = { typ: 'at+jwt', alg: key.algorithm, kid: key.keyId };
  const trusted = (settings: Partial<TrustedIssuer> = {}) =>
    trustedIssuer({ jwksUri: `${served.address}/keys`, ...settings });
  return {
    get address() {
      return served.address;
    },
    get requests() {
      return served.requests;
    },
    key,
    header,
    tokenOf: (claims) => signedToken(key, header, goodClaims(claims)),
    trusted,
    fresh: (options) => authorizerUnderTest({ issuers: [trusted()], ...options }),
  };
}
