import { type JsonObject, numberOf, objectOf, textOrEmpty, textsOf } from '../../cloudformation/template.ts';
import { functionArnOf } from '../exchange/invocation-uri.ts';
import { type IntegrationResponse, responsesOf, templatesIn } from './integration-response.ts';
import { isPassedThrough, isPlain, isRenderable } from './mapping-template.ts';
import { preflightOrigins } from './preflight-template.ts';
import { type RequestMapping, requestMappingsOf } from './request-mapping.ts';

/** The backend of a method. */
export type IntegrationSettings = FunctionIntegration | UrlIntegration | MockIntegration | UnknownIntegration;

export interface FunctionIntegration {
  readonly kind: 'function';
  /** With the version or the alias that is invoked. */
  readonly functionArn: string;
  /** Whether a role may invoke the function, instead of the function's own permissions. */
  readonly invokedByRole: boolean;
  readonly timeoutMilliseconds: number;
}

export interface UrlIntegration {
  readonly kind: 'url';
  /** With parameters of the path: `https://books.example/{id}`. */
  readonly url: string;
  /** undefined: the request's own. */
  readonly method: string | undefined;
  /** Whether the whole request and the whole response are passed on. Otherwise only the body and what is mapped is. */
  readonly isProxy: boolean;
  readonly mappings: readonly RequestMapping[];
  readonly responses: readonly IntegrationResponse[];
  readonly timeoutMilliseconds: number;
}

export interface MockIntegration {
  readonly kind: 'mock';
  /** The status by which the response is chosen. undefined: the request's template does not say it. */
  readonly chosenStatus: string | undefined;
  readonly responses: readonly IntegrationResponse[];
}

/** One that the local gateway cannot do. */
export interface UnknownIntegration {
  readonly kind: 'unknown';
  /** The end of a sentence: `its backend is behind a VPC link`. */
  readonly notRun: string;
}

/** The default and the maximum without a quota of the account's own. */
const TIMEOUT = 29_000;

/**
 * Reads a method's integration.
 * @param variables - of the stage, which a URI may name
 */
export function integrationSettingsOf(
  method: JsonObject,
  variables: Readonly<Record<string, string>>,
): IntegrationSettings {
  const integration = objectOf(method, 'Integration');
  const type = textOrEmpty(integration, 'Type');
  const uri = withStageVariables(textOrEmpty(integration, 'Uri'), variables);
  if (textOrEmpty(integration, 'ConnectionType') === 'VPC_LINK') return unknown('its backend is behind a VPC link');
  if (uri.includes('${stageVariables.')) return unknown(`its address is ${uri}, and the stage has no such variable`);
  if (type === 'AWS_PROXY') return functionIntegration(uri, integration);
  if (type === 'HTTP_PROXY' || type === 'HTTP') return urlIntegration(uri, integration, type === 'HTTP_PROXY');
  if (type === 'MOCK') return mockIntegration(integration);
  if (type === 'AWS') return unknown(`its integration with ${serviceOf(uri)} is by mapping templates`);
  return unknown(`its integration is ${type || 'not known'}`);
}

function unknown(notRun: string): UnknownIntegration {
  return { kind: 'unknown', notRun };
}

function withStageVariables(uri: string, variables: Readonly<Record<string, string>>): string {
  return uri.replace(/\$\{stageVariables\.(\w+)\}/g, (whole, name: string) => variables[name] ?? whole);
}

/** `arn:aws:apigateway:<region>:sqs:path/…` -> `sqs`. */
function serviceOf(uri: string): string {
  return uri.split(':')[4] || 'AWS';
}

function timeoutOf(integration: JsonObject): number {
  return numberOf(integration, 'TimeoutInMillis', TIMEOUT);
}

function functionIntegration(uri: string, integration: JsonObject): IntegrationSettings {
  const functionArn = functionArnOf(uri);
  if (functionArn === undefined) {
    const isStreamed = uri.includes('/response-streaming-invocations');
    return unknown(isStreamed ? 'its response is streamed' : `its integration invokes ${uri || 'nothing'}`);
  }
  const invokedByRole = textOrEmpty(integration, 'Credentials') !== '';
  return { kind: 'function', functionArn, invokedByRole, timeoutMilliseconds: timeoutOf(integration) };
}

function urlIntegration(url: string, integration: JsonObject, isProxy: boolean): IntegrationSettings {
  const { mappings, notRun } = requestMappingsOf(textsOf(integration, 'RequestParameters'));
  if (notRun !== undefined) return unknown(notRun);
  if (!URL.canParse(url.replace(/\{[^}]+\}/g, 'x'))) return unknown(`its address is ${url || 'not known'}`);
  const responses = responsesOf(integration);
  const templates = [...Object.values(textsOf(integration, 'RequestTemplates')), ...responses.flatMap(templatesIn)];
  const template = isProxy ? undefined : templates.find((each) => !isPassedThrough(each));
  if (template !== undefined) return unknown('it has a mapping template of VTL');
  const method = textOrEmpty(integration, 'IntegrationHttpMethod');
  const timeoutMilliseconds = timeoutOf(integration);
  return {
    kind: 'url',
    url,
    method: method === 'ANY' || method === '' ? undefined : method,
    isProxy,
    mappings,
    responses,
    timeoutMilliseconds,
  };
}

function mockIntegration(integration: JsonObject): IntegrationSettings {
  const templates = textsOf(integration, 'RequestTemplates');
  const template = templates['application/json'] ?? Object.values(templates)[0] ?? '';
  const responses = responsesOf(integration);
  const unmapped = responses.flatMap(({ parameters }) => Object.values(parameters)).find((value) => !isLiteral(value));
  if (unmapped !== undefined) return unknown(`it maps ${unmapped} to a header of its response`);
  if (!isPlain(template) && responses.length > 1) return unknown('a mapping template of VTL chooses its response');
  if (!responses.flatMap(templatesIn).every(isKnownTemplate))
    return unknown('its response is made by a mapping template of VTL');
  const [, chosenStatus] = /statusCode"?\s*:\s*"?(\d{3})/.exec(template) ?? [];
  return { kind: 'mock', chosenStatus, responses };
}

export function isLiteral(mapping: string): boolean {
  return /^'.*'$/s.test(mapping);
}

function isKnownTemplate(template: string): boolean {
  return isRenderable(template) || preflightOrigins(template) !== undefined;
}
