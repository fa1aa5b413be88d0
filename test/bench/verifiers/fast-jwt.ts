import { createVerifier } from 'fast-jwt';
import type { SigningKey } from '../../support/tokens/signing-keys.ts';
import type { Verifier } from './verifier.ts';

/** fast-jwt with the given key, because it downloads no key set. `cache`: whether to use its own cache of 1,000 tokens. */
export function fastJwt(
  issuer: string,
  audience: string,
  { publicKey, algorithm }: SigningKey,
  cache: boolean,
): Verifier {
  const verify = createVerifier({
    key: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    algorithms: [algorithm as 'RS256' | 'ES256'],
    allowedIss: issuer,
    allowedAud: audience,
    cache,
  });
  return async (token) => verify(token);
}
