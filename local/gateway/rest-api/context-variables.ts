import type { AuthorizerAnswer } from '../authorization/authorizer-answer.ts';
import { type GatewayRequest, pathOf } from '../exchange/gateway-request.ts';
import type { SelectedMethod } from './method-selection.ts';

/** Values of `$context.…` by name, without the prefix. A missing name counts as empty. */
export type ContextVariables = Readonly<Record<string, string>>;

/** What is known of a request when a variable is needed. */
export interface ContextSources {
  readonly request: GatewayRequest;
  readonly apiId: string;
  readonly stageName: string;
  /** undefined: the API has no method for the request. */
  readonly selected?: SelectedMethod | undefined;
  readonly authorization?:
    | { readonly answer?: AuthorizerAnswer | undefined; readonly integrationLatency?: number }
    | undefined;
}

/** Developer guide, "Variables for data models, authorizers, mapping templates, and access logging". */
export function contextVariables(sources: ContextSources): ContextVariables {
  const { request, apiId, stageName, selected, authorization } = sources;
  const { answer, integrationLatency = 0 } = authorization ?? {};
  const fromAuthorizer = Object.entries(answer?.context ?? {}).map(([name, value]) => [
    `authorizer.${name}`,
    String(value),
  ]);
  return {
    apiId,
    requestId: request.requestId,
    extendedRequestId: request.requestId,
    httpMethod: request.method,
    path: pathOf(request),
    resourcePath: selected?.method.resourcePath ?? '',
    stage: stageName,
    'identity.sourceIp': request.sourceIp,
    'authorizer.principalId': answer?.principalId ?? '',
    'authorizer.integrationLatency': String(integrationLatency),
    ...Object.fromEntries(fromAuthorizer),
  };
}
