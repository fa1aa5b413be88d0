import { type GatewayRequest, headerValues, lastHeaders, pathOf, queryOf } from './gateway-request.ts';
import type { GatewayFailure, HttpAnswer } from './gateway-response.ts';
import type { SelectedMethod } from './method-selection.ts';
import { ACCOUNT } from './stack.ts';
import { isObject, type Json, type JsonObject, objectOf, textsOf } from './template.ts';
import type { Authorization } from './token-authorizer.ts';

/** A request that has been let through to its backend. */
export interface AdmittedRequest {
  readonly request: GatewayRequest;
  readonly selected: SelectedMethod;
  readonly authorization: Authorization | undefined;
  readonly apiId: string;
  readonly stageName: string;
  /** The path below the stage. */
  readonly path: string;
}

/** The event of a Lambda proxy integration (developer guide, "Input format of a Lambda function for proxy integration"). */
export function proxyEvent(admitted: AdmittedRequest): JsonObject {
  const { request, selected, path } = admitted;
  const query = queryOf(request);
  const names = [...new Set(query.keys())];
  const headerNames = [...new Set(request.headers.map(([name]) => name))];
  return {
    resource: selected.method.resourcePath,
    path,
    httpMethod: request.method,
    headers: Object.fromEntries(
      headerNames.map((name) => [name, headerValues(request, name.toLowerCase()).at(-1) ?? '']),
    ),
    multiValueHeaders: Object.fromEntries(headerNames.map((name) => [name, headerValues(request, name.toLowerCase())])),
    queryStringParameters: names.length === 0 ? null : Object.fromEntries(query),
    multiValueQueryStringParameters:
      names.length === 0 ? null : Object.fromEntries(names.map((name) => [name, query.getAll(name)])),
    pathParameters: Object.keys(selected.pathParameters).length === 0 ? null : selected.pathParameters,
    stageVariables: null,
    requestContext: requestContext(admitted),
    ...bodyOf(request),
  };
}

function requestContext({ request, selected, authorization, apiId, stageName }: AdmittedRequest): JsonObject {
  const { answer, integrationLatency } = authorization ?? {};
  return {
    accountId: ACCOUNT,
    apiId,
    ...(answer && {
      authorizer: { principalId: answer.principalId, integrationLatency: integrationLatency ?? 0, ...answer.context },
    }),
    domainName: 'localhost',
    httpMethod: request.method,
    identity: { sourceIp: request.sourceIp, userAgent: lastHeaders(request)['user-agent'] ?? null },
    path: pathOf(request),
    protocol: 'HTTP/1.1',
    requestId: request.requestId,
    requestTimeEpoch: Date.now(),
    resourcePath: selected.method.resourcePath,
    stage: stageName,
  };
}

/** Text unless it is not UTF-8; without binary media types API Gateway passes everything as text. */
function bodyOf({ body }: GatewayRequest): JsonObject {
  return { body: body.length === 0 ? null : Buffer.from(body).toString('utf8'), isBase64Encoded: false };
}

export const BAD_BACKEND_ANSWER: GatewayFailure = {
  responseType: 'INTEGRATION_FAILURE',
  message: 'Internal server error',
  status: 502,
};

/** The HTTP answer that a proxy integration's output describes; undefined where API Gateway would call it malformed. */
export function proxyAnswer(output: Json): HttpAnswer | undefined {
  if (!isObject(output)) return undefined;
  const status = Number(output.statusCode);
  const { body = '', isBase64Encoded = false } = output;
  if (!Number.isInteger(status) || status < 200 || status > 599 || typeof body === 'object') return undefined;
  return {
    status,
    headers: {
      'Content-Type': 'application/json',
      ...renamed({ ...textsOf(output, 'headers'), ...severalValues(output) }),
    },
    body: isBase64Encoded === true ? Buffer.from(String(body), 'base64') : String(body),
  };
}

function severalValues(output: JsonObject): Record<string, readonly string[]> {
  const entries = Object.entries(objectOf(output, 'multiValueHeaders'));
  return Object.fromEntries(entries.map(([name, values]) => [name, Array.isArray(values) ? values.map(String) : []]));
}

/** Spelled `Content-Type` so that a backend's own replaces the default; a challenge of a backend is remapped. */
function renamed(headers: Readonly<Record<string, string | readonly string[]>>) {
  const entries = Object.entries(headers).map(([name, value]) => {
    const known: Readonly<Record<string, string>> = {
      'content-type': 'Content-Type',
      'www-authenticate': 'x-amzn-Remapped-WWW-Authenticate',
    };
    return [known[name.toLowerCase()] ?? name, value] as const;
  });
  return Object.fromEntries(entries);
}
