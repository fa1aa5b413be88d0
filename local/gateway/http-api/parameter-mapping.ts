import { headerValues, pathOf, queryOf } from '../exchange/gateway-request.ts';
import type { AdmittedHttpRequest } from './routed-request.ts';

/** One change of a request on its way to an HTTP backend (developer guide, "Transform API requests"). */
export interface ParameterMapping {
  readonly action: 'append' | 'overwrite' | 'remove';
  readonly target: 'header' | 'querystring' | 'path';
  /** Empty for the path. */
  readonly name: string;
  /** The new value, or an empty text for `remove`. */
  readonly valueFor: (admitted: AdmittedHttpRequest) => string;
}

const KEY = /^(?:(append|overwrite|remove):(header|querystring)\.(.+)|overwrite:path)$/;

/** undefined: the local gateway does not know the mapping. */
export function parseParameterMapping(key: string, value: string): ParameterMapping | undefined {
  const found = KEY.exec(key);
  if (found === null) return undefined;
  const [, action = 'overwrite', target = 'path', name = ''] = found;
  const valueFor = templateOf(action === 'remove' ? '' : value);
  if (valueFor === undefined) return undefined;
  return {
    action: action as ParameterMapping['action'],
    target: target as ParameterMapping['target'],
    name,
    valueFor,
  };
}

type Value = (admitted: AdmittedHttpRequest) => string;

/** A text, a variable (`$request.header.x`), or a text with variables in it (`/x/${request.path.proxy}`). */
function templateOf(template: string): Value | undefined {
  if (/^\$[a-z]/i.test(template)) return variable(template.slice(1));
  const parts = template.split(/\$\{([^}]+)\}/);
  const values = parts.flatMap((part, index): Value[] => {
    const value = index % 2 === 0 ? () => part : variable(part);
    return value === undefined ? [] : [value];
  });
  if (values.length < parts.length) return undefined;
  return (admitted) => values.map((value) => value(admitted)).join('');
}

/** undefined: the local gateway does not know the variable. */
function variable(name: string): Value | undefined {
  const [, source, member = ''] =
    /^(request\.header|request\.querystring|request\.path|context\.authorizer|stageVariables)\.(.+)$/.exec(name) ?? [];
  if (source === 'request.header') return ({ request }) => headerValues(request, member.toLowerCase()).join(',');
  if (source === 'request.querystring') return ({ request }) => queryOf(request).getAll(member).join(',');
  if (source === 'request.path') return ({ pathParameters }) => pathParameters[member] ?? '';
  if (source === 'context.authorizer') return ({ answer }) => String(answer?.context[member] ?? '');
  if (name === 'request.path') return ({ request }) => pathOf(request);
  if (source === 'stageVariables') return ({ variables }) => variables[member] ?? '';
  return name === 'context.requestId' ? ({ request }) => request.requestId : undefined;
}
