import { textOf } from '../../cloudformation/template.ts';
import type { LambdaFunction } from '../../functions/lambda-function.ts';
import type { MayInvoke } from '../../iam/invoke-permission.ts';
import { LocalRunError } from '../../local-run-error.ts';
import type { Say } from '../../warnings.ts';
import type { GatewayFailure, HttpResponse } from '../rest-api/gateway-response.ts';
import { functionArnOf, type RestMethod } from '../rest-api/rest-api.ts';
import { mockIntegration } from './mock-integration.ts';
import { type AdmittedRequest, BAD_BACKEND_ANSWER, proxyAnswer, proxyEvent } from './proxy-integration.ts';

/** What stands behind a method. */
export type Integration = (admitted: AdmittedRequest) => Promise<HttpResponse | GatewayFailure>;

export interface Backends {
  /** By ARN. */
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  readonly mayInvoke: MayInvoke;
  /** The ARN of a method, as permissions name it. */
  readonly methodArn: (method: RestMethod) => string;
  readonly say: Say;
}

/** @throws LocalRunError for a type that this product does not use */
export function integrationOf(method: RestMethod, backends: Backends): Integration {
  const type = textOf(method.integration, 'Type');
  if (type === 'AWS_PROXY') return functionIntegration(method, backends);
  if (type === 'MOCK') {
    const answer = mockIntegration(method.integration);
    return async ({ request }) => answer(request);
  }
  const name = `${method.httpMethod} ${method.resourcePath}`;
  throw new LocalRunError(`${name} has the integration ${type}; the local gateway knows AWS_PROXY and MOCK.`);
}

function functionIntegration(method: RestMethod, { functions, mayInvoke, methodArn, say }: Backends): Integration {
  const functionArn = functionArnOf(textOf(method.integration, 'Uri'));
  const target = functions.get(functionArn);
  if (target === undefined) throw new LocalRunError(`The backend ${functionArn} is not a function of this template.`);
  return async (admitted) => {
    if (!mayInvoke(functionArn, methodArn(method))) {
      say(`${target.functionName} has no permission that lets ${methodArn(method)} invoke it.`);
      return { responseType: 'API_CONFIGURATION_ERROR', message: 'Internal server error' };
    }
    const result = await target.invoke(proxyEvent(admitted));
    const answer = 'error' in result ? undefined : proxyAnswer(result.payload);
    if (answer !== undefined) return answer;
    say(
      `${target.functionName} ${'error' in result ? `failed: ${result.error.errorMessage}` : 'gave a malformed answer'}.`,
    );
    return BAD_BACKEND_ANSWER;
  };
}
