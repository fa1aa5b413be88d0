import { LocalRunError, type Say } from '../../errors.ts';
import type { LambdaFunction } from '../../functions/lambda-function.ts';
import type { MayInvoke } from '../../iam/permissions.ts';
import { conditionKeysOf } from '../rest-api/gateway-request.ts';
import type { GatewayFailure } from '../rest-api/gateway-response.ts';
import { type IdentitySource, identityValue } from '../rest-api/identity-source.ts';
import type { AuthorizerSettings, RestApi } from '../rest-api/rest-api.ts';
import type { RoutedRequest } from '../rest-api/routed-request.ts';
import type { Undocumented } from '../rest-api/undocumented.ts';
import type { AuthorizerAnswer } from './authorizer-messages.ts';
import { type Authorization, type Authorize, lambdaAuthorizer } from './lambda-authorizer.ts';
import type { Clock, ResultCache } from './result-cache.ts';

export interface AuthorizationDependencies {
  /** By ARN. */
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  readonly mayInvoke: MayInvoke;
  readonly cache: ResultCache<AuthorizerAnswer>;
  /** The clock of policy conditions. */
  readonly clock: Clock;
  readonly say: Say;
  readonly warn: (kind: Undocumented) => void;
}

/** Authorizes one request for one method. */
export type AuthorizeMethod = (routed: RoutedRequest) => Promise<Authorization>;

/** The longest method ARN that API Gateway takes, in bytes. */
const MAX_METHOD_ARN = 1600;

const URI_TOO_LONG: GatewayFailure = {
  responseType: 'REQUEST_TOO_LARGE',
  message: 'Request-URI Too Long',
  status: 414,
};

/** @throws LocalRunError when an authorizer's function is not in the template */
export function methodAuthorization(
  api: RestApi,
  apiArn: string,
  dependencies: AuthorizationDependencies,
): AuthorizeMethod {
  const { clock, warn } = dependencies;
  const authorizers = authorizersOf(api, apiArn, dependencies);
  return async (routed) => {
    const { request, selected, path } = routed;
    const authorizer = authorizers.get(selected.method.authorizerId ?? '');
    if (authorizer === undefined) return { integrationLatency: 0 };
    const methodArn = `${apiArn}/${api.stageName}/${request.method}${path}`;
    if (Buffer.byteLength(methodArn) > MAX_METHOD_ARN) return { integrationLatency: 0, failure: URI_TOO_LONG };
    if (/%|\/\/|.\/$/.test(path)) warn('raw-path');
    if (/\/\/|.\/$/.test(path)) warn('route-reading');
    const identity = authorizer.identitySources.map((source) => identityValue(source, routed, warn));
    const keys = conditionKeysOf(request, clock());
    return authorizer.authorize({ routed, identity, methodArn, keys });
  };
}

interface Authorizer {
  readonly identitySources: readonly IdentitySource[];
  readonly authorize: Authorize;
}

/** By authorizer id. */
function authorizersOf(
  { authorizers }: RestApi,
  apiArn: string,
  dependencies: AuthorizationDependencies,
): ReadonlyMap<string, Authorizer> {
  const entries = [...authorizers].map(([id, settings]): [string, Authorizer] => {
    const target = functionOf(settings, dependencies.functions);
    const invocation = { ...dependencies, function: target, authorizerArn: `${apiArn}/authorizers/${id}` };
    return [id, { identitySources: settings.identitySources, authorize: lambdaAuthorizer(settings, invocation) }];
  });
  return new Map(entries);
}

function functionOf(
  { authorizerId, functionArn }: AuthorizerSettings,
  functions: ReadonlyMap<string, LambdaFunction>,
): LambdaFunction {
  const found = functions.get(functionArn);
  if (found !== undefined) return found;
  throw new LocalRunError(
    `The authorizer ${authorizerId} invokes ${functionArn}, which is not a function of this template.`,
  );
}
