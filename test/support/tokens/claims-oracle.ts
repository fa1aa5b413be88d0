/**
 * Verifies a signed token's claims, written only from the standards and the table of bad input: RFC 7519 section 4.1
 * (registered claims), RFC 9068 section 2.2 (claims an access token must have). It uses none of our code.
 */
export interface ClaimRules {
  readonly issuer: string;
  readonly audience: string;
  /** Seconds. */
  readonly tolerance: number;
  /** Seconds after `iat`. */
  readonly maxTokenAge: number;
  /** Whether a token must have an identifier. */
  readonly needsTokenId: boolean;
}

type Claims = Readonly<Record<string, unknown>>;

/** The end of a token with these claims, in seconds since the epoch. undefined: the token is rejected. */
export function endOf(claims: Claims, rules: ClaimRules, nowMilliseconds: number): number | undefined {
  const now = Math.floor(nowMilliseconds / 1000);
  const { iss, aud, exp, iat, nbf } = claims;
  // 4.1.1: a case-sensitive string. 4.1.3: one of the audiences must be us.
  if (iss !== rules.issuer || !namesUs(aud, rules.audience)) return undefined;
  // 9068 2.2: iss, exp, aud, sub, iat, jti are REQUIRED; NumericDates are JSON numbers.
  if (!isNumericDate(exp) || !isNumericDate(iat)) return undefined;
  // 4.1.4: on or after exp it MUST NOT be accepted, some tolerance apart.
  if (now - rules.tolerance >= exp) return undefined;
  // The token is not from the future, and not older than the deployment allows.
  if (iat > now + rules.tolerance || now - iat > rules.maxTokenAge + rules.tolerance) return undefined;
  // 4.1.5: before nbf it MUST NOT be accepted.
  if (nbf !== undefined && (!isNumericDate(nbf) || nbf > now + rules.tolerance)) return undefined;
  if (!areNamesSound(claims, rules)) return undefined;
  return Math.min(exp, iat + rules.maxTokenAge);
}

/** Whether a text can be a name in a log, a header and a table key. */
function areNamesSound({ sub, jti, sid, client_id }: Claims, { needsTokenId }: ClaimRules): boolean {
  if (!isName(sub)) return false;
  if (jti === undefined ? needsTokenId : !isName(jti)) return false;
  return [sid, client_id].every((name) => name === undefined || isName(name));
}

function isName(value: unknown): boolean {
  if (typeof value !== 'string' || value.length < 1 || value.length > 255) return false;
  return [...value].every((character) => {
    const point = character.codePointAt(0) ?? 0;
    const isControl = point < 0x20 || (point >= 0x7f && point < 0xa0);
    const isLoneSurrogate = point >= 0xd800 && point <= 0xdfff;
    return !isControl && !isLoneSurrogate;
  });
}

/** Whether a number is seconds, not milliseconds: before the year 5138. */
function isNumericDate(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 && value < 1e11;
}

function namesUs(aud: unknown, audience: string): boolean {
  if (typeof aud === 'string') return aud === audience;
  return Array.isArray(aud) && aud.every((one) => typeof one === 'string') && aud.includes(audience);
}
