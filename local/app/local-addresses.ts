import { jsonTemplate } from '../../infra/api/protected-resource.ts';
import type { Stack, StackResource } from '../cloudformation/stack.ts';
import { isObject, type Json, type JsonObject, textOrEmpty } from '../cloudformation/template.ts';
import { FUNCTION_TYPE } from './function-descriptions.ts';

/** Where an API is served. */
export interface LocalAddress {
  readonly apiId: string;
  /** `http://127.0.0.1:3000`. */
  readonly origin: string;
  /** With the first stage, unless that is `$default`. */
  readonly address: string;
}

/** What the metadata of a protected resource (RFC 9728) says here in place of the deployment's own. */
export interface LocalMetadata {
  readonly authorizationServers: readonly string[];
  readonly scopes: readonly string[];
}

/**
 * A stack whose APIs and functions name the local addresses of the APIs where they would name the deployed ones.
 * @param metadata - undefined: clients get their tokens where the deployed metadata says
 */
export function withLocalAddresses(
  stack: Stack,
  apis: readonly LocalAddress[],
  metadata: LocalMetadata | undefined,
): Stack {
  const named = metadata === undefined ? new Map<string, string>() : namedResources(stack, apis);
  const local = (resource: StackResource, type: string): StackResource => {
    const own = apis.find(({ apiId }) => apiId === apiIdOf(stack, resource, type));
    const replace = (text: string) => {
      const written = metadata && own && localMetadata(text, own.address, metadata);
      return written ?? withLocal(text, apis, own, named);
    };
    return { ...resource, properties: objectOf(mapTexts(resource.properties, replace)) };
  };
  return {
    ...stack,
    resourcesOfType: (type) => {
      const found = stack.resourcesOfType(type);
      return TYPES.includes(type) ? found.map((resource) => local(resource, type)) : found;
    },
  };
}

const API_TYPE = 'AWS::ApiGateway::RestApi';
/** The types of an API in whose texts its address stands. */
const API_TYPES = [API_TYPE, 'AWS::ApiGateway::Method', 'AWS::ApiGateway::GatewayResponse'];
const TYPES = [...API_TYPES, FUNCTION_TYPE];

/** The API to which a resource belongs. Empty: to none. */
function apiIdOf(stack: Stack, { properties, logicalId }: StackResource, type: string): string {
  return type === API_TYPE ? stack.ref(logicalId) : textOrEmpty(properties, 'RestApiId');
}

/** @param named - the addresses by which APIs name themselves, by API id */
function withLocal(
  text: string,
  apis: readonly LocalAddress[],
  own: LocalAddress | undefined,
  named: ReadonlyMap<string, string>,
): string {
  const name = own && named.get(own.apiId);
  const changed = own === undefined || name === undefined ? text : text.replaceAll(name, own.address);
  return apis.reduce((rest, { apiId, origin }) => rest.replace(deployedOrigin(apiId), origin), changed);
}

/** `https://<API id>.execute-api.<region>.amazonaws.com`. */
function deployedOrigin(apiId: string): RegExp {
  return new RegExp(`https://${apiId}\\.execute-api\\.[a-z0-9-]+\\.amazonaws\\.com(\\.cn)?`, 'g');
}

/** The addresses by which the metadata of APIs names them, by API id. */
function namedResources(stack: Stack, apis: readonly LocalAddress[]): ReadonlyMap<string, string> {
  const named = new Map<string, string>();
  for (const type of API_TYPES) {
    for (const resource of stack.resourcesOfType(type)) {
      const apiId = apiIdOf(stack, resource, type);
      mapTexts(resource.properties, (text) => {
        const { resource: name } = metadataIn(text) ?? {};
        if (typeof name === 'string' && apis.some((api) => api.apiId === apiId)) named.set(apiId, name);
        return text;
      });
    }
  }
  return named;
}

/** undefined: the text is no metadata. */
function localMetadata(
  text: string,
  resource: string,
  { authorizationServers, scopes }: LocalMetadata,
): string | undefined {
  const deployed = metadataIn(text);
  if (deployed === undefined) return undefined;
  return jsonTemplate({ ...deployed, resource, authorization_servers: authorizationServers, scopes_supported: scopes });
}

/** The metadata that a mapping template writes. undefined: it is another. */
function metadataIn(text: string): JsonObject | undefined {
  if (!/^\{.*"authorization_servers":/s.test(text)) return undefined;
  try {
    return objectOf(JSON.parse(text) as Json);
  } catch {
    return undefined;
  }
}

function mapTexts(value: Json, replace: (text: string) => string): Json {
  if (typeof value === 'string') return replace(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, replace));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, mapTexts(member, replace)]));
}

function objectOf(value: Json): JsonObject {
  return isObject(value) ? value : {};
}
