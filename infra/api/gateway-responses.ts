import { ResponseType, type RestApiBase } from 'aws-cdk-lib/aws-apigateway';
import { isAcceptableAddress } from '../../lambda/token/trusted-issuer.ts';
import { checkFields, listOf, matching, textWhere, type Validator, type ValidatorsOf } from '../settings/validators.ts';

export interface GatewayResponseOptions {
  readonly realm: string;
  readonly corsOrigins: readonly string[];
}

const origin = textWhere(
  (value) => value === '*' || isOrigin(value),
  "write origins as browsers do, without a path (https://app.example.com), or '*' alone",
);

export const corsOrigins: Validator = (value) =>
  Array.isArray(value) && value.length > 1 && value.includes('*')
    ? "write '*' alone, because it includes the others"
    : listOf(origin, 0)(value);

/** It stands in a quoted string (RFC 9110 section 5.6.4) inside an API Gateway literal, which single quotes end. */
export const realm = matching(
  /^[\x20\x21\x23-\x26\x28-\x5b\x5d-\x7e]{1,64}$/,
  'write visible ASCII without quotes or backslash',
);

const OPTIONS: ValidatorsOf<GatewayResponseOptions> = { realm, corsOrigins };

interface GatewayError {
  readonly responseType: ResponseType;
  readonly title: string;
  /** HTTP status; undefined keeps API Gateway's own, which differs among the errors of a fallback type. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

const COMMON_HEADERS = { 'Content-Type': "'application/problem+json'", 'Cache-Control': "'no-store'" };

/**
 * API Gateway's own answers: an authorizer's 401, 403 and 500 never reach the backend, so CORS must stand here too.
 * @throws DeploymentError naming the option
 */
export function addGatewayResponses(api: RestApiBase, options: GatewayResponseOptions): void {
  checkFields('addGatewayResponses', options, OPTIONS);
  const { realm, corsOrigins } = options;
  for (const { responseType, title, status, headers } of gatewayErrors(realm)) {
    api.addGatewayResponse(responseType.responseType, {
      type: responseType,
      ...(status === undefined ? {} : { statusCode: String(status) }),
      responseHeaders: { ...COMMON_HEADERS, ...headers, ...corsHeaders(corsOrigins) },
      templates: { 'application/json': problemDetails(title, status) },
    });
  }
}

/**
 * RFC 6750 section 3.1 forbids an error code when the request carried no token, and API Gateway gives that request and a
 * bad token one response: hence no `error` on the 401.
 */
function gatewayErrors(realm: string): readonly GatewayError[] {
  const challenge = `Bearer realm="${realm}"`;
  const unavailable = { title: 'Service unavailable', status: 503, headers: { 'Retry-After': "'5'" } };
  return [
    {
      responseType: ResponseType.UNAUTHORIZED,
      title: 'Unauthorized',
      status: 401,
      headers: { 'WWW-Authenticate': `'${challenge}'` },
    },
    {
      responseType: ResponseType.ACCESS_DENIED,
      title: 'Forbidden',
      status: 403,
      headers: { 'WWW-Authenticate': `'${challenge}, error="insufficient_scope"'` },
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

/**
 * Problem details (RFC 9457). API Gateway substitutes without escaping, so only its own request id is put in: an error
 * message may quote the request.
 */
function problemDetails(title: string, status: number | undefined): string {
  const statusMember = status === undefined ? {} : { status };
  return JSON.stringify({ type: 'about:blank', title, ...statusMember, requestId: '$context.requestId' });
}

/** A gateway response's headers are static: with several origins only `*` is right for each; credentials are never allowed. */
function corsHeaders(corsOrigins: readonly string[]): Record<string, string> {
  const [first, ...others] = corsOrigins;
  if (first === undefined) return {};
  return {
    'Access-Control-Allow-Origin': others.length === 0 ? `'${first}'` : "'*'",
    'Access-Control-Expose-Headers': "'WWW-Authenticate,Retry-After'",
  };
}

/** Apps in a web view have origins of schemes of their own, such as `capacitor://localhost`. */
function isOrigin(value: string): boolean {
  const url = URL.parse(value);
  if (url === null) return false;
  if (url.origin === 'null') return /^[a-z][a-z0-9+.-]*:\/\/[^\s/'"]+$/.test(value);
  return url.origin === value && isAcceptableAddress(url);
}
