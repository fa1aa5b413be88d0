import { type Answer, json } from './loopback-server.ts';

/** Answers as an issuer does: its metadata (RFC 8414), which names the key set, and the key set at every other path. */
export function issuerAnswer(issuer: string, ...keys: readonly unknown[]): Answer {
  return (response, request) => {
    const isMetadata = request.url?.startsWith('/.well-known/') ?? false;
    json(isMetadata ? { issuer, jwks_uri: `${issuer}/jwks` } : { keys })(response, request);
  };
}
