import type { StackResource } from '../../cloudformation/stack.ts';
import { numberOf, textOf, textsOf } from '../../cloudformation/template.ts';
import { rejectProperties } from '../../cloudformation/unknown-property.ts';
import { LocalRunError } from '../../errors.ts';
import { functionArnOf } from '../exchange/invocation-uri.ts';
import { type ParameterMapping, parseParameterMapping } from './parameter-mapping.ts';

/** The backend of a route. */
export type IntegrationSettings = FunctionIntegration | UrlIntegration;

export interface FunctionIntegration {
  readonly kind: 'function';
  readonly functionArn: string;
  readonly payloadFormat: '1.0' | '2.0';
  readonly timeoutMilliseconds: number;
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

const UNKNOWN_PROPERTIES = {
  ConnectionId: 'a VPC link',
  CredentialsArn: 'a role for its calls',
  IntegrationSubtype: 'an integration with a service of AWS',
  ResponseParameters: 'mappings of the response',
  TlsConfig: 'a TLS configuration',
};

/** The default of HTTP APIs, and their maximum. */
const TIMEOUT = 30_000;

/** @throws LocalRunError for an integration that the local gateway does not know */
export function integrationSettingsOf(integration: StackResource): IntegrationSettings {
  const { logicalId, properties } = integration;
  rejectProperties(integration, UNKNOWN_PROPERTIES);
  const type = textOf(properties, 'IntegrationType');
  const uri = textOf(properties, 'IntegrationUri');
  const timeoutMilliseconds = numberOf(properties, 'TimeoutInMillis', TIMEOUT);
  if (type === 'AWS_PROXY') {
    rejectProperties(integration, { RequestParameters: 'mappings of the request to a function' });
    return {
      kind: 'function',
      functionArn: functionArn(uri),
      payloadFormat: payloadFormat(integration),
      timeoutMilliseconds,
    };
  }
  if (type !== 'HTTP_PROXY') {
    throw new LocalRunError(`${logicalId} is of the type ${type}; the local gateway knows AWS_PROXY and HTTP_PROXY.`);
  }
  const method = textOf(properties, 'IntegrationMethod');
  const parameters = Object.entries(textsOf(properties, 'RequestParameters')).map(([key, value]) =>
    parseParameterMapping(logicalId, key, value),
  );
  return { kind: 'url', url: uri, method: method === 'ANY' ? undefined : method, parameters, timeoutMilliseconds };
}

/** A function's ARN, or the address at which API Gateway invokes it. */
function functionArn(uri: string): string {
  return uri.includes(':lambda:') && uri.includes(':function:') && !uri.endsWith('/invocations')
    ? uri
    : functionArnOf(uri);
}

function payloadFormat({ logicalId, properties }: StackResource): '1.0' | '2.0' {
  const { PayloadFormatVersion: version } = properties;
  if (version === '1.0' || version === '2.0') return version;
  throw new LocalRunError(`${logicalId} has the payload format ${String(version)}: it must be 1.0 or 2.0.`);
}
