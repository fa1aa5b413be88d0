import { createVerifier } from 'fast-jwt';
import type { SigningKey } from '../../support/tokens/signing-keys.ts';
import type { Verifier } from './verifier.ts';

/** fast-jwt with the key in its hand: it brings no key set of its own. `cache`: its own, of 1,000 tokens. */
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
