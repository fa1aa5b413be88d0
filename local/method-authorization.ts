import type { AuthorizerAnswer } from './authorizer-answer.ts';
import { conditionKeysOf, type GatewayRequest, headerValues } from './gateway-request.ts';
import type { GatewayFailure } from './gateway-response.ts';
import type { MayInvoke } from './invoke-permission.ts';
import type { LambdaFunction } from './lambda-function.ts';
import { LocalRunError } from './local-run-error.ts';
import type { RestApi, RestMethod, TokenAuthorizerSettings } from './rest-api.ts';
import type { Clock, ResultCache } from './result-cache.ts';
import { type Authorization, tokenAuthorizer } from './token-authorizer.ts';
import type { Say, Undocumented } from './warnings.ts';

export interface AuthorizationDependencies {
  /** By ARN. */
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  readonly mayInvoke: MayInvoke;
  readonly cache: ResultCache<AuthorizerAnswer>;
  /** The time of policy conditions. */
  readonly clock: Clock;
  readonly say: Say;
  readonly warn: (kind: Undocumented) => void;
}

/** Decides on one request for one method; `path` is the path below the stage. */
export type AuthorizeMethod = (request: GatewayRequest, method: RestMethod, path: string) => Promise<Authorization>;

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
  const { warn } = dependencies;
  const authorizers = new Map(
    [...api.authorizers].map(([id, settings]) => [
      id,
      {
        header: settings.identityHeader,
        authorize: tokenAuthorizer(settings, {
          ...dependencies,
          function: functionOf(settings, dependencies.functions),
          authorizerArn: `${apiArn}/authorizers/${id}`,
        }),
      },
    ]),
  );
  return async (request, method, path) => {
    const authorizer = authorizers.get(method.authorizerId ?? '');
    if (authorizer === undefined) return { integrationLatency: 0 };
    const methodArn = `${apiArn}/${api.stageName}/${request.method}${path}`;
    if (Buffer.byteLength(methodArn) > MAX_METHOD_ARN) return { integrationLatency: 0, failure: URI_TOO_LONG };
    if (/%|\/\/|.\/$/.test(path)) warn('raw-path');
    if (/\/\/|.\/$/.test(path)) warn('route-reading');
    const tokens = headerValues(request, authorizer.header);
    if (tokens.length > 1) warn('two-headers');
    const keys = conditionKeysOf(request, dependencies.clock());
    return authorizer.authorize({ authorizationToken: tokens.at(-1), methodArn, keys });
  };
}

function functionOf(
  { authorizerId, functionArn }: TokenAuthorizerSettings,
  functions: ReadonlyMap<string, LambdaFunction>,
): LambdaFunction {
  const found = functions.get(functionArn);
  if (found !== undefined) return found;
  throw new LocalRunError(
    `The authorizer ${authorizerId} invokes ${functionArn}, which is not a function of this template.`,
  );
}
