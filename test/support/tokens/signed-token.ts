import { type SigningKey, signatureOf } from './signing-keys.ts';

/** The content of a segment: an object to be written as JSON, or text or bytes as they are. */
export type Content = Readonly<Record<string, unknown>> | string | Buffer;

/** A compact JWS with a valid signature over any header and payload, however wrong. */
export function signedToken(key: SigningKey, header: Content, payload: Content): string {
  const signedPart = `${segment(header)}.${segment(payload)}`;
  return `${signedPart}.${segment(signatureOf(key, signedPart))}`;
}

export function segment(content: Content): string {
  const bytes = typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content);
  return Buffer.from(bytes).toString('base64url');
}

/** The other spelling of an ES256 signature: (r, n - s) verifies wherever (r, s) does. */
export function twinOf(token: string): string {
  const end = token.lastIndexOf('.') + 1;
  const signature = Buffer.from(token.slice(end), 'base64url');
  const s = BigInt(`0x${signature.subarray(32).toString('hex')}`);
  const twin = Buffer.from((P256_ORDER - s).toString(16).padStart(64, '0'), 'hex');
  return token.slice(0, end) + segment(Buffer.concat([signature.subarray(0, 32), twin]));
}

/** The order n of P-256 (FIPS 186-4, D.1.2.3). */
export const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
