import { OperatorError, sentenceOf } from '../cli/operator-error.ts';
import { printable } from '../cli/terminal-text.ts';

export interface TokenRequest {
  readonly tokenEndpoint: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Separated by spaces; undefined: all that the client may have. */
  readonly scope: string | undefined;
}

/** Requests an access token by client credentials (RFC 6749 section 4.4) with Basic authentication. @throws OperatorError */
export async function requestToken({ tokenEndpoint, clientId, clientSecret, scope }: TokenRequest): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...(scope !== undefined && { scope }) });
  const authorization = `Basic ${Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString('base64')}`;
  const response = await fetch(tokenEndpoint, { method: 'POST', body, headers: { authorization } }).catch(
    (error: unknown) => {
      throw new OperatorError(`The token endpoint ${tokenEndpoint} does not answer: ${sentenceOf(error)}`);
    },
  );
  const answer = (await response.json().catch(() => ({}))) as Readonly<Record<string, unknown>>;
  if (typeof answer.access_token === 'string') return answer.access_token;
  const cause = [answer.error, answer.error_description].filter((text) => typeof text === 'string').join(': ');
  throw new OperatorError(
    `The client ${clientId} gets no token from ${tokenEndpoint} (${response.status}): ${printable(cause) || 'no reason given'}.`,
  );
}
