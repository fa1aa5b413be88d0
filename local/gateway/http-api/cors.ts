import type { StackResource } from '../../cloudformation/stack.ts';
import { isObject, listOf } from '../../cloudformation/template.ts';
import type { HttpResponse } from '../exchange/gateway.ts';
import { type GatewayRequest, lastHeaders } from '../exchange/gateway-request.ts';

/** With what an HTTP API answers for CORS, instead of its backends. */
export interface CorsConfiguration {
  /** Origins, `*`, `https://*` or `http://*`. */
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly allowCredentials: boolean;
  /** In seconds. undefined: no header says it. */
  readonly maxAge: number | undefined;
}

/** undefined: the API has none. Credentials with the origin `*`, which API Gateway rejects, are not allowed. */
export function corsConfigurationOf({ properties }: StackResource): CorsConfiguration | undefined {
  const { CorsConfiguration: cors } = properties;
  if (!isObject(cors)) return undefined;
  const textsOf = (name: string) => listOf(cors, name).map(String);
  const allowOrigins = textsOf('AllowOrigins');
  return {
    allowOrigins,
    allowMethods: textsOf('AllowMethods'),
    allowHeaders: textsOf('AllowHeaders'),
    exposeHeaders: textsOf('ExposeHeaders'),
    allowCredentials: cors.AllowCredentials === true && !allowOrigins.includes('*'),
    maxAge: cors.MaxAge === undefined ? undefined : Number(cors.MaxAge),
  };
}

/**
 * The response to an OPTIONS request that no route takes. It has CORS headers only for `Origin` with
 * `Access-Control-Request-Method` (developer guide, "Configure CORS for HTTP APIs").
 */
export function preflightResponse(cors: CorsConfiguration, request: GatewayRequest): HttpResponse {
  const isPreflight = lastHeaders(request)['access-control-request-method'] !== undefined;
  const headers = isPreflight ? preflightHeaders(cors, originHeaders(cors, request)) : {};
  return { status: 204, headers, body: '' };
}

function preflightHeaders(cors: CorsConfiguration, origin: Readonly<Record<string, string>>): Record<string, string> {
  if (Object.keys(origin).length === 0) return {};
  return {
    ...origin,
    ...listHeader('access-control-allow-methods', cors.allowMethods),
    ...listHeader('access-control-allow-headers', cors.allowHeaders),
    ...(cors.maxAge === undefined ? {} : { 'access-control-max-age': String(cors.maxAge) }),
  };
}

/** Replaces the CORS headers of a response, of a backend's and of the API's own. */
export function withCorsHeaders<Response extends HttpResponse>(
  cors: CorsConfiguration | undefined,
  request: GatewayRequest,
  response: Response,
): Response {
  if (cors === undefined) return response;
  const own = Object.entries(response.headers).filter(([name]) => !name.toLowerCase().startsWith('access-control-'));
  const origin = originHeaders(cors, request);
  const exposed =
    Object.keys(origin).length === 0 ? {} : listHeader('access-control-expose-headers', cors.exposeHeaders);
  return { ...response, headers: { ...Object.fromEntries(own), ...origin, ...exposed } };
}

/** Empty for a request without an origin that is allowed. */
function originHeaders(
  { allowOrigins, allowCredentials }: CorsConfiguration,
  request: GatewayRequest,
): Readonly<Record<string, string>> {
  const { origin } = lastHeaders(request);
  if (origin === undefined) return {};
  const isWildcard = allowOrigins.includes('*');
  const isListed = allowOrigins.some((allowed) => allowed === origin || isOfScheme(allowed, origin));
  if (!isWildcard && !isListed) return {};
  return {
    'access-control-allow-origin': isWildcard ? '*' : origin,
    ...(allowCredentials ? { 'access-control-allow-credentials': 'true' } : {}),
  };
}

/** `https://*` allows every origin that begins with `https://`. */
function isOfScheme(allowed: string, origin: string): boolean {
  return /^https?:\/\/\*$/.test(allowed) && origin.startsWith(allowed.slice(0, -1));
}

function listHeader(name: string, values: readonly string[]): Record<string, string> {
  return values.length === 0 ? {} : { [name]: values.join(',') };
}
