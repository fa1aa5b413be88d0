import { isDeepStrictEqual } from 'node:util';
import type { RouteReadingName } from '../../../infra/routes/route-readings.ts';
import type { Gateway, HttpResponse } from '../exchange/gateway.ts';
import { type GatewayRequest, lastHeaders, pathOf } from '../exchange/gateway-request.ts';
import { notRunAnswer } from '../exchange/not-run-answer.ts';
import { contextVariables } from './context-variables.ts';
import { type GatewayFailure, gatewayResponse } from './gateway-response.ts';
import { integrationOf } from './integration.ts';
import {
  type MethodAuthorization,
  methodAuthorization,
  type RestAuthorizationDependencies,
} from './method-authorization.ts';
import { methodSelection, type SelectedMethod } from './method-selection.ts';
import type { RestApi, RestMethod } from './rest-api.ts';
import type { RoutedRequest } from './routed-request.ts';

interface Outcome {
  readonly result: HttpResponse | GatewayFailure;
  readonly authorization?: MethodAuthorization;
}

const NO_SUCH_METHOD: Outcome = {
  result: { responseType: 'MISSING_AUTHENTICATION_TOKEN', message: 'Missing Authentication Token' },
};

/** Not a gateway response, which only an API with this stage could declare. */
export const NO_SUCH_STAGE: HttpResponse = {
  status: 403,
  headers: { 'Content-Type': 'application/json', 'x-amzn-ErrorType': 'ForbiddenException' },
  body: '{"message":"Forbidden"}',
};

/** @param reading - how the gateway selects a method where AWS does not document it */
export function restGateway(
  api: RestApi,
  dependencies: RestAuthorizationDependencies,
  reading?: RouteReadingName<'rest'>,
): Gateway {
  const select = methodSelection(api.methods, reading);
  const outcomeOf = methodOutcomes(api, dependencies);
  return async (request) => {
    const path = pathBelow(api.stageName, pathOf(request));
    if (path === undefined) return NO_SUCH_STAGE;
    const selected = select(request.method, path);
    const { result, authorization } = await outcomeOf(request, path, selected);
    const decision = authorization?.decision;
    if ('body' in result) return { ...withRequestId(result, request), decision };
    if (dependsOnFailureType(api, result)) dependencies.warn('failure-type');
    const variables = contextVariables({ request, ...api, selected, authorization });
    const response = gatewayResponse(result, api.gatewayResponses, variables, lastHeaders(request));
    return { ...withRequestId(response, request), decision, responseType: result.responseType };
  };
}

type OutcomeOf = (request: GatewayRequest, path: string, selected: SelectedMethod | undefined) => Promise<Outcome>;

/** Authorizes a request, then passes it to the method's integration. */
function methodOutcomes(api: RestApi, dependencies: RestAuthorizationDependencies): OutcomeOf {
  const { apiId, arn: apiArn, stageName, variables } = api;
  const accountId = apiArn.split(':')[4] ?? '';
  const authorize = methodAuthorization(api, apiArn, dependencies);
  const methodArn = ({ httpMethod, resourcePath }: RestMethod): string =>
    `${apiArn}/${stageName}/${httpMethod === 'ANY' ? '*' : httpMethod}${resourcePath}`;
  const backends = { ...dependencies, methodArn };
  const integrations = new Map(api.methods.map((method) => [method, integrationOf(method, backends)]));
  return async (request, path, selected) => {
    const integration = selected && integrations.get(selected.method);
    if (selected === undefined || integration === undefined) return NO_SUCH_METHOD;
    const routed: RoutedRequest = { request, selected, apiId, accountId, stageName, variables, path };
    const authorization = await authorize(routed);
    if (authorization.notRun !== undefined) return { result: notRunAnswer(authorization.notRun), authorization };
    if (authorization.failure !== undefined) return { result: authorization.failure, authorization };
    return { result: await integration({ ...routed, authorization }), authorization };
  };
}

function dependsOnFailureType({ gatewayResponses }: RestApi, { responseType }: GatewayFailure): boolean {
  if (responseType !== 'AUTHORIZER_CONFIGURATION_ERROR') return false;
  return !isDeepStrictEqual(gatewayResponses.get(responseType), gatewayResponses.get('AUTHORIZER_FAILURE'));
}

function pathBelow(stageName: string, path: string): string | undefined {
  const prefix = `/${stageName}`;
  if (path === prefix) return '/';
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : undefined;
}

function withRequestId(answer: HttpResponse, { requestId }: GatewayRequest): HttpResponse {
  return { ...answer, headers: { ...answer.headers, 'x-amzn-RequestId': requestId } };
}
