import type { RouteReadingName } from '../../infra/routes/route-readings.ts';
import type { ApiKind } from '../../lambda/policy/route.ts';
import type { ApiSettings } from './api-settings.ts';
import type { AuthorizerAnswer } from './authorization/authorizer-answer.ts';
import type { AuthorizationDependencies } from './authorization/lambda-authorizer.ts';
import { resultCache } from './authorization/result-cache.ts';
import type { Gateway } from './exchange/gateway.ts';
import { pathOf } from './exchange/gateway-request.ts';
import type { HttpApi } from './http-api/http-api.ts';
import { httpGateway } from './http-api/http-gateway.ts';
import type { RestApi } from './rest-api/rest-api.ts';
import { NO_SUCH_STAGE, restGateway } from './rest-api/rest-gateway.ts';
import { type AnyReadingName, readingOf, requireReadingOf } from './route-reading.ts';

/** An API of the template with all its stages, each of which has a result cache. */
export interface ServedApi {
  readonly kind: ApiKind;
  readonly apiId: string;
  /** At least one. */
  readonly stageNames: readonly string[];
  readonly authorizers: readonly ServedAuthorizer[];
  readonly answer: Gateway;
  /** Empties the result cache of a stage. A stage that the API does not have changes nothing. */
  flush(stageName: string): void;
}

export interface ServedAuthorizer {
  readonly functionArn: string;
  readonly resultTtlSeconds: number;
}

/**
 * Serves APIs.
 * @param reading - how the gateway selects a route where AWS does not document it; APIs of a kind without it select as AWS has been seen to do
 * @throws LocalRunError when no API is of a kind that has the reading
 */
export function servedApisOf(
  apis: readonly ApiSettings[],
  dependencies: AuthorizationDependencies,
  reading?: AnyReadingName,
): readonly ServedApi[] {
  requireReadingOf(
    apis.map(({ kind }) => kind),
    reading,
  );
  return apis.map((each) =>
    each.kind === 'rest'
      ? servedRestApi(each.apiId, each.stages, dependencies, readingOf('rest', reading))
      : servedHttpApi(each.api, dependencies, readingOf('http', reading)),
  );
}

function servedHttpApi(
  api: HttpApi,
  dependencies: AuthorizationDependencies,
  reading: RouteReadingName<'http'> | undefined,
): ServedApi {
  const { apiId, stageNames, authorizers } = api;
  return { kind: 'http', apiId, stageNames, authorizers, ...httpGateway(api, dependencies, reading) };
}

function servedRestApi(
  apiId: string,
  stages: readonly RestApi[],
  dependencies: AuthorizationDependencies,
  reading: RouteReadingName<'rest'> | undefined,
): ServedApi {
  const served = stages.map((stage) => {
    const cache = resultCache<AuthorizerAnswer>(dependencies.clock, dependencies.warn);
    return { stageName: stage.stageName, cache, answer: restGateway(stage, { ...dependencies, cache }, reading) };
  });
  const stageNamed = (name: string | undefined) => served.find(({ stageName }) => stageName === name);
  return {
    kind: 'rest',
    apiId,
    stageNames: stages.map(({ stageName }) => stageName),
    authorizers: [...(stages[0]?.authorizers.values() ?? [])],
    answer: async (request) => {
      const [, name] = pathOf(request).split('/', 2);
      return stageNamed(name)?.answer(request) ?? NO_SUCH_STAGE;
    },
    flush: (stageName) => stageNamed(stageName)?.cache.flush(),
  };
}
