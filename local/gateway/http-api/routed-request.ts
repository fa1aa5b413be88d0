import type { JsonObject } from '../../cloudformation/template.ts';
import type { AuthorizerAnswer } from '../authorization/authorizer-answer.ts';
import { type GatewayRequest, headerValues, lastHeaders, pathOf, queryOf } from '../exchange/gateway-request.ts';
import { valuesByName } from '../exchange/values-by-name.ts';
import type { HttpRoute } from './http-api.ts';

/** A request, and the stage and the route that it selects. */
export interface RoutedHttpRequest {
  readonly request: GatewayRequest;
  readonly apiId: string;
  readonly accountId: string;
  readonly stageName: string;
  /** The stage's variables. */
  readonly variables: Readonly<Record<string, string>>;
  /** The path below the stage, decoded. */
  readonly path: string;
  readonly route: HttpRoute;
  /** Decoded. */
  readonly pathParameters: Readonly<Record<string, string>>;
  /** When the request arrived, in milliseconds since the epoch. */
  readonly at: number;
}

/** A request that its authorizer has let through to the backend. */
export interface AdmittedHttpRequest extends RoutedHttpRequest {
  /** undefined: the route has no authorizer. */
  readonly answer: AuthorizerAnswer | undefined;
}

/**
 * The members that an integration and an authorizer of payload format 2.0 receive alike. Empty ones are left out (developer guide,
 * "Create AWS Lambda proxy integrations for HTTP APIs").
 */
export function payload2Members(routed: RoutedHttpRequest): JsonObject {
  const { request, route } = routed;
  return {
    version: '2.0',
    routeKey: route.routeKey,
    rawPath: decoded(pathOf(request)),
    rawQueryString: rawQueryOf(request),
    ...unlessEmpty('cookies', cookiesOf(request)),
    headers: joined(request.headers.filter(([name]) => name.toLowerCase() !== 'cookie')),
    ...unlessEmpty('queryStringParameters', joinedByName([...queryOf(request)])),
    ...unlessEmpty('pathParameters', routed.pathParameters),
    ...unlessEmpty('stageVariables', routed.variables),
  };
}

/** The `requestContext` of payload format 2.0. */
export function payload2Context({ request, apiId, accountId, stageName, route, at }: RoutedHttpRequest): JsonObject {
  return {
    accountId,
    apiId,
    domainName: 'localhost',
    domainPrefix: 'localhost',
    http: {
      method: request.method,
      path: decoded(pathOf(request)),
      protocol: 'HTTP/1.1',
      sourceIp: request.sourceIp,
      userAgent: lastHeaders(request)['user-agent'] ?? '',
    },
    requestId: request.requestId,
    routeKey: route.routeKey,
    stage: stageName,
    time: commonLogTime(at),
    timeEpoch: at,
  };
}

/** Decodes percent-encoding. A text that is not encoded well stays as it is. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `12/Mar/2020:19:03:58 +0000`, in UTC. */
export function commonLogTime(at: number): string {
  const [, weekdayless = ''] = /^\w+, (.+) GMT$/.exec(new Date(at).toUTCString()) ?? [];
  return `${weekdayless.replace(/^(\d+) (\w+) (\d+) /, '$1/$2/$3:')} +0000`;
}

function rawQueryOf({ target }: GatewayRequest): string {
  const start = target.indexOf('?');
  return start < 0 ? '' : target.slice(start + 1);
}

function cookiesOf(request: GatewayRequest): readonly string[] {
  return headerValues(request, 'cookie').flatMap((value) => value.split(/; */).filter((cookie) => cookie !== ''));
}

function joined(headers: GatewayRequest['headers']): Readonly<Record<string, string>> {
  return joinedByName(headers.map(([name, value]) => [name.toLowerCase(), value] as const));
}

/** Several values of a name are joined by commas. */
function joinedByName(pairs: readonly (readonly [name: string, value: string])[]): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(valuesByName(pairs)).map(([name, values]) => [name, values.join(',')]));
}

function unlessEmpty(name: string, value: JsonObject | readonly string[]): JsonObject {
  return Object.keys(value).length === 0 ? {} : { [name]: value };
}
