import { DEFAULT_ROUTE } from '../../../lambda/policy/route.ts';
import { LocalRunError } from '../../errors.ts';
import type { AuthorizationDependencies } from '../authorization/lambda-authorizer.ts';
import type { HttpResponse } from '../exchange/gateway.ts';
import type { HttpRoute } from './http-api.ts';
import type { HttpFailure } from './http-failure.ts';
import type { FunctionIntegration } from './integration-settings.ts';
import { proxyAnswer } from './proxy-answer.ts';
import { proxyEvent } from './proxy-event.ts';
import type { AdmittedHttpRequest } from './routed-request.ts';
import { urlIntegration } from './url-integration.ts';

/** The backend of a route. */
export type Integration = (admitted: AdmittedHttpRequest) => Promise<HttpResponse | HttpFailure>;

/** @throws LocalRunError when the function is not in the template */
export function integrationOf(route: HttpRoute, apiArn: string, dependencies: AuthorizationDependencies): Integration {
  const { integration } = route;
  if (integration.kind === 'url') return urlIntegration(integration, dependencies.say);
  return functionIntegration(route, integration, apiArn, dependencies);
}

function functionIntegration(
  route: HttpRoute,
  { functionArn, payloadFormat, timeoutMilliseconds }: FunctionIntegration,
  apiArn: string,
  { functions, mayInvoke, say }: AuthorizationDependencies,
): Integration {
  const target = functions.get(functionArn);
  if (target === undefined) throw new LocalRunError(`The backend ${functionArn} is not a function of this template.`);
  return async (admitted) => {
    const sourceArn = `${apiArn}/${admitted.stageName}/${sourceOf(route)}`;
    if (!mayInvoke(functionArn, sourceArn)) {
      say(`${target.functionName} has no permission that lets ${sourceArn} invoke it.`);
      return 'integration failure';
    }
    const result = await within(timeoutMilliseconds, target.invoke(proxyEvent(payloadFormat, admitted)));
    if (result === undefined) {
      say(`${target.functionName} took longer than the integration's ${timeoutMilliseconds} ms.`);
      return 'no answer';
    }
    const answer = 'error' in result ? undefined : proxyAnswer(payloadFormat, result.payload);
    if (answer !== undefined) return answer;
    say(
      `${target.functionName} ${'error' in result ? `failed: ${result.error.errorMessage}` : 'gave a malformed answer'}.`,
    );
    return 'integration failure';
  };
}

/** A route as permissions name it. */
function sourceOf({ method, path }: HttpRoute): string {
  if (path === DEFAULT_ROUTE) return path;
  return `${method === 'ANY' ? '*' : method}${path}`;
}

/** undefined: the result comes later than after this many milliseconds. */
async function within<Result>(milliseconds: number, result: Promise<Result>): Promise<Result | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  return Promise.race([result, late]).finally(() => clearTimeout(timer));
}
