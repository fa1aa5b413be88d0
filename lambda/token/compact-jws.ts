import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import { InvalidTokenError } from '../errors.ts';
import { hasDuplicateNames } from './json-names.ts';
import { isJsonObject, type JsonObject } from './json-object.ts';

/** The parts of a token. **Nothing in them is verified**: anybody can write a header and a payload. */
export interface UnverifiedJws {
  readonly header: JsonObject;
  readonly payload: JsonObject;
  /** `header.payload` as sent: the JWS signing input. It has a single spelling, because base64url is read strictly. */
  readonly signedPart: string;
}

/** The latest token, with its parts or why it has none: the log asks for the token that was just rejected. */
let latest: { readonly token: string; readonly outcome: UnverifiedJws | InvalidTokenError } | undefined;

/**
 * Takes a compact JWS apart, accepting one spelling of each segment (RFC 4648 section 3.5: the spare bits are zero).
 * Does **not** verify anything. The result for the latest token is memoized. @throws InvalidTokenError
 */
export function decomposeUnverified(token: string): UnverifiedJws {
  if (latest?.token !== token) latest = { token, outcome: decomposed(token) };
  if (latest.outcome instanceof InvalidTokenError) throw latest.outcome;
  return latest.outcome;
}

function decomposed(token: string): UnverifiedJws | InvalidTokenError {
  try {
    return partsOf(token);
  } catch (error) {
    if (error instanceof InvalidTokenError) return error;
    throw error;
  }
}

/** @throws InvalidTokenError */
function partsOf(token: string): UnverifiedJws {
  const segments = token.split('.').map(bytesOf);
  if (!areThree(segments)) throw new InvalidTokenError('malformed');
  const [header, payload] = segments;
  if (countOf(['{', '[', ','], header) > MAX_HEADER_MARKS) throw new InvalidTokenError('header');
  if (countOf(['{', '['], payload) > MAX_PAYLOAD_STRUCTURES) throw new InvalidTokenError('malformed');
  const headerText = textOf(header, 'header');
  const headerObject = objectOf(headerText, 'header');
  // RFC 7515 section 4 requires unique names; a parser that keeps the first one would see another header than we do.
  if (hasDuplicateNames(headerText)) throw new InvalidTokenError('header');
  return {
    header: headerObject,
    payload: objectOf(textOf(payload, 'malformed'), 'malformed'),
    signedPart: token.slice(0, token.lastIndexOf('.')),
  };
}

/** SHA-256 of the signed part, in hex. Not of the whole token, because its signature has other spellings (r, n-s). */
export function signedPartDigest({ signedPart }: UnverifiedJws): string {
  return hash('sha256', signedPart, 'hex');
}

/**
 * Maximum number of `{`, `[` and `,` in a header, strings included: about the number of its members. Issuers write ten at
 * most, and thousands cost more to read than a signature to verify.
 */
const MAX_HEADER_MARKS = 128;

/**
 * Maximum number of `{` and `[` in a payload, strings included: about the number of its objects and arrays, for the same
 * reason. No token of 8,192 characters needs as many: a list of hundreds of permissions is one array.
 */
const MAX_PAYLOAD_STRUCTURES = 1_024;

function countOf(marks: readonly string[], bytes: Buffer): number {
  const isMark = new Uint8Array(256);
  for (const mark of marks) isMark[mark.charCodeAt(0)] = 1;
  let count = 0;
  for (const byte of bytes) count += isMark[byte] ?? 0;
  return count;
}

function areThree(segments: readonly Buffer[]): segments is readonly [Buffer, Buffer, Buffer] {
  return segments.length === 3;
}

function bytesOf(segment: string): Buffer {
  const bytes = Buffer.from(segment, 'base64url');
  if (segment === '' || bytes.toString('base64url') !== segment) throw new InvalidTokenError('malformed');
  return bytes;
}

/** A byte order mark stays in the text, where JSON.parse rejects it (RFC 8259 section 8.1). */
function textOf(bytes: Buffer, reason: 'header' | 'malformed'): string {
  if (!isUtf8(bytes)) throw new InvalidTokenError(reason);
  return bytes.toString('utf8');
}

function objectOf(text: string, reason: 'header' | 'malformed'): JsonObject {
  const value = parsed(text);
  if (!isJsonObject(value)) throw new InvalidTokenError(reason);
  return value;
}

/** Undefined: invalid JSON, which is treated like a non-object. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
