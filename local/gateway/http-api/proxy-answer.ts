import { isObject, type Json, type JsonObject } from '../../cloudformation/template.ts';
import type { HttpResponse } from '../exchange/gateway.ts';

/** Reads a function's output. undefined: API Gateway calls it malformed, and answers 500. */
export function proxyAnswer(payloadFormat: '1.0' | '2.0', output: Json): HttpResponse | undefined {
  if (isObject(output) && output.statusCode !== undefined) return declaredResponse(payloadFormat, output);
  return payloadFormat === '2.0' ? inferredResponse(output) : undefined;
}

/** Format 2.0 takes JSON without a status as the body. */
function inferredResponse(output: Json): HttpResponse {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(output) };
}

function declaredResponse(payloadFormat: '1.0' | '2.0', output: JsonObject): HttpResponse | undefined {
  const { body = '', isBase64Encoded = false } = output;
  const status = Number(output.statusCode);
  const headers = headersOf(output, payloadFormat === '2.0' ? 'cookies' : 'multiValueHeaders');
  if (!Number.isInteger(status) || status < 200 || status > 599) return undefined;
  if (headers === undefined || typeof body === 'object') return undefined;
  return {
    status,
    headers: { 'content-type': 'text/plain;charset=UTF-8', ...headers },
    body: isBase64Encoded === true ? Buffer.from(String(body), 'base64') : String(body),
  };
}

type Headers = Readonly<Record<string, string | readonly string[]>>;

/** Names in lower case. undefined: a member has another shape than the format's. */
function headersOf(output: JsonObject, repeated: 'cookies' | 'multiValueHeaders'): Headers | undefined {
  const { headers: single = {}, cookies = [], multiValueHeaders = {} } = output;
  if (!isObject(single) || Object.values(single).some((value) => typeof value === 'object')) return undefined;
  const own = Object.entries(single).map(([name, value]) => [name.toLowerCase(), String(value)] as const);
  if (repeated === 'cookies') {
    if (!isTexts(cookies)) return undefined;
    return { ...Object.fromEntries(own), ...(cookies.length === 0 ? {} : { 'set-cookie': cookies }) };
  }
  if (!isObject(multiValueHeaders)) return undefined;
  const lists = Object.entries(multiValueHeaders).map(([name, values]) => [name.toLowerCase(), values] as const);
  return lists.every(hasTexts) ? { ...Object.fromEntries(own), ...Object.fromEntries(lists) } : undefined;
}

function hasTexts(header: readonly [name: string, values: Json]): header is readonly [string, readonly string[]] {
  return isTexts(header[1]);
}

function isTexts(value: Json): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
