import { headerValues, queryOf } from '../exchange/gateway-request.ts';
import { contextVariables } from './context-variables.ts';
import type { AdmittedRequest } from './proxy-integration.ts';

/** A value that the gateway sets in the request to a backend (developer guide, "Map request parameters"). */
export interface RequestMapping {
  readonly target: 'header' | 'querystring' | 'path';
  readonly name: string;
  /** undefined: the request has no such value, and none is sent. */
  readonly valueFor: (admitted: AdmittedRequest) => string | undefined;
}

export interface RequestMappings {
  readonly mappings: readonly RequestMapping[];
  /** The end of a sentence about a mapping that the local gateway does not know. */
  readonly notRun?: string;
}

/** @param parameters - `integration.request.path.id` -> `method.request.path.id` */
export function requestMappingsOf(parameters: Readonly<Record<string, string>>): RequestMappings {
  const parsed = Object.entries(parameters).map(([key, value]) => ({ key, value, mapping: mappingOf(key, value) }));
  const unknown = parsed.find(({ mapping }) => mapping === undefined);
  const mappings = parsed.flatMap(({ mapping }) => mapping ?? []);
  return unknown === undefined ? { mappings } : { mappings, notRun: `it maps ${unknown.value} to ${unknown.key}` };
}

function mappingOf(key: string, value: string): RequestMapping | undefined {
  const [, target, name] = /^integration\.request\.(header|querystring|path)\.(.+)$/.exec(key) ?? [];
  const valueFor = requestValue(value);
  if (target === undefined || name === undefined || valueFor === undefined) return undefined;
  return { target: target as RequestMapping['target'], name, valueFor };
}

function requestValue(text: string): RequestMapping['valueFor'] | undefined {
  const [, literal] = /^'(.*)'$/.exec(text) ?? [];
  if (literal !== undefined) return () => literal;
  const [, source, name = ''] =
    /^(method\.request\.(?:multivalue)?(?:header|querystring)|method\.request\.path|context|stageVariables)\.(.+)$/.exec(
      text,
    ) ?? [];
  if (source === undefined) return undefined;
  if (source === 'context') return (admitted) => contextVariables(admitted)[name];
  if (source === 'stageVariables') return ({ variables }) => variables[name];
  if (source.endsWith('path')) return ({ selected }) => selected.pathParameters[name];
  if (source.endsWith('header')) return ({ request }) => joined(headerValues(request, name.toLowerCase()));
  return ({ request }) => joined(queryOf(request).getAll(name));
}

function joined(values: readonly string[]): string | undefined {
  return values.length === 0 ? undefined : values.join(',');
}
