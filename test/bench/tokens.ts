import type { TrustedIssuer } from '../../lambda/token/trusted-issuer.ts';
import { trustedIssuer } from '../support/tokens/sample-issuer.ts';
import { signedToken } from '../support/tokens/signed-token.ts';
import { createSigningKey, type SigningKey } from '../support/tokens/signing-keys.ts';

export const ISSUER = 'https://bench.issuer.example/';
export const AUDIENCE = 'https://api.bench.example';
const METHOD_ARN = 'arn:aws:execute-api:eu-west-1:123456789012:abc1234567/v1/GET/orders';

/** The two algorithms that nearly all issuers use. */
export const signingKeys = {
  RS256: createSigningKey('RS256', 'rs256'),
  ES256: createSigningKey('ES256', 'es256'),
} as const;

export type BenchAlgorithm = keyof typeof signingKeys;

export function benchIssuer(jwksUri: string): TrustedIssuer {
  return trustedIssuer({ issuer: ISSUER, audiences: [AUDIENCE], jwksUri, algorithms: ['RS256', 'ES256'] });
}

/** A token of the usual size: about 700 characters with RS256, 500 with ES256. */
export function goodToken(key: SigningKey, jwtId: string, changes: Readonly<Record<string, unknown>> = {}): string {
  const issuedAt = Math.floor(Date.now() / 1000) - 10;
  return signedToken(
    key,
    { alg: key.algorithm, typ: 'at+jwt', kid: key.keyId },
    {
      iss: ISSUER,
      aud: AUDIENCE,
      sub: 'auth0|65f1c0ffee65f1c0ffee65f1',
      jti: jwtId,
      sid: 'b2f1a0c4-4f0e-4d0a-9a57-000000000001',
      client_id: 'c6b0b4a1-7b8e-4b0b-8f0a-000000000001',
      scope: 'openid profile orders:read orders:write',
      iat: issuedAt,
      exp: issuedAt + 3600,
      ...changes,
    },
  );
}

/** The token with an invalid signature of the right length. */
export function forged(token: string): string {
  const signature = token.slice(token.lastIndexOf('.') + 1);
  return `${token.slice(0, -signature.length)}${'A'.repeat(signature.length - 2)}AA`;
}

export function eventFor(token: string) {
  return { type: 'TOKEN', methodArn: METHOD_ARN, authorizationToken: `Bearer ${token}` } as const;
}
