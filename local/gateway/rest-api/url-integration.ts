import type { OutgoingHttpHeaders } from 'node:http';
import type { Say } from '../../errors.ts';
import type { HttpResponse } from '../exchange/gateway.ts';
import { queryOf } from '../exchange/gateway-request.ts';
import { exchangeWithBackend, forwardedHeaders } from '../exchange/url-exchange.ts';
import type { GatewayFailure } from './gateway-response.ts';
import type { Integration } from './integration.ts';
import type { IntegrationResponse } from './integration-response.ts';
import type { UrlIntegration } from './integration-settings.ts';
import { type AdmittedRequest, remappedHeaders } from './proxy-integration.ts';

const INVALID_ADDRESS: GatewayFailure = { responseType: 'API_CONFIGURATION_ERROR', message: 'Internal server error' };
const NETWORK_ERROR: GatewayFailure = {
  responseType: 'INTEGRATION_FAILURE',
  message: 'Network error communicating with endpoint',
};
const TIMED_OUT: GatewayFailure = { responseType: 'INTEGRATION_TIMEOUT', message: 'Endpoint request timed out' };

/** An HTTP integration: the request goes to a URL, and the response comes back. */
export function urlIntegration(settings: UrlIntegration, say: Say): Integration {
  return async (admitted) => {
    const { url, unmapped } = urlOf(settings, admitted);
    if (url === undefined) {
      say(`The address ${settings.url} has {${unmapped}}, which no request parameter maps: API Gateway answers 500.`);
      return INVALID_ADDRESS;
    }
    const { method = admitted.request.method, timeoutMilliseconds } = settings;
    const headers = headersOf(settings, admitted);
    const { body } = admitted.request;
    try {
      return responseOf(settings, await exchangeWithBackend({ url, method, headers, body, timeoutMilliseconds }));
    } catch (error) {
      say(`The backend ${url.origin} did not answer: ${error instanceof Error ? error.message : error}`);
      return error instanceof Error && error.name === 'TimeoutError' ? TIMED_OUT : NETWORK_ERROR;
    }
  };
}

/** Without a URL where the address has a parameter that is not mapped. */
function urlOf(
  settings: UrlIntegration,
  admitted: AdmittedRequest,
): { readonly url?: URL; readonly unmapped?: string } {
  const values = new Map(mappedTo('path', settings, admitted));
  const unmapped = [...settings.url.matchAll(/\{([^}]+)\}/g)]
    .map(([, name = '']) => name)
    .find((name) => !values.has(name));
  if (unmapped !== undefined) return { unmapped };
  const url = new URL(settings.url.replace(/\{([^}]+)\}/g, (_, name: string) => values.get(name) ?? ''));
  if (settings.isProxy) for (const [name, value] of queryOf(admitted.request)) url.searchParams.append(name, value);
  for (const [name, value] of mappedTo('querystring', settings, admitted)) url.searchParams.set(name, value);
  return { url };
}

function mappedTo(
  target: 'header' | 'path' | 'querystring',
  { mappings }: UrlIntegration,
  admitted: AdmittedRequest,
): readonly (readonly [name: string, value: string])[] {
  return mappings.flatMap((mapping) => {
    const value = mapping.target === target ? mapping.valueFor(admitted) : undefined;
    return value === undefined ? [] : [[mapping.name, value] as const];
  });
}

/** Without a proxy integration the backend gets the body, its type, and the headers that are mapped. */
function headersOf(settings: UrlIntegration, admitted: AdmittedRequest): OutgoingHttpHeaders {
  const sent = [...forwardedHeaders(admitted.request)].filter(([name]) => settings.isProxy || name === 'content-type');
  const mapped = mappedTo('header', settings, admitted).map(([name, value]) => [name.toLowerCase(), value] as const);
  return { ...Object.fromEntries(sent), 'x-amzn-apigateway-api-id': admitted.apiId, ...Object.fromEntries(mapped) };
}

function responseOf({ isProxy, responses }: UrlIntegration, answer: HttpResponse): HttpResponse | GatewayFailure {
  if (isProxy) return { ...answer, headers: remappedHeaders(answer.headers) };
  const declared = integrationResponseFor(responses, String(answer.status));
  if (declared === undefined) return INVALID_ADDRESS;
  const type = answer.headers['content-type'] ?? 'application/json';
  const headers = Object.entries(declared.parameters).map(([name, mapping]) => [
    name.replace('method.response.header.', ''),
    headerOf(mapping, answer),
  ]);
  return {
    status: declared.status,
    headers: { 'Content-Type': type, ...Object.fromEntries(headers) },
    body: answer.body,
  };
}

/** The response whose pattern matches, else the one without a pattern. undefined: there is none, and API Gateway answers 500. */
export function integrationResponseFor(
  responses: readonly IntegrationResponse[],
  status: string | undefined,
): IntegrationResponse | undefined {
  const matching = responses.find(({ pattern }) => status !== undefined && pattern?.test(status));
  return matching ?? responses.find(({ pattern }) => pattern === undefined);
}

function headerOf(mapping: string, { headers }: HttpResponse): string {
  const [, literal, name = ''] = /^(?:'(.*)'|integration\.response\.header\.(.+))$/.exec(mapping) ?? [];
  return literal ?? [headers[name.toLowerCase()] ?? ''].flat().join(',');
}
