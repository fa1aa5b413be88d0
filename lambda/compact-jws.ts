import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import { hasDuplicateNames } from './json-names.ts';
import { InvalidTokenError } from './rejection.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** A token taken apart. **Nothing in it is true yet**: anybody can write a header and a payload. */
export interface UnverifiedJws {
  readonly header: JsonObject;
  readonly payload: JsonObject;
  /** `header.payload` as sent: the JWS signing input. Strict base64url leaves it a single spelling. */
  readonly signedPart: string;
}

/**
 * Takes a compact JWS apart, accepting one spelling of each segment (RFC 4648 section 3.5: the spare bits are zero).
 * Does **not** verify anything. @throws InvalidTokenError
 */
export function decomposeUnverified(token: string): UnverifiedJws {
  const segments = token.split('.').map(bytesOf);
  if (!areThree(segments)) throw new InvalidTokenError('malformed');
  const [header, payload] = segments;
  const headerText = textOf(header, 'header');
  const headerObject = objectOf(headerText, 'header');
  // RFC 7515 section 4 wants names to be unique; parsers that keep the first would see another header than we do.
  if (hasDuplicateNames(headerText)) throw new InvalidTokenError('header');
  return {
    header: headerObject,
    payload: objectOf(textOf(payload, 'malformed'), 'malformed'),
    signedPart: token.slice(0, token.lastIndexOf('.')),
  };
}

/** SHA-256 of the signed part, in hex. Never of the whole token: its signature has other spellings (r, n-s). */
export function signedPartDigest({ signedPart }: UnverifiedJws): string {
  return hash('sha256', signedPart, 'hex');
}

function areThree(segments: readonly Buffer[]): segments is readonly [Buffer, Buffer, Buffer] {
  return segments.length === 3;
}

function bytesOf(segment: string): Buffer {
  const bytes = Buffer.from(segment, 'base64url');
  if (segment === '' || bytes.toString('base64url') !== segment) throw new InvalidTokenError('malformed');
  return bytes;
}

/** A byte order mark stays in the text, where JSON.parse refuses it (RFC 8259 section 8.1). */
function textOf(bytes: Buffer, reason: 'header' | 'malformed'): string {
  if (!isUtf8(bytes)) throw new InvalidTokenError(reason);
  return bytes.toString('utf8');
}

function objectOf(text: string, reason: 'header' | 'malformed'): JsonObject {
  const value = parsed(text);
  if (!isJsonObject(value)) throw new InvalidTokenError(reason);
  return value;
}

/** What is no JSON is no object either. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
