import { isObject, type JsonObject, listOf, textOf, textsOf } from '../../cloudformation/template.ts';
import { LocalRunError, type Say } from '../../errors.ts';
import type { LambdaFunction } from '../../functions/lambda-function.ts';
import type { MayInvoke } from '../../iam/permissions.ts';
import type { HttpResponse } from '../exchange/gateway.ts';
import { lastHeaders } from '../exchange/gateway-request.ts';
import { functionArnOf } from '../exchange/invocation-uri.ts';
import type { GatewayFailure } from './gateway-response.ts';
import { type AdmittedRequest, BAD_BACKEND_ANSWER, proxyAnswer, proxyEvent } from './proxy-integration.ts';
import type { RestMethod } from './rest-api.ts';

/** The backend of a method. */
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
  if (type === 'MOCK') return mockIntegration(method.integration);
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

const ALLOW_ORIGIN = 'Access-Control-Allow-Origin';
const JSON_TYPE = 'application/json';

/**
 * An answer without a backend: a fixed status, literal headers, and a mapping template that is either text without anything to
 * interpret, or CDK's for a CORS preflight of several origins, which repeats the request's origin when it is listed.
 * @throws LocalRunError for a MOCK integration of another kind
 */
function mockIntegration(integration: JsonObject): Integration {
  const [response, ...others] = listOf(integration, 'IntegrationResponses').filter(isObject);
  if (response === undefined || others.length > 0) {
    throw new LocalRunError('A MOCK integration has several responses, and the local gateway knows one.');
  }
  const status = Number(textOf(response, 'StatusCode'));
  const headers = literalHeaders(textsOf(response, 'ResponseParameters'));
  const template = textsOf(response, 'ResponseTemplates')[JSON_TYPE];
  if (template !== undefined && !/[$#]/.test(template)) {
    return async () => ({ status, headers: { 'Content-Type': JSON_TYPE, ...headers }, body: template });
  }
  const otherOrigins = originsOf(template);
  return async ({ request }) => {
    const { origin } = lastHeaders(request);
    const override = origin !== undefined && otherOrigins.includes(origin) ? { [ALLOW_ORIGIN]: origin } : {};
    return { status, headers: { ...headers, ...override }, body: '' };
  };
}

function literalHeaders(parameters: Readonly<Record<string, string>>): Record<string, string> {
  const headers = Object.entries(parameters).map(([name, value]) => [
    name.replace('method.response.header.', ''),
    value.replace(/^'(.*)'$/, '$1'),
  ]);
  return Object.fromEntries(headers);
}

function originsOf(template: string | undefined): readonly string[] {
  if (template === undefined) return [];
  if (!template.includes(`$context.responseOverride.header.${ALLOW_ORIGIN} = $origin`)) {
    throw new LocalRunError('A MOCK integration has a mapping template that the local gateway does not know.');
  }
  return [...template.matchAll(/\$origin == "([^"]+)"/g)].map(([, origin = '']) => origin);
}
