import { get } from 'node:http';
import { JwtVerifier } from 'aws-jwt-verify';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import type { CreateVerifier } from './verifier.ts';

/** aws-jwt-verify with another fetcher: its own takes only `https`, and the benchmark serves the key set without TLS. */
export const awsJwtVerify: CreateVerifier = ({ issuer, audience, jwksUri }) => {
  const jwksCache = new SimpleJwksCache({ fetcher: { fetch: download } });
  const verifier = JwtVerifier.create({ issuer, audience, jwksUri }, { jwksCache });
  return (token) => verifier.verify(token);
};

function download(address: string): Promise<ArrayBuffer> {
  return new Promise((resolve, reject) => {
    const request = get(address, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(new Uint8Array(Buffer.concat(chunks)).buffer));
    });
    request.on('error', reject);
  });
}
