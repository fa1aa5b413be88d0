import { createLocalJWKSet, type JWK, jwtVerify } from 'jose';
import { ALGORITHMS, type Verifier } from './verifier.ts';

/** `jose.jwtVerify` alone: the minimum cost of a new token. */
export function joseLocal(issuer: string, audience: string, keys: JWK[]): Verifier {
  const keySet = createLocalJWKSet({ keys });
  return async (token) => (await jwtVerify(token, keySet, { issuer, audience, algorithms: [...ALGORITHMS] })).payload;
}
