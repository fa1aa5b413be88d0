import { Token } from 'aws-cdk-lib';
import type { JsonObject } from './openapi-members.ts';

/** A REST API's base path is its stage or its domain's mapping; resource paths stay without it. */
export function basePathWarnings(places: readonly JsonObject[]): readonly string[] {
  const servers = places.flatMap(({ servers }) => (Array.isArray(servers) ? (servers as readonly unknown[]) : []));
  return [...new Set(servers.map(basePathOf))]
    .filter((basePath) => basePath !== '')
    .map((basePath) => `The servers' base path ${basePath} is ignored: the stage or the domain's mapping adds it.`);
}

function basePathOf(server: unknown): string {
  const { url, variables } = asObject(server);
  if (typeof url !== 'string' || Token.isUnresolved(url)) return '';
  return withDefaults(url, asObject(variables))
    .replace(/^([^/]*:)?\/\/[^/]*/, '')
    .replace(/\/+$/, '');
}

/** OpenAPI 3.1, "Server Variable Object": what stands for a variable where nobody chooses. */
function withDefaults(url: string, variables: JsonObject): string {
  return url.replace(/\{([^{}]+)\}/g, (written, name: string) => {
    const value = Object.hasOwn(variables, name) ? asObject(variables[name]).default : undefined;
    return typeof value === 'string' ? value : written;
  });
}

function asObject(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null ? (value as JsonObject) : {};
}
