import { isObject, type Json, type JsonObject, objectOf, textsOf } from '../../cloudformation/template.ts';
import type { HttpResponse } from '../exchange/gateway.ts';
import type { GatewayRequest } from '../exchange/gateway-request.ts';
import type { GatewayFailure } from './gateway-response.ts';
import type { MethodAuthorization } from './method-authorization.ts';
import { type RoutedRequest, requestContext, requestMembers } from './routed-request.ts';

/** A request that its authorizer has let through to the backend. */
export interface AdmittedRequest extends RoutedRequest {
  readonly authorization: MethodAuthorization | undefined;
}

/** The event of a Lambda proxy integration (developer guide, "Input format of a Lambda function for proxy integration"). */
export function proxyEvent(admitted: AdmittedRequest): JsonObject {
  const members = requestMembers(admitted);
  return {
    ...members,
    queryStringParameters: nullIfEmpty(members.queryStringParameters),
    multiValueQueryStringParameters: nullIfEmpty(members.multiValueQueryStringParameters),
    pathParameters: nullIfEmpty(members.pathParameters),
    stageVariables: nullIfEmpty(admitted.variables),
    requestContext: { ...requestContext(admitted), ...authorizerContext(admitted) },
    ...bodyOf(admitted.request),
  };
}

/** A proxy integration receives null where an authorizer receives an empty object. */
function nullIfEmpty(object: JsonObject): JsonObject | null {
  return Object.keys(object).length === 0 ? null : object;
}

function authorizerContext({ authorization }: AdmittedRequest): JsonObject {
  const { answer, integrationLatency = 0 } = authorization ?? {};
  if (answer === undefined) return {};
  return { authorizer: { principalId: answer.principalId, integrationLatency, ...answer.context } };
}

/** The body as text: without binary media types API Gateway passes everything as text. */
function bodyOf({ body }: GatewayRequest): JsonObject {
  return { body: body.length === 0 ? null : Buffer.from(body).toString('utf8'), isBase64Encoded: false };
}

export const BAD_BACKEND_ANSWER: GatewayFailure = {
  responseType: 'INTEGRATION_FAILURE',
  message: 'Internal server error',
  status: 502,
};

/** Parses a proxy integration's output. undefined: API Gateway would call it malformed. */
export function proxyAnswer(output: Json): HttpResponse | undefined {
  if (!isObject(output)) return undefined;
  const status = Number(output.statusCode);
  const { body = '', isBase64Encoded = false } = output;
  if (!Number.isInteger(status) || status < 200 || status > 599 || typeof body === 'object') return undefined;
  return {
    status,
    headers: {
      'Content-Type': 'application/json',
      ...remappedHeaders({ ...textsOf(output, 'headers'), ...severalValues(output) }),
    },
    body: isBase64Encoded === true ? Buffer.from(String(body), 'base64') : String(body),
  };
}

function severalValues(output: JsonObject): Record<string, readonly string[]> {
  const entries = Object.entries(objectOf(output, 'multiValueHeaders'));
  return Object.fromEntries(entries.map(([name, values]) => [name, Array.isArray(values) ? values.map(String) : []]));
}

/** Spells `Content-Type` so that a backend's own replaces the default, and remaps a backend's challenge. */
export function remappedHeaders(headers: HttpResponse['headers']): HttpResponse['headers'] {
  const entries = Object.entries(headers).map(([name, value]) => {
    const known: Readonly<Record<string, string>> = {
      'content-type': 'Content-Type',
      'www-authenticate': 'x-amzn-Remapped-WWW-Authenticate',
    };
    return [known[name.toLowerCase()] ?? name, value] as const;
  });
  return Object.fromEntries(entries);
}
