import { ResponseType, type RestApiBase } from 'aws-cdk-lib/aws-apigateway';
import { corsOrigins } from '../settings/values/cors-origins.ts';
import { checkFields, matching, type ValidatorsOf } from '../settings/values/validators.ts';
import type { ProtectedResource } from './protected-resource-metadata.ts';

/** The options of {@link addGatewayResponses}. */
export interface GatewayResponseOptions {
  /** The protection space that `WWW-Authenticate` names (RFC 9110 section 11.5). */
  readonly realm: string;
  /** Origins whose pages may read the responses, as browsers write them (`https://app.example.com`), or `['*']`. Empty: no CORS headers. */
  readonly corsOrigins: readonly string[];
  /**
   * What {@link addProtectedResourceMetadata} returns, so that a challenge says where a client finds out how to get a token (RFC 9728).
   * @default the challenge names the realm only
   */
  readonly protectedResource?: ProtectedResource;
}

/** The realm stands in a quoted string (RFC 9110 section 5.6.4) inside an API Gateway literal, which a single quote would end. */
export const realm = matching(
  /^[\x20\x21\x23-\x26\x28-\x5b\x5d-\x7e]{1,64}$/,
  'write visible ASCII without quotes or backslash',
);

/** What our own function returns needs no check. */
const OPTIONS: ValidatorsOf<GatewayResponseOptions> = { realm, corsOrigins, protectedResource: () => undefined };

interface GatewayError {
  readonly responseType: ResponseType;
  readonly title: string;
  /** The HTTP status; undefined: API Gateway's own, which differs among the errors of a fallback type. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

const COMMON_HEADERS = { 'Content-Type': "'application/problem+json'", 'Cache-Control': "'no-store'" };

/**
 * Gives API Gateway's own responses the headers and bodies that clients expect: `WWW-Authenticate` on 401 and 403, `Retry-After`, CORS
 * headers, and problem details (RFC 9457). A decision that could not be made becomes 503 instead of 500. An authorizer's 401, 403 and
 * 500 never reach the backend, so its CORS headers are missing there.
 *
 * @throws DeploymentError naming the option
 */
export function addGatewayResponses(api: RestApiBase, options: GatewayResponseOptions): void {
  checkFields('addGatewayResponses', options, OPTIONS);
  const { corsOrigins } = options;
  for (const { responseType, title, status, headers } of gatewayErrors(options)) {
    api.addGatewayResponse(responseType.responseType, {
      type: responseType,
      ...(status === undefined ? {} : { statusCode: String(status) }),
      responseHeaders: { ...COMMON_HEADERS, ...headers, ...corsHeaders(corsOrigins) },
      templates: { 'application/json': problemDetails(title, status) },
    });
  }
}

/**
 * The 401 has no `error`: RFC 6750 section 3.1 forbids one when the request carried no token, and API Gateway has one response for
 * that request and for a bad token.
 */
function gatewayErrors(options: GatewayResponseOptions): readonly GatewayError[] {
  const { unauthorized, forbidden } = challenges(options);
  const unavailable = { title: 'Service unavailable', status: 503, headers: { 'Retry-After': "'5'" } };
  return [
    {
      responseType: ResponseType.UNAUTHORIZED,
      title: 'Unauthorized',
      status: 401,
      headers: { 'WWW-Authenticate': `'${unauthorized}'` },
    },
    {
      responseType: ResponseType.ACCESS_DENIED,
      title: 'Forbidden',
      status: 403,
      headers: { 'WWW-Authenticate': `'${forbidden}'` },
    },
    { responseType: ResponseType.AUTHORIZER_CONFIGURATION_ERROR, ...unavailable },
    { responseType: ResponseType.AUTHORIZER_FAILURE, ...unavailable },
    { responseType: ResponseType.MISSING_AUTHENTICATION_TOKEN, title: 'Not found', status: 404 },
    {
      responseType: ResponseType.THROTTLED,
      title: 'Too many requests',
      status: 429,
      headers: { 'Retry-After': "'1'" },
    },
    { responseType: ResponseType.DEFAULT_4XX, title: 'Request rejected' },
    { responseType: ResponseType.DEFAULT_5XX, title: 'Request failed' },
  ];
}

function challenges({ realm, protectedResource }: GatewayResponseOptions) {
  const { metadataUrl, scope } = protectedResource ?? {};
  const metadata = metadataUrl === undefined ? '' : `, resource_metadata="${metadataUrl}"`;
  const unauthorized = `Bearer realm="${realm}"${metadata}`;
  const lacking = scope === undefined ? '' : `, scope="${scope}"`;
  return { unauthorized, forbidden: `${unauthorized}, error="insufficient_scope"${lacking}` };
}

/**
 * Problem details (RFC 9457). The request id is the only variable, because API Gateway substitutes without escaping, and an error
 * message may quote the request.
 */
function problemDetails(title: string, status: number | undefined): string {
  const statusMember = status === undefined ? {} : { status };
  return JSON.stringify({ type: 'about:blank', title, ...statusMember, requestId: '$context.requestId' });
}

/** A gateway response's headers are static, so only `*` is right for each of several origins. Credentials are never allowed. */
function corsHeaders(corsOrigins: readonly string[]): Record<string, string> {
  const [first, ...others] = corsOrigins;
  if (first === undefined) return {};
  return {
    'Access-Control-Allow-Origin': others.length === 0 ? `'${first}'` : "'*'",
    'Access-Control-Expose-Headers': "'WWW-Authenticate,Retry-After'",
  };
}
