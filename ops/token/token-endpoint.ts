import { InvalidTokenError } from '../../lambda/errors.ts';
import { decomposeUnverified } from '../../lambda/token/compact-jws.ts';
import { OperatorError, sentenceOf } from '../cli/operator-error.ts';
import { printable, withholdToken } from '../cli/terminal-text.ts';

/** A request to a token endpoint (RFC 6749 section 3.2). */
export interface EndpointRequest {
  readonly tokenEndpoint: string;
  /** Who gets the token, for messages: `The client orders-service`. */
  readonly grantee: string;
  readonly form: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** What must be granted: scopes separated by spaces. undefined: anything will do. */
  readonly scope: string | undefined;
}

export interface IssuedTokens {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  /** Seconds. undefined: the token endpoint does not say. */
  readonly expiresIn: number | undefined;
}

/** @throws OperatorError when there is no token, or one without a scope that was asked for */
export async function requestTokens(request: EndpointRequest): Promise<IssuedTokens> {
  const { tokenEndpoint, grantee, form, headers = {} } = request;
  const sent = { method: 'POST', body: new URLSearchParams(form), headers };
  const response = await fetch(tokenEndpoint, sent).catch((error: unknown) => {
    throw new OperatorError(`The token endpoint ${tokenEndpoint} does not answer: ${sentenceOf(error)}`);
  });
  const answer: Readonly<Record<string, unknown>> = Object(await response.json().catch(() => ({})));
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: expiresIn } = answer;
  if (typeof accessToken !== 'string') {
    const cause = [answer.error, answer.error_description].filter((text) => typeof text === 'string').join(': ');
    throw new OperatorError(
      `${grantee} gets no token from ${tokenEndpoint} (${response.status}): ${withholdToken(printable(cause)) || 'no reason given'}.`,
    );
  }
  requireScopes(request, grantedScopes(answer.scope, accessToken));
  return {
    accessToken,
    refreshToken: typeof refreshToken === 'string' ? refreshToken : undefined,
    expiresIn: typeof expiresIn === 'number' ? expiresIn : undefined,
  };
}

function requireScopes({ grantee, scope }: EndpointRequest, granted: string | undefined): void {
  const asked = scope?.split(' ').filter((each) => each !== '') ?? [];
  const missing = asked.filter((each) => granted?.split(' ').includes(each) === false);
  if (missing.length === 0) return;
  const got = granted ? `only ${printable(granted)}` : 'no scope';
  throw new OperatorError(
    `${grantee} asked for ${missing.join(' ')} and was granted ${got}, so no token is printed: ask for other scopes, or leave --scope out.`,
  );
}

/**
 * The scopes of a new token, as the response says (RFC 6749 section 5.1) or the token does: Cognito's response names none.
 * undefined: the token is opaque, so that the silence means "as asked for".
 */
function grantedScopes(answered: unknown, accessToken: string): string | undefined {
  if (typeof answered === 'string') return answered;
  const claims = unverifiedClaims(accessToken);
  if (claims === undefined) return undefined;
  return typeof claims.scope === 'string' ? claims.scope : '';
}

/** The claims of a token that its issuer has just handed out. undefined: it is no JWT. */
export function unverifiedClaims(token: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return decomposeUnverified(token).payload;
  } catch (error) {
    if (error instanceof InvalidTokenError) return undefined;
    throw error;
  }
}
