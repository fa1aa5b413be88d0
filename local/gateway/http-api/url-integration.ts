import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { buffer } from 'node:stream/consumers';
import type { Say } from '../../errors.ts';
import type { HttpResponse } from '../exchange/gateway.ts';
import { queryOf } from '../exchange/gateway-request.ts';
import { valuesByName } from '../exchange/values-by-name.ts';
import type { Integration } from './integration.ts';
import type { UrlIntegration } from './integration-settings.ts';
import type { ParameterMapping } from './parameter-mapping.ts';
import type { AdmittedHttpRequest } from './routed-request.ts';

/** Headers of one connection (RFC 9110 section 7.6.1), and those that the next one has of its own. */
const OF_ONE_CONNECTION =
  /^(connection|content-length|expect|host|keep-alive|proxy-.+|te|trailer|transfer-encoding|upgrade)$/;

/** An HTTP proxy integration: the request goes to a URL, changed by the mappings, and the response comes back. */
export function urlIntegration(settings: UrlIntegration, say: Say): Integration {
  return async (admitted) => {
    const url = urlOf(settings, admitted);
    try {
      return await exchange(url, settings, admitted);
    } catch (error) {
      say(`The backend ${url.origin} did not answer: ${error instanceof Error ? error.message : error}`);
      return 'no answer';
    }
  };
}

function urlOf({ url: template, parameters }: UrlIntegration, admitted: AdmittedHttpRequest): URL {
  const url = new URL(template.replace(/\{([^}]+)\}/g, (_, name: string) => encoded(admitted.pathParameters[name])));
  for (const [name, value] of queryOf(admitted.request)) url.searchParams.append(name, value);
  for (const mapping of parameters) changeUrl(url, mapping, admitted);
  return url;
}

function encoded(path = ''): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

function changeUrl(
  url: URL,
  { action, target, name, valueFor }: ParameterMapping,
  admitted: AdmittedHttpRequest,
): void {
  if (target === 'path') url.pathname = valueFor(admitted);
  if (target !== 'querystring') return;
  if (action === 'remove') url.searchParams.delete(name);
  else url.searchParams[action === 'append' ? 'append' : 'set'](name, valueFor(admitted));
}

function headersOf({ parameters }: UrlIntegration, admitted: AdmittedHttpRequest): OutgoingHttpHeaders {
  const sent = admitted.request.headers
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !OF_ONE_CONNECTION.test(name));
  const headers = new Map(Object.entries(valuesByName(sent)));
  for (const { action, target, name: written, valueFor } of parameters) {
    if (target !== 'header') continue;
    const name = written.toLowerCase();
    const before = action === 'append' ? (headers.get(name) ?? []) : [];
    if (action === 'remove') headers.delete(name);
    else headers.set(name, [...before, valueFor(admitted)]);
  }
  return Object.fromEntries(headers);
}

async function exchange(url: URL, settings: UrlIntegration, admitted: AdmittedHttpRequest): Promise<HttpResponse> {
  const { method = admitted.request.method, timeoutMilliseconds } = settings;
  const signal = AbortSignal.timeout(timeoutMilliseconds);
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = send(url, { method, headers: headersOf(settings, admitted), signal, agent: false });
    outgoing.on('response', resolve).on('error', reject).end(admitted.request.body);
  });
  return { status: response.statusCode ?? 502, headers: responseHeaders(response), body: await buffer(response) };
}

function responseHeaders({ headersDistinct }: IncomingMessage): HttpResponse['headers'] {
  const kept = Object.entries(headersDistinct).filter(([name]) => !OF_ONE_CONNECTION.test(name));
  return Object.fromEntries(kept.map(([name, values = []]) => [name, values]));
}
