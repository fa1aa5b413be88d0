import { DEFAULT_ROUTE } from '../../../lambda/policy/route.ts';
import { functionByArn } from '../../functions/lambda-functions.ts';
import { NOT_RUN, notRunSentence } from '../../functions/not-run.ts';
import type { AuthorizationDependencies } from '../authorization/lambda-authorizer.ts';
import type { GatewayAnswer } from '../exchange/gateway.ts';
import { notRunAnswer } from '../exchange/not-run-answer.ts';
import { within } from '../exchange/time-limit.ts';
import type { HttpRoute } from './http-api.ts';
import type { HttpFailure } from './http-failure.ts';
import type { FunctionIntegration } from './integration-settings.ts';
import { proxyAnswer } from './proxy-answer.ts';
import { proxyEvent } from './proxy-event.ts';
import type { AdmittedHttpRequest } from './routed-request.ts';
import { urlIntegration } from './url-integration.ts';

/** The backend of a route. */
export type Integration = (admitted: AdmittedHttpRequest) => Promise<GatewayAnswer | HttpFailure>;

/** A backend that the local gateway cannot do answers that it does not run. */
export function integrationOf(route: HttpRoute, apiArn: string, dependencies: AuthorizationDependencies): Integration {
  const { integration } = route;
  if (integration.kind === 'url') return urlIntegration(integration, dependencies.say);
  if (integration.kind === 'function') return functionIntegration(route, integration, apiArn, dependencies);
  return async () => notRunAnswer(notRunSentence(route.routeKey, integration.notRun));
}

function functionIntegration(
  route: HttpRoute,
  { functionArn, payloadFormat, timeoutMilliseconds, invokedByRole = false }: FunctionIntegration,
  apiArn: string,
  { functions, mayInvoke, say }: AuthorizationDependencies,
): Integration {
  const target = functionByArn(functions, functionArn);
  const { functionName, notRun } = target;
  return async (admitted) => {
    if (notRun !== undefined) return notRunAnswer(notRun);
    const sourceArn = `${apiArn}/${admitted.stageName}/${sourceOf(route)}`;
    if (!invokedByRole && !mayInvoke(functionArn, sourceArn)) {
      say(`${functionName} has no permission that lets ${sourceArn} invoke it.`);
      return 'integration failure';
    }
    const result = await within(timeoutMilliseconds, target.invoke(proxyEvent(payloadFormat, admitted)));
    if (result === undefined) {
      say(`${functionName} took longer than the integration's ${timeoutMilliseconds} ms.`);
      return 'no answer';
    }
    if ('error' in result && result.error.errorType === NOT_RUN) return notRunAnswer(result.error.errorMessage);
    const answer = 'error' in result ? undefined : proxyAnswer(payloadFormat, result.payload);
    if (answer !== undefined) return answer;
    say(`${functionName} ${'error' in result ? `failed: ${result.error.errorMessage}` : 'gave a malformed answer'}.`);
    return 'integration failure';
  };
}

/** A route as permissions name it. */
function sourceOf({ method, path }: HttpRoute): string {
  if (path === DEFAULT_ROUTE) return path;
  return `${method === 'ANY' ? '*' : method}${path}`;
}
