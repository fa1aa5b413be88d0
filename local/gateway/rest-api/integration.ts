import type { Say } from '../../errors.ts';
import { functionByArn, type LambdaFunctions } from '../../functions/lambda-functions.ts';
import { NOT_RUN, notRunSentence } from '../../functions/not-run.ts';
import type { MayInvoke } from '../../iam/permissions.ts';
import type { HttpResponse } from '../exchange/gateway.ts';
import { notRunAnswer } from '../exchange/not-run-answer.ts';
import { within } from '../exchange/time-limit.ts';
import type { GatewayFailure } from './gateway-response.ts';
import type { FunctionIntegration } from './integration-settings.ts';
import { mockIntegration } from './mock-integration.ts';
import { type AdmittedRequest, BAD_BACKEND_ANSWER, proxyAnswer, proxyEvent } from './proxy-integration.ts';
import { nameOf, type RestMethod } from './rest-api.ts';
import { urlIntegration } from './url-integration.ts';

/** The backend of a method. */
export type Integration = (admitted: AdmittedRequest) => Promise<HttpResponse | GatewayFailure>;

export interface Backends {
  readonly functions: LambdaFunctions;
  readonly mayInvoke: MayInvoke;
  /** The ARN of a method, as permissions name it. */
  readonly methodArn: (method: RestMethod) => string;
  readonly say: Say;
}

/** A backend that the local gateway cannot do answers that it does not run. */
export function integrationOf(method: RestMethod, backends: Backends): Integration {
  const { integration } = method;
  if (integration.kind === 'function') return functionIntegration(method, integration, backends);
  if (integration.kind === 'url') return urlIntegration(integration, backends.say);
  if (integration.kind === 'mock') return mockIntegration(integration);
  return async () => notRunAnswer(notRunSentence(nameOf(method), integration.notRun));
}

const NOT_PERMITTED: GatewayFailure = { responseType: 'API_CONFIGURATION_ERROR', message: 'Internal server error' };
const TIMED_OUT: GatewayFailure = { responseType: 'INTEGRATION_TIMEOUT', message: 'Endpoint request timed out' };

function functionIntegration(method: RestMethod, integration: FunctionIntegration, backends: Backends): Integration {
  const { functions, mayInvoke, methodArn, say } = backends;
  const { functionArn, invokedByRole, timeoutMilliseconds } = integration;
  const target = functionByArn(functions, functionArn);
  const { functionName, notRun } = target;
  return async (admitted) => {
    if (notRun !== undefined) return notRunAnswer(notRun);
    if (!invokedByRole && !mayInvoke(functionArn, methodArn(method))) {
      say(`${functionName} has no permission that lets ${methodArn(method)} invoke it.`);
      return NOT_PERMITTED;
    }
    const result = await within(timeoutMilliseconds, target.invoke(proxyEvent(admitted)));
    if (result === undefined) {
      say(`${functionName} took longer than the integration's ${timeoutMilliseconds} ms.`);
      return TIMED_OUT;
    }
    if ('error' in result && result.error.errorType === NOT_RUN) return notRunAnswer(result.error.errorMessage);
    const answer = 'error' in result ? undefined : proxyAnswer(result.payload);
    if (answer !== undefined) return answer;
    say(`${functionName} ${'error' in result ? `failed: ${result.error.errorMessage}` : 'gave a malformed answer'}.`);
    return BAD_BACKEND_ANSWER;
  };
}
