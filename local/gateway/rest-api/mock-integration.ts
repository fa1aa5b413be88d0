import type { HttpResponse } from '../exchange/gateway.ts';
import { lastHeaders } from '../exchange/gateway-request.ts';
import { contextVariables } from './context-variables.ts';
import { type GatewayFailure, substituteContext } from './gateway-response.ts';
import type { Integration } from './integration.ts';
import type { IntegrationResponse } from './integration-response.ts';
import type { MockIntegration } from './integration-settings.ts';
import { preflightOrigins } from './preflight-template.ts';
import type { AdmittedRequest } from './proxy-integration.ts';
import { integrationResponseFor } from './url-integration.ts';

const NO_RESPONSE: GatewayFailure = { responseType: 'API_CONFIGURATION_ERROR', message: 'Internal server error' };
const ALLOW_ORIGIN = 'Access-Control-Allow-Origin';

/** An answer without a backend: a fixed status, literal headers, and a mapping template. */
export function mockIntegration({ responses, chosenStatus }: MockIntegration): Integration {
  const response = integrationResponseFor(responses, chosenStatus);
  if (response === undefined) return async () => NO_RESPONSE;
  const origins = response.template === undefined ? undefined : preflightOrigins(response.template);
  return async (admitted) =>
    origins === undefined ? rendered(response, admitted) : preflight(response, origins, admitted);
}

function rendered({ status, parameters, template }: IntegrationResponse, admitted: AdmittedRequest): HttpResponse {
  const headers = literalHeaders(parameters);
  if (template === undefined) return { status, headers, body: '' };
  const body = substituteContext(template, contextVariables(admitted));
  return { status, headers: { 'Content-Type': 'application/json', ...headers }, body };
}

/** Repeats the origin of the request when it is listed. */
function preflight(
  { status, parameters }: IntegrationResponse,
  origins: readonly string[],
  { request }: AdmittedRequest,
): HttpResponse {
  const { origin } = lastHeaders(request);
  const override = origin !== undefined && origins.includes(origin) ? { [ALLOW_ORIGIN]: origin } : {};
  return { status, headers: { ...literalHeaders(parameters), ...override }, body: '' };
}

function literalHeaders(parameters: Readonly<Record<string, string>>): Record<string, string> {
  const headers = Object.entries(parameters).map(([name, value]) => [
    name.replace('method.response.header.', ''),
    value.replace(/^'(.*)'$/, '$1'),
  ]);
  return Object.fromEntries(headers);
}
