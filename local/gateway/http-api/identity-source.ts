import { headerValues, queryOf } from '../exchange/gateway-request.ts';
import type { Undocumented } from '../exchange/undocumented.ts';
import type { RoutedHttpRequest } from './routed-request.ts';

/** A value that an authorizer requires, and a part of its cache key. A header's name is in lower case. */
export interface HttpIdentitySource {
  readonly kind: 'header' | 'querystring' | 'routeKey' | 'stageVariable' | 'unknown';
  /** Empty for a routeKey. Of an unknown one, as the template writes it. */
  readonly name: string;
}

/** Parses one item of a template's `IdentitySource`. */
export function parseHttpIdentitySource(text: string): HttpIdentitySource {
  if (text === '$context.routeKey') return { kind: 'routeKey', name: '' };
  const [, header, parameter, stageVariable] =
    /^\$(?:request\.header\.(.+)|request\.querystring\.(.+)|stageVariables\.(.+))$/.exec(text) ?? [];
  if (header !== undefined) return { kind: 'header', name: header.toLowerCase() };
  if (parameter !== undefined) return { kind: 'querystring', name: parameter };
  return stageVariable === undefined ? { kind: 'unknown', name: text } : { kind: 'stageVariable', name: stageVariable };
}

/** The value of an identity source. undefined: the request lacks it. */
export function httpIdentityValue(
  { kind, name }: HttpIdentitySource,
  { request, route, variables }: RoutedHttpRequest,
  warn: (kind: Undocumented) => void,
): string | undefined {
  if (kind === 'unknown') return undefined;
  if (kind === 'routeKey') return route.routeKey;
  if (kind === 'stageVariable') return variables[name];
  const values = kind === 'header' ? headerValues(request, name) : queryOf(request).getAll(name);
  if (values.length > 1) warn('http-two-values');
  return values.length === 0 ? undefined : values.join(',');
}
