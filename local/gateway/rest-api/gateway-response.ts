import type { HttpResponse } from '../exchange/gateway.ts';
import type { ContextVariables } from './context-variables.ts';
import { isRenderable } from './mapping-template.ts';
import type { GatewayResponseSettings } from './rest-api.ts';

/** API Gateway's own answers, with their default status (developer guide, "Gateway response types"). */
const GATEWAY_RESPONSES = {
  ACCESS_DENIED: 403,
  API_CONFIGURATION_ERROR: 500,
  AUTHORIZER_CONFIGURATION_ERROR: 500,
  AUTHORIZER_FAILURE: 500,
  INTEGRATION_FAILURE: 504,
  INTEGRATION_TIMEOUT: 504,
  MISSING_AUTHENTICATION_TOKEN: 403,
  REQUEST_TOO_LARGE: 413,
  UNAUTHORIZED: 401,
} as const;

export type GatewayResponseType = keyof typeof GATEWAY_RESPONSES;

export interface GatewayFailure {
  readonly responseType: GatewayResponseType;
  /** API Gateway's own message. null: none. */
  readonly message: string | null;
  /** The status, where one type has several (502 for a function's malformed answer). */
  readonly status?: number;
}

const DEFAULT_TEMPLATE = '{"message":$context.error.messageString}';

/** IAM spells the member `Message`. */
const ACCESS_DENIED_TEMPLATE = '{"Message":$context.error.messageString}';

/**
 * The response for a failure: the one that the template declares for its type, else its `DEFAULT_4XX` or `DEFAULT_5XX`,
 * else API Gateway's.
 */
export function gatewayResponse(
  failure: GatewayFailure,
  declared: ReadonlyMap<string, GatewayResponseSettings>,
  context: ContextVariables,
  requestHeaders: Readonly<Record<string, string>>,
): HttpResponse {
  const { responseType, message } = failure;
  const defaultStatus = failure.status ?? GATEWAY_RESPONSES[responseType];
  const settings = declared.get(responseType) ?? declared.get(defaultStatus < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX');
  const variables = {
    ...context,
    'error.message': message ?? '',
    'error.messageString': JSON.stringify(message),
    'error.responseType': responseType,
  };
  const ownTemplate = responseType === 'ACCESS_DENIED' ? ACCESS_DENIED_TEMPLATE : DEFAULT_TEMPLATE;
  const [contentType, template] = templateOf(settings, ownTemplate);
  return {
    status: settings?.statusCode ?? defaultStatus,
    headers: { 'Content-Type': contentType, ...headersOf(settings, variables, requestHeaders) },
    body: substituteContext(template, variables),
  };
}

function templateOf(settings: GatewayResponseSettings | undefined, own: string): readonly [string, string] {
  const templates = Object.entries(settings?.templates ?? {});
  return (
    templates.find(([contentType]) => contentType === 'application/json') ?? templates[0] ?? ['application/json', own]
  );
}

/** Substitutes values without escaping them. */
export function substituteContext(template: string, variables: ContextVariables): string {
  return template.replace(
    /\$context\.([A-Za-z0-9_]+(?:\.[A-Za-z0-9_-]+)*)/g,
    (_, name: string) => variables[name] ?? '',
  );
}

function headersOf(
  settings: GatewayResponseSettings | undefined,
  variables: ContextVariables,
  requestHeaders: Readonly<Record<string, string>>,
): Record<string, string> {
  const headers = Object.entries(settings?.parameters ?? {}).map(([parameter, mapping]) => [
    parameter.replace('gatewayresponse.header.', ''),
    mapped(mapping, variables, requestHeaders),
  ]);
  return Object.fromEntries(headers);
}

function mapped(
  mapping: string,
  variables: ContextVariables,
  requestHeaders: Readonly<Record<string, string>>,
): string {
  const [, literal, requestHeader, variable] =
    /^(?:'(.*)'|method\.request\.header\.(.+)|context\.(.+))$/.exec(mapping) ?? [];
  if (literal !== undefined) return literal;
  if (requestHeader !== undefined) return requestHeaders[requestHeader.toLowerCase()] ?? '';
  return variables[variable ?? ''] ?? '';
}

/** The texts of gateway responses that the local gateway does not substitute: they stay as they are. */
export function unknownSubstitutions(declared: ReadonlyMap<string, GatewayResponseSettings>): readonly string[] {
  return [...declared].flatMap(([responseType, { parameters, templates }]) => {
    const isUnknown =
      Object.values(templates).some((text) => !isRenderable(text)) ||
      Object.values(parameters).some((text) => !/^('.*'|method\.request\.header\..+|context\..+)$/.test(text));
    return isUnknown ? [responseType] : [];
  });
}
