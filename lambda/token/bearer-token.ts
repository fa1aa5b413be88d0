import { InvalidTokenError } from '../errors.ts';

/** Maximum length of a token in characters; API Gateway lets all headers together have 10,240 bytes. */
const MAX_TOKEN_LENGTH = 8192;

const MAX_AUTHORIZATION_TOKEN_LENGTH = 'Bearer '.length + MAX_TOKEN_LENGTH;

/**
 * The form of an authorization token: the scheme in any case (RFC 9110 section 11.1), one or more spaces
 * (RFC 6750 section 2.1), a compact JWS of three non-empty base64url segments without padding (RFC 7515 section 7.1).
 *
 * API Gateway applies the same pattern as `IdentityValidationExpression`, so it stays within the subset that every regex
 * flavour reads alike, anchored whether the flavour matches or searches.
 */
export const AUTHORIZATION_TOKEN_PATTERN =
  '^[Bb][Ee][Aa][Rr][Ee][Rr] +[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$';

const authorizationTokenRegex = new RegExp(AUTHORIZATION_TOKEN_PATTERN);
const schemeRegex = /^bearer +/i;

/** The bearer token inside a raw header value. Does not look inside the token. @throws InvalidTokenError */
export function parseBearerToken(authorizationToken: string): string {
  if (authorizationToken.length > MAX_AUTHORIZATION_TOKEN_LENGTH) throw new InvalidTokenError('oversized');
  const scheme = schemeRegex.exec(authorizationToken)?.[0];
  if (scheme === undefined) throw new InvalidTokenError('not-bearer');
  if (!authorizationTokenRegex.test(authorizationToken)) throw new InvalidTokenError('malformed');
  return authorizationToken.slice(scheme.length);
}
