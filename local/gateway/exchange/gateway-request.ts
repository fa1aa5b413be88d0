import type { ConditionKeys } from '../../iam/condition-operators.ts';

/** One HTTP request as the gateway sees it: nothing decoded, nothing normalized. */
export interface GatewayRequest {
  readonly requestId: string;
  readonly method: string;
  /** `/v1/orders/7?x=1`, as the client wrote it. */
  readonly target: string;
  /** In the order of the request. Names are as the client wrote them. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
  readonly sourceIp: string;
}

/** All values of a header; names are case-insensitive. */
export function headerValues({ headers }: GatewayRequest, name: string): readonly string[] {
  return headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
}

/** The last value of each header, by name in lower case. */
export function lastHeaders({ headers }: GatewayRequest): Readonly<Record<string, string>> {
  return Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
}

export function pathOf({ target }: GatewayRequest): string {
  return target.split('?', 1)[0] ?? '';
}

export function queryOf({ target }: GatewayRequest): URLSearchParams {
  const start = target.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : target.slice(start + 1));
}

/** The values for a policy's conditions. API Gateway serves TLS only, so SecureTransport is true here too. */
export function conditionKeysOf(request: GatewayRequest, now: number): ConditionKeys {
  const headers = lastHeaders(request);
  const { 'user-agent': userAgent, referer } = headers;
  return {
    'aws:currenttime': new Date(now).toISOString(),
    'aws:epochtime': String(Math.floor(now / 1000)),
    'aws:sourceip': request.sourceIp,
    'aws:securetransport': 'true',
    ...(userAgent === undefined ? {} : { 'aws:useragent': userAgent }),
    ...(referer === undefined ? {} : { 'aws:referer': referer }),
  };
}
