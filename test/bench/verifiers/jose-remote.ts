import { createRemoteJWKSet, jwtVerify } from 'jose';
import { ALGORITHMS, type CreateVerifier } from './verifier.ts';

/** jose as its documentation shows it. */
export const joseRemote: CreateVerifier = ({ issuer, audience, jwksUri }) => {
  const keySet = createRemoteJWKSet(new URL(jwksUri));
  return async (token) =>
    (await jwtVerify(token, keySet, { issuer, audience, typ: 'at+jwt', algorithms: [...ALGORITHMS] })).payload;
};
