import { InvalidTokenError } from '../errors.ts';
import { isIdentifier } from './identifier.ts';
import type { JsonObject } from './json-object.ts';
import {
  IGNORABLE_PARAMETERS,
  type IgnorableParameter,
  SIGNATURE_ALGORITHMS,
  type SignatureAlgorithm,
  type TrustedIssuer,
} from './trusted-issuer.ts';

/** The header parameters that verification uses, unverified. */
export interface JoseHeader {
  readonly algorithm: SignatureAlgorithm;
  /** `typ` in lower case without `application/` (RFC 7515 section 4.1.9); null when absent. */
  readonly tokenType: string | null;
  readonly keyId: string;
  /** Parameters that only some issuers may send. */
  readonly ignorable: readonly IgnorableParameter[];
}

/**
 * Parameters that bring a key, or change what is signed or how it nests. jose ignores most of them, which is safe today. No
 * issuer may send them: a token that carries one was not made by a configured issuer.
 */
const FORBIDDEN_PARAMETERS = ['crit', 'b64', 'jwk', 'x5c', 'cty', 'enc'];

/** @throws InvalidTokenError */
export function parseJoseHeader(header: JsonObject): JoseHeader {
  if (FORBIDDEN_PARAMETERS.some((name) => Object.hasOwn(header, name))) throw new InvalidTokenError('header-parameter');
  const algorithm = SIGNATURE_ALGORITHMS.find((known) => known === header.alg);
  if (algorithm === undefined) throw new InvalidTokenError('algorithm');
  // RFC 7515 makes `kid` optional. Without it a key would be guessed, and an unknown key could not be told from a bad one.
  if (!isIdentifier(header.kid)) throw new InvalidTokenError('key-id');
  const tokenType = tokenTypeOf(header.typ);
  // No accepted parameter has structure, and any later reader of the header would have to walk through it.
  if (Object.values(header).some(isStructured)) throw new InvalidTokenError('header-parameter');
  const ignorable = IGNORABLE_PARAMETERS.filter((name) => Object.hasOwn(header, name));
  return { algorithm, tokenType, keyId: header.kid, ignorable };
}

function isStructured(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function tokenTypeOf(typ: unknown): string | null {
  if (typ === undefined) return null;
  if (typeof typ !== 'string') throw new InvalidTokenError('token-type');
  return mediaTypeOf(typ);
}

/** RFC 7515 section 4.1.9: `application/` may be left out, and case does not count. */
function mediaTypeOf(type: string): string {
  return type.toLowerCase().replace(/^application\//, '');
}

/** Checks the header against what this issuer's tokens carry. @throws InvalidTokenError */
export function requireIssuersHeader(
  { algorithm, tokenType, ignorable }: JoseHeader,
  issuer: Pick<TrustedIssuer, 'algorithms' | 'tokenTypes' | 'ignoredHeaderParameters'>,
): void {
  const ignored = issuer.ignoredHeaderParameters;
  if (!ignorable.every((name) => ignored.includes(name))) throw new InvalidTokenError('header-parameter');
  if (!issuer.algorithms.includes(algorithm)) throw new InvalidTokenError('algorithm');
  const accepted = issuer.tokenTypes.map((type) => (type === null ? null : mediaTypeOf(type)));
  if (!accepted.includes(tokenType)) throw new InvalidTokenError('token-type');
}
