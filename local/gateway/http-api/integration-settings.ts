import type { StackResource } from '../../cloudformation/stack.ts';
import { type JsonObject, numberOf, textOrEmpty, textsOf } from '../../cloudformation/template.ts';
import { functionArnOf } from '../exchange/invocation-uri.ts';
import { type ParameterMapping, parseParameterMapping } from './parameter-mapping.ts';

/** The backend of a route. */
export type IntegrationSettings = FunctionIntegration | UrlIntegration | UnknownIntegration;

export interface FunctionIntegration {
  readonly kind: 'function';
  /** With the version or the alias that is invoked. */
  readonly functionArn: string;
  readonly payloadFormat: '1.0' | '2.0';
  readonly timeoutMilliseconds: number;
  /** Whether a role may invoke the function, instead of the function's own permissions. @default false */
  readonly invokedByRole?: boolean;
}

export interface UrlIntegration {
  readonly kind: 'url';
  /** With parameters of the route: `https://books.example/{proxy}`. */
  readonly url: string;
  /** undefined: the request's own. */
  readonly method: string | undefined;
  readonly parameters: readonly ParameterMapping[];
  readonly timeoutMilliseconds: number;
}

/** One that the local gateway cannot do. */
export interface UnknownIntegration {
  readonly kind: 'unknown';
  /** The end of a sentence: `its backend is behind a VPC link`. */
  readonly notRun: string;
}

/** What the local gateway does not do, and the end of a sentence about it. */
const UNKNOWN_PROPERTIES = {
  IntegrationSubtype: (subtype) => `its integration is with a service of AWS (${subtype})`,
  ConnectionId: () => 'its backend is behind a VPC link',
  ResponseParameters: () => 'it maps parameters of the response',
  TlsConfig: () => 'it has a TLS configuration of its own',
} as const satisfies Readonly<Record<string, (value: string) => string>>;

/** The default of HTTP APIs, and their maximum. */
const TIMEOUT = 30_000;

export function integrationSettingsOf({ properties }: StackResource): IntegrationSettings {
  const unknownProperty = Object.entries(UNKNOWN_PROPERTIES).find(([name]) => properties[name] !== undefined);
  if (unknownProperty !== undefined) {
    const [name, reason] = unknownProperty;
    return unknown(reason(String(properties[name])));
  }
  const type = textOrEmpty(properties, 'IntegrationType');
  if (type === 'AWS_PROXY') return functionIntegration(properties);
  return type === 'HTTP_PROXY' ? urlIntegration(properties) : unknown(`its integration is ${type || 'not known'}`);
}

function unknown(notRun: string): UnknownIntegration {
  return { kind: 'unknown', notRun };
}

function functionIntegration(properties: JsonObject): IntegrationSettings {
  const uri = textOrEmpty(properties, 'IntegrationUri');
  const functionArn = functionArnOf(uri);
  const { PayloadFormatVersion: payloadFormat } = properties;
  if (functionArn === undefined) return unknown(`its integration invokes ${uri || 'nothing'}`);
  if (properties.RequestParameters !== undefined) return unknown('it maps parameters of the request to a function');
  if (payloadFormat !== '1.0' && payloadFormat !== '2.0') return unknown(`its payload format is ${payloadFormat}`);
  const invokedByRole = textOrEmpty(properties, 'CredentialsArn') !== '';
  return {
    kind: 'function',
    functionArn,
    payloadFormat,
    timeoutMilliseconds: timeoutOf(properties),
    ...(invokedByRole && { invokedByRole }),
  };
}

function urlIntegration(properties: JsonObject): IntegrationSettings {
  const url = textOrEmpty(properties, 'IntegrationUri');
  const method = textOrEmpty(properties, 'IntegrationMethod');
  if (!URL.canParse(url.replace(/\{[^}]+\}/g, 'x'))) return unknown(`its address is ${url || 'not known'}`);
  const parsed = Object.entries(textsOf(properties, 'RequestParameters')).map(
    ([key, value]) => [`${value} to ${key}`, parseParameterMapping(key, value)] as const,
  );
  const [strange] = parsed.find(([, mapping]) => mapping === undefined) ?? [];
  if (strange !== undefined) return unknown(`it maps ${strange}`);
  const parameters = parsed.flatMap(([, mapping]) => mapping ?? []);
  return {
    kind: 'url',
    url,
    method: method === 'ANY' || method === '' ? undefined : method,
    parameters,
    timeoutMilliseconds: timeoutOf(properties),
  };
}

function timeoutOf(properties: JsonObject): number {
  return numberOf(properties, 'TimeoutInMillis', TIMEOUT);
}
