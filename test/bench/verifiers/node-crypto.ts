import { verify } from 'node:crypto';
import type { SigningKey } from '../../support/tokens/signing-keys.ts';
import type { Verifier } from './verifier.ts';

/** The lower bound: one signature check by Node's own module, and the payload's JSON. It checks no claim but `exp`. */
export function nodeCrypto({ publicKey, algorithm }: SigningKey): Verifier {
  const key = algorithm === 'ES256' ? { key: publicKey, dsaEncoding: 'ieee-p1363' as const } : publicKey;
  return async (token) => {
    const [header = '', payload = '', signature = ''] = token.split('.');
    const isGood = verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'));
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { readonly exp: number };
    if (!isGood || claims.exp * 1000 <= Date.now()) throw new Error('Unauthorized');
    return { ...claims };
  };
}
