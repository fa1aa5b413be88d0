import type { JsonObject } from '../../cloudformation/template.ts';
import { type GatewayRequest, lastHeaders, pathOf, queryOf } from '../exchange/gateway-request.ts';
import { valuesByName } from '../exchange/values-by-name.ts';
import type { SelectedMethod } from './method-selection.ts';

/** A request and the method that it selects. */
export interface RoutedRequest {
  readonly request: GatewayRequest;
  readonly selected: SelectedMethod;
  readonly apiId: string;
  readonly stageName: string;
  /** The stage's variables. */
  readonly variables: Readonly<Record<string, string>>;
  readonly accountId: string;
  /** The path below the stage. */
  readonly path: string;
}

/** The members that a proxy integration and a REQUEST authorizer receive alike, besides `requestContext`. */
export function requestMembers({ request, selected, path }: RoutedRequest) {
  const query = queryOf(request);
  return {
    resource: selected.method.resourcePath,
    path,
    httpMethod: request.method,
    headers: Object.fromEntries(request.headers),
    multiValueHeaders: valuesByName(request.headers),
    queryStringParameters: Object.fromEntries(query),
    multiValueQueryStringParameters: valuesByName([...query]),
    pathParameters: selected.pathParameters,
  };
}

export function requestContext({ request, selected, apiId, stageName, accountId }: RoutedRequest): JsonObject {
  return {
    accountId,
    apiId,
    domainName: 'localhost',
    httpMethod: request.method,
    identity: { sourceIp: request.sourceIp, userAgent: lastHeaders(request)['user-agent'] ?? null },
    path: pathOf(request),
    protocol: 'HTTP/1.1',
    requestId: request.requestId,
    requestTimeEpoch: Date.now(),
    resourceId: selected.method.resourceId,
    resourcePath: selected.method.resourcePath,
    stage: stageName,
  };
}
