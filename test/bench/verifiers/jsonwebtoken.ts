import jwt from 'jsonwebtoken';
import jwksClient from 'jwks-rsa';
import { ALGORITHMS, type CreateVerifier } from './verifier.ts';

/** jsonwebtoken and jwks-rsa as the latter's documentation shows them, with its caches on. */
export const jsonwebtoken: CreateVerifier = ({ issuer, audience, jwksUri }) => {
  const client = jwksClient({ jwksUri, cache: true, rateLimit: true });
  const getKey: jwt.GetPublicKeyOrSecret = ({ kid }, callback) => {
    client.getSigningKey(kid, (error, key) => callback(error, key?.getPublicKey()));
  };
  const options = { issuer, audience, algorithms: [...ALGORITHMS] };
  return (token) =>
    new Promise((resolve, reject) => {
      jwt.verify(token, getKey, options, (error, claims) => {
        if (error !== null || typeof claims !== 'object') reject(error ?? new Error('The payload is not an object.'));
        else resolve(claims);
      });
    });
};
