import { isObject, type JsonObject, listOf, textOf, textsOf } from '../../cloudformation/template.ts';
import { LocalRunError } from '../../local-run-error.ts';
import { type GatewayRequest, lastHeaders } from '../rest-api/gateway-request.ts';
import type { HttpResponse } from '../rest-api/gateway-response.ts';

export type MockAnswer = (request: GatewayRequest) => HttpResponse;

const ALLOW_ORIGIN = 'Access-Control-Allow-Origin';

/**
 * The CORS preflight that CDK writes: a fixed status, literal headers, and for several origins a mapping template that
 * repeats the request's origin when it is listed.
 * @throws LocalRunError for a MOCK integration of another kind
 */
export function mockIntegration(integration: JsonObject): MockAnswer {
  const [response, ...others] = listOf(integration, 'IntegrationResponses').filter(isObject);
  if (response === undefined || others.length > 0) {
    throw new LocalRunError('A MOCK integration is not a CORS preflight, and the local gateway knows no other kind.');
  }
  const status = Number(textOf(response, 'StatusCode'));
  const headers = literalHeaders(textsOf(response, 'ResponseParameters'));
  const otherOrigins = originsOf(textsOf(response, 'ResponseTemplates')['application/json']);
  return (request) => {
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
    throw new LocalRunError('A preflight has a mapping template that the local gateway does not know.');
  }
  return [...template.matchAll(/\$origin == "([^"]+)"/g)].map(([, origin = '']) => origin);
}
