import { LocalRunError } from '../../errors.ts';
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

/** @throws LocalRunError for a mapping that the local gateway does not know */
export function parseParameterMapping(integrationId: string, key: string, value: string): ParameterMapping {
  const found = KEY.exec(key);
  if (found === null) {
    throw new LocalRunError(
      `${integrationId} maps ${key}; the local gateway knows headers, query strings and overwrite:path.`,
    );
  }
  const [, action = 'overwrite', target = 'path', name = ''] = found;
  const template = action === 'remove' ? '' : value;
  return {
    action: action as ParameterMapping['action'],
    target: target as ParameterMapping['target'],
    name,
    valueFor: templateOf(integrationId, template),
  };
}

type Value = (admitted: AdmittedHttpRequest) => string;

/** A text, a variable (`$request.header.x`), or a text with variables in it (`/x/${request.path.proxy}`). */
function templateOf(integrationId: string, template: string): Value {
  if (/^\$[a-z]/i.test(template)) return variable(integrationId, template.slice(1));
  const parts = template.split(/\$\{([^}]+)\}/);
  const values = parts.map((part, index): Value => (index % 2 === 0 ? () => part : variable(integrationId, part)));
  return (admitted) => values.map((value) => value(admitted)).join('');
}

function variable(integrationId: string, name: string): Value {
  const [, source, member = ''] =
    /^(request\.header|request\.querystring|request\.path|context\.authorizer)\.(.+)$/.exec(name) ?? [];
  if (source === 'request.header') return ({ request }) => headerValues(request, member.toLowerCase()).join(',');
  if (source === 'request.querystring') return ({ request }) => queryOf(request).getAll(member).join(',');
  if (source === 'request.path') return ({ pathParameters }) => pathParameters[member] ?? '';
  if (source === 'context.authorizer') return ({ answer }) => String(answer?.context[member] ?? '');
  if (name === 'request.path') return ({ request }) => pathOf(request);
  if (name === 'context.requestId') return ({ request }) => request.requestId;
  throw new LocalRunError(
    `${integrationId} maps $${name}; the local gateway knows $request.header, querystring and path, $context.authorizer and $context.requestId.`,
  );
}
