import type { Stack } from '../cloudformation/stack.ts';
import { withoutQualifier } from '../functions/lambda-functions.ts';
import type { AuthorizerFunction } from './authorization/lambda-authorizer.ts';
import { type HttpApi, httpApisOf } from './http-api/http-api.ts';
import { nameOf, type RestApi, restApisOf } from './rest-api/rest-api.ts';

/** An API as the template describes it, with its stages: at least one. */
export type ApiSettings =
  | { readonly kind: 'rest'; readonly apiId: string; readonly stages: readonly [RestApi, ...RestApi[]] }
  | { readonly kind: 'http'; readonly apiId: string; readonly api: HttpApi };

/** The APIs of the templates that have a stage. */
export function apisOf(stack: Stack): readonly ApiSettings[] {
  const stages = restApisOf(stack);
  const ids = [...new Set(stages.map(({ apiId }) => apiId))];
  const rest = ids.flatMap((id): ApiSettings[] => {
    const [first, ...others] = stages.filter(({ apiId }) => apiId === id);
    return first === undefined ? [] : [{ kind: 'rest', apiId: id, stages: [first, ...others] }];
  });
  const http = httpApisOf(stack).filter(({ stageNames }) => stageNames.length > 0);
  return [...rest, ...http.map((api): ApiSettings => ({ kind: 'http', apiId: api.apiId, api }))];
}

/** A method of a REST API, or a route of an HTTP API. */
export interface RouteSettings {
  /** `GET /orders/{id}`. */
  readonly name: string;
  /** undefined: none of the API's. */
  readonly authorizer: AuthorizerFunction | undefined;
  /** The function that is its backend. undefined: it has another backend. */
  readonly functionArn: string | undefined;
  /** Why a request for it is answered that it does not run: the end of a sentence. undefined: it runs. */
  readonly notRun: string | undefined;
}

export function apiNameOf(settings: ApiSettings): string {
  return settings.kind === 'rest' ? settings.stages[0].name : settings.api.name;
}

/** The routes of an API, for each of its stages. */
export function routesOf(settings: ApiSettings): readonly RouteSettings[] {
  if (settings.kind === 'http') {
    const { routes, authorizers } = settings.api;
    return routes.map((route) => {
      const authorizer = authorizers.find(({ authorizerId }) => authorizerId === route.authorizerId);
      return { name: route.routeKey, ...partsOf(route, authorizer) };
    });
  }
  return settings.stages.flatMap(({ methods, authorizers }) =>
    methods.map((method) => ({
      name: nameOf(method),
      ...partsOf(method, authorizers.get(method.authorizerId ?? '')),
    })),
  );
}

function partsOf(
  { notRun, integration }: Pick<RestApi['methods'][number] | HttpApi['routes'][number], 'notRun' | 'integration'>,
  authorizer: AuthorizerFunction | undefined,
): Omit<RouteSettings, 'name'> {
  return {
    authorizer,
    functionArn: integration.kind === 'function' ? withoutQualifier(integration.functionArn) : undefined,
    notRun: notRun ?? authorizer?.notRun ?? (integration.kind === 'unknown' ? integration.notRun : undefined),
  };
}

/** The ARNs of the functions that the API invokes. */
export function functionArnsOf(settings: ApiSettings): ReadonlySet<string> {
  const arns = routesOf(settings).flatMap(({ authorizer, functionArn }) => [
    ...(authorizer === undefined ? [] : [withoutQualifier(authorizer.functionArn)]),
    ...(functionArn === undefined ? [] : [functionArn]),
  ]);
  return new Set(arns);
}

/** Whether a route of the API asks one of these functions, by ARN, for a decision. */
export function isBehind(settings: ApiSettings, authorizerArns: ReadonlySet<string>): boolean {
  return routesOf(settings).some(
    ({ authorizer }) => authorizer !== undefined && authorizerArns.has(withoutQualifier(authorizer.functionArn)),
  );
}
