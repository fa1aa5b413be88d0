import { notRunSentence } from '../../functions/not-run.ts';
import { type AuthorizerAnswer, contextAsText } from '../authorization/authorizer-answer.ts';
import {
  type Authorization,
  type AuthorizationDependencies,
  type AuthorizationFailure,
  type Authorize,
  lambdaAuthorizer,
  presentIdentity,
} from '../authorization/lambda-authorizer.ts';
import type { ResultCache } from '../authorization/result-cache.ts';
import { conditionKeysOf } from '../exchange/gateway-request.ts';
import type { Undocumented } from '../exchange/undocumented.ts';
import { authorizerEvent } from './authorizer-event.ts';
import type { GatewayFailure } from './gateway-response.ts';
import { identityValue } from './identity-source.ts';
import { type AuthorizerSettings, nameOf, type RestApi, type RestMethod } from './rest-api.ts';
import type { RoutedRequest } from './routed-request.ts';

/** What the authorizers of a REST API share: it has one stage. */
export interface RestAuthorizationDependencies extends AuthorizationDependencies {
  readonly cache: ResultCache<AuthorizerAnswer>;
}

/** What became of one request's authorization. */
export type MethodAuthorization = Authorization<GatewayFailure>;

/** Authorizes one request for one method. */
export type AuthorizeMethod = (routed: RoutedRequest) => Promise<MethodAuthorization>;

/** The longest method ARN that API Gateway takes, in bytes. */
const MAX_METHOD_ARN = 1600;

const URI_TOO_LONG: GatewayFailure = {
  responseType: 'REQUEST_TOO_LARGE',
  message: 'Request-URI Too Long',
  status: 414,
};

const UNAUTHORIZED: GatewayFailure = { responseType: 'UNAUTHORIZED', message: 'Unauthorized' };
const NOT_AUTHORIZED = 'User is not authorized to access this resource';

const FAILURES: Readonly<Record<AuthorizationFailure, GatewayFailure>> = {
  'no identity': UNAUTHORIZED,
  unauthorized: UNAUTHORIZED,
  'configuration error': { responseType: 'AUTHORIZER_CONFIGURATION_ERROR', message: null },
  'explicit deny': { responseType: 'ACCESS_DENIED', message: `${NOT_AUTHORIZED} with an explicit deny` },
  'implicit deny': { responseType: 'ACCESS_DENIED', message: NOT_AUTHORIZED },
};

export function methodAuthorization(
  api: RestApi,
  apiArn: string,
  dependencies: RestAuthorizationDependencies,
): AuthorizeMethod {
  const { cache, clock, warn } = dependencies;
  const authorizers = authorizersOf(api, apiArn, dependencies);
  return async (routed) => {
    const { request, selected, path } = routed;
    const { authorizerId } = selected.method;
    const authorizer = authorizers.get(authorizerId ?? '');
    if (authorizer === undefined) return { integrationLatency: 0, ...unknownAuthorization(selected.method) };
    const methodArn = `${apiArn}/${api.stageName}/${request.method}${path}`;
    if (Buffer.byteLength(methodArn) > MAX_METHOD_ARN) return { integrationLatency: 0, failure: URI_TOO_LONG };
    if (/%|\/\/|.\/$/.test(path)) warn('raw-path');
    if (/\/\/|.\/$/.test(path)) warn('route-reading');
    const { settings, authorize } = authorizer;
    const authorizationRequest = {
      identity: identityOf(settings, routed, warn),
      invokeArn: methodArn,
      keys: conditionKeysOf(request, clock()),
      eventFor: (identity: readonly string[]) => authorizerEvent(settings.type, methodArn, identity, routed),
    };
    const { failure, ...authorization } = await authorize(authorizationRequest, cache);
    return failure === undefined ? authorization : { ...authorization, failure: FAILURES[failure] };
  };
}

/** Empty for a method that anybody may call. */
function unknownAuthorization(method: RestMethod): Pick<MethodAuthorization, 'notRun'> {
  const { authorizerId, notRun = authorizerId && `its authorizer ${authorizerId} is none of the API` } = method;
  return notRun === undefined ? {} : { notRun: notRunSentence(nameOf(method), notRun) };
}

interface Authorizer {
  readonly settings: AuthorizerSettings;
  readonly authorize: Authorize;
}

/** By authorizer id. */
function authorizersOf(
  { authorizers }: RestApi,
  apiArn: string,
  dependencies: AuthorizationDependencies,
): ReadonlyMap<string, Authorizer> {
  const entries = [...authorizers].map(([id, settings]): [string, Authorizer] => [
    id,
    { settings, authorize: lambdaAuthorizer(settings, apiArn, contextAsText, dependencies) },
  ]);
  return new Map(entries);
}

function identityOf(
  { identitySources, validationExpression }: AuthorizerSettings,
  routed: RoutedRequest,
  warn: (kind: Undocumented) => void,
): readonly string[] | undefined {
  const identity = presentIdentity(identitySources.map((source) => identityValue(source, routed, warn)));
  return fullyMatches(validationExpression, identity?.[0] ?? '', warn) ? identity : undefined;
}

function fullyMatches(expression: RegExp | undefined, text: string, warn: (kind: Undocumented) => void): boolean {
  if (expression === undefined) return true;
  const whole = new RegExp(`^(?:${expression.source})$`).test(text);
  if (whole !== expression.test(text)) warn('validation-search');
  return whole;
}
