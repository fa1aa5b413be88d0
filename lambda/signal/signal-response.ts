import type { APIGatewayProxyResult } from 'aws-lambda';
import type { SignalOutcome } from './signal.ts';
import type { SignalFailure } from './signal-log.ts';
import type { SignalRejection } from './signal-rejection.ts';
import type { SignalEndpoint } from './signal-request.ts';

/** What became of a request. `failed`: nobody knows yet, and the sender is told to come again. */
export type RequestResult =
  | { readonly kind: 'handled'; readonly outcome: SignalOutcome }
  | { readonly kind: 'rejected'; readonly reason: SignalRejection }
  | { readonly kind: 'failed'; readonly failureCause: SignalFailure };

/** A response in the form of a proxy integration. */
export type SignalResponse = Pick<APIGatewayProxyResult, 'statusCode' | 'body'> & {
  readonly headers: Readonly<Record<string, string>>;
};

/** Seconds after which a sender may come again. A key set that could not be downloaded is asked again after at most 30 s. */
export const RETRY_AFTER = 30;

/** The response of an endpoint, as its standard has it. */
export function responseTo(endpoint: SignalEndpoint, result: RequestResult): SignalResponse {
  if (result.kind === 'failed') return failure(result.failureCause);
  const { handled, rejected } = RESPONSES[endpoint];
  if (result.kind === 'handled') return handled(result.outcome);
  return TOO_EARLY.includes(result.reason) ? comeAgain() : rejected(result.reason);
}

/**
 * Why a message is bad only for now: its signature holds, but it is from the future by our clock. One of the two clocks is wrong, and
 * the message is good later. A sender would not repeat it after a rejection, and a client whose token works later would take a 200 for
 * its revocation.
 */
const TOO_EARLY: readonly SignalRejection[] = ['issued-at', 'not-before'];

/** No details: `internal` is our fault, and another attempt at once would not help. */
function failure(failureCause: SignalFailure): SignalResponse {
  return failureCause === 'internal' ? empty(500) : comeAgain();
}

function comeAgain(): SignalResponse {
  return empty(503, { 'Retry-After': String(RETRY_AFTER) });
}

interface EndpointResponses {
  readonly handled: (outcome: SignalOutcome) => SignalResponse;
  readonly rejected: (reason: SignalRejection) => SignalResponse;
}

const RESPONSES: Readonly<Record<SignalEndpoint, EndpointResponses>> = {
  // RFC 7009 section 2.2: the client learns nothing about a token, whether it is invalid, expired, unknown or revoked already.
  revoke: {
    handled: () => empty(200),
    rejected: (reason) =>
      reason === 'request'
        ? oauthError(
            'The parameter token must be given once, form-encoded; session, if given, is false, or true where entries of sessions are read.',
          )
        : empty(200),
  },
  // OpenID Connect Back-Channel Logout 1.0 section 2.8: 400 also where the user cannot be logged out.
  'backchannel-logout': {
    handled: (outcome) =>
      outcome === 'unmatched'
        ? oauthError('The logout token names a subject and a session that no entry can name.')
        : empty(200),
    rejected: (reason) => oauthError(logoutText(reason)),
  },
  events: { handled: () => empty(202), rejected: securityEventError },
  'global-token-revocation': {
    handled: (outcome) => empty(outcome === 'unmatched' ? 404 : 204),
    rejected: globalRevocationError,
  },
};

function empty(statusCode: number, headers: SignalResponse['headers'] = {}): SignalResponse {
  return { statusCode, headers: { 'Cache-Control': 'no-store', ...headers }, body: '' };
}

function errorWith(document: object, headers: SignalResponse['headers'] = {}): SignalResponse {
  return { ...empty(400, { 'Content-Type': 'application/json', ...headers }), body: JSON.stringify(document) };
}

/** RFC 6749 section 5.2. */
function oauthError(description: string): SignalResponse {
  return errorWith({ error: 'invalid_request', error_description: description });
}

function logoutText(reason: SignalRejection): string {
  if (reason === 'request') return 'The parameter logout_token must be given once, form-encoded.';
  if (reason === 'subject') return 'The logout token names neither a subject nor a session.';
  return `The logout token was rejected: ${reason}.`;
}

type SecurityEventErrorCode =
  | 'invalid_request'
  | 'invalid_key'
  | 'invalid_issuer'
  | 'invalid_audience'
  | 'authentication_failed'
  | 'access_denied';

/** RFC 8935 section 2.4. Every other reason is `invalid_request`. */
const SECURITY_EVENT_ERRORS: { readonly [Reason in SignalRejection]?: SecurityEventErrorCode } = {
  'unknown-sender': 'invalid_issuer',
  'unknown-issuer': 'invalid_issuer',
  'unknown-key': 'invalid_key',
  'key-id': 'invalid_key',
  algorithm: 'invalid_key',
  signature: 'invalid_key',
  audience: 'invalid_audience',
  authorization: 'authentication_failed',
  kind: 'access_denied',
};

/** RFC 8935 section 2.3: the description says its language. */
function securityEventError(reason: SignalRejection): SignalResponse {
  const err = SECURITY_EVENT_ERRORS[reason] ?? 'invalid_request';
  const description = `The security event token was rejected: ${reason}.`;
  return errorWith({ err, description }, { 'Content-Language': 'en' });
}

/** Statuses of draft-parecki-oauth-global-token-revocation. Every other reason is about the bearer token: 401. */
const GLOBAL_REVOCATION_STATUS: { readonly [Reason in SignalRejection]?: number } = {
  request: 400,
  kind: 403,
  subject: 422,
};

function globalRevocationError(reason: SignalRejection): SignalResponse {
  const statusCode = GLOBAL_REVOCATION_STATUS[reason] ?? 401;
  // RFC 6750 section 3.
  return empty(statusCode, statusCode === 401 ? { 'WWW-Authenticate': 'Bearer' } : {});
}

/** A response that pages of the origins may read. @param origins - `*`: of all */
export function readableBy(
  response: SignalResponse,
  origin: string | undefined,
  origins: readonly string[],
): SignalResponse {
  return { ...response, headers: { ...response.headers, ...corsHeaders(origin, origins) } };
}

function corsHeaders(origin: string | undefined, origins: readonly string[]): Readonly<Record<string, string>> {
  if (origins.includes('*')) return { 'Access-Control-Allow-Origin': '*' };
  const isAllowed = origin !== undefined && origins.includes(origin);
  return isAllowed ? { 'Access-Control-Allow-Origin': origin, Vary: 'Origin' } : { Vary: 'Origin' };
}
