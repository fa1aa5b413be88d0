import type { OutgoingHttpHeaders } from 'node:http';
import type { Say } from '../../errors.ts';
import { queryOf } from '../exchange/gateway-request.ts';
import { exchangeWithBackend, forwardedHeaders } from '../exchange/url-exchange.ts';
import type { Integration } from './integration.ts';
import type { UrlIntegration } from './integration-settings.ts';
import type { ParameterMapping } from './parameter-mapping.ts';
import type { AdmittedHttpRequest } from './routed-request.ts';

/** An HTTP proxy integration: the request goes to a URL, changed by the mappings, and the response comes back. */
export function urlIntegration(settings: UrlIntegration, say: Say): Integration {
  return async (admitted) => {
    const url = urlOf(settings, admitted);
    try {
      const { method = admitted.request.method, timeoutMilliseconds } = settings;
      const { body } = admitted.request;
      const headers = headersOf(settings, admitted);
      return await exchangeWithBackend({ url, method, headers, body, timeoutMilliseconds });
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
  const headers = new Map(forwardedHeaders(admitted.request));
  for (const { action, target, name: written, valueFor } of parameters) {
    if (target !== 'header') continue;
    const name = written.toLowerCase();
    const before = action === 'append' ? (headers.get(name) ?? []) : [];
    if (action === 'remove') headers.delete(name);
    else headers.set(name, [...before, valueFor(admitted)]);
  }
  return Object.fromEntries(headers);
}
