import type { JsonObject } from '../../cloudformation/template.ts';
import { type GatewayRequest, lastHeaders, pathOf, queryOf } from '../exchange/gateway-request.ts';
import { valuesByName } from '../exchange/values-by-name.ts';
import {
  type AdmittedHttpRequest,
  commonLogTime,
  decoded,
  payload2Context,
  payload2Members,
} from './routed-request.ts';

/** The event of a Lambda proxy integration (developer guide, "Create AWS Lambda proxy integrations for HTTP APIs"). */
export function proxyEvent(payloadFormat: '1.0' | '2.0', admitted: AdmittedHttpRequest): JsonObject {
  return payloadFormat === '2.0' ? payload2Event(admitted) : payload1Event(admitted);
}

function payload2Event(admitted: AdmittedHttpRequest): JsonObject {
  const { answer, request } = admitted;
  const authorizer = answer === undefined ? {} : { authorizer: { lambda: answer.context } };
  return {
    ...payload2Members(admitted),
    requestContext: { ...payload2Context(admitted), ...authorizer },
    ...(request.body.length === 0 ? {} : { body: bodyOf(request) }),
    isBase64Encoded: isBinary(request),
  };
}

function payload1Event(admitted: AdmittedHttpRequest): JsonObject {
  const { request } = admitted;
  return {
    ...payload1Members(admitted),
    body: request.body.length === 0 ? null : bodyOf(request),
    isBase64Encoded: isBinary(request),
  };
}

/** The members that an integration and an authorizer of payload format 1.0 receive alike. */
export function payload1Members(admitted: AdmittedHttpRequest): JsonObject {
  const { request, route } = admitted;
  const query = [...queryOf(request)];
  return {
    version: '1.0',
    resource: route.path,
    path: decoded(pathOf(request)),
    httpMethod: request.method,
    headers: Object.fromEntries(request.headers),
    multiValueHeaders: valuesByName(request.headers),
    queryStringParameters: nullIfEmpty(Object.fromEntries(query)),
    multiValueQueryStringParameters: nullIfEmpty(valuesByName(query)),
    pathParameters: nullIfEmpty(admitted.pathParameters),
    stageVariables: nullIfEmpty(admitted.variables),
    requestContext: payload1Context(admitted),
  };
}

function payload1Context({ request, apiId, accountId, stageName, route, at, answer }: AdmittedHttpRequest): JsonObject {
  const { requestId, sourceIp, method } = request;
  return {
    accountId,
    apiId,
    ...(answer === undefined ? {} : { authorizer: { principalId: answer.principalId, ...answer.context } }),
    domainName: 'localhost',
    domainPrefix: 'localhost',
    extendedRequestId: requestId,
    httpMethod: method,
    identity: { sourceIp, userAgent: lastHeaders(request)['user-agent'] ?? '' },
    path: decoded(pathOf(request)),
    protocol: 'HTTP/1.1',
    requestId,
    requestTime: commonLogTime(at),
    requestTimeEpoch: at,
    resourceId: route.routeKey,
    resourcePath: route.path,
    stage: stageName,
  };
}

function nullIfEmpty(object: JsonObject): JsonObject | null {
  return Object.keys(object).length === 0 ? null : object;
}

function bodyOf(request: GatewayRequest): string {
  return Buffer.from(request.body).toString(isBinary(request) ? 'base64' : 'utf8');
}

/** Media types whose bodies arrive as text. All others are base64, forms too (measured on AWS: ministackorg/ministack #766). */
const TEXT_TYPE = /^(text\/.+|application\/(json|xml|javascript))$/;

function isBinary(request: GatewayRequest): boolean {
  const [mediaType = ''] = (lastHeaders(request)['content-type'] ?? '').split(';', 1);
  return request.body.length > 0 && !TEXT_TYPE.test(mediaType.trim().toLowerCase());
}
