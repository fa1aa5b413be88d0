import type { SignalEndpoint, SignalProxyEvent } from '../../../lambda/signal/signal-request.ts';

/** The event of a request to an endpoint under `/signals`, as API Gateway sends it, with the changes of a test. */
export function proxyEvent(endpoint: SignalEndpoint, changes: Partial<SignalProxyEvent> = {}): SignalProxyEvent {
  const resource = `/signals/${endpoint}`;
  return {
    resource,
    headers: {},
    body: null,
    isBase64Encoded: false,
    requestContext: { domainName: 'api.example', path: `/v1${resource}` },
    ...changes,
  };
}

/** A form-encoded request. */
export function formEvent(
  endpoint: SignalEndpoint,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): SignalProxyEvent {
  return proxyEvent(endpoint, {
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    body,
  });
}
