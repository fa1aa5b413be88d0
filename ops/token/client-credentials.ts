import { type IssuedTokens, requestTokens } from './token-endpoint.ts';

export interface TokenRequest {
  readonly tokenEndpoint: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Separated by spaces; undefined: all that the client may have. */
  readonly scope: string | undefined;
}

/** Requests an access token by client credentials. @throws OperatorError */
export async function requestToken(request: TokenRequest): Promise<string> {
  return (await clientTokens(request)).accessToken;
}

/** Requests a token by client credentials (RFC 6749 section 4.4) with Basic authentication. @throws OperatorError */
export async function clientTokens({
  tokenEndpoint,
  clientId,
  clientSecret,
  scope,
}: TokenRequest): Promise<IssuedTokens> {
  const credentials = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;
  return requestTokens({
    tokenEndpoint,
    grantee: `The client ${clientId}`,
    form: { grant_type: 'client_credentials', ...(scope !== undefined && { scope }) },
    headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    scope,
  });
}
