import { LocalRunError } from '../../errors.ts';
import { headerValues, queryOf } from '../exchange/gateway-request.ts';
import type { Undocumented } from '../exchange/undocumented.ts';
import type { RoutedHttpRequest } from './routed-request.ts';

/** A value that an authorizer requires, and a part of its cache key. A header's name is in lower case. */
export interface HttpIdentitySource {
  readonly kind: 'header' | 'querystring' | 'routeKey';
  /** Empty for a routeKey. */
  readonly name: string;
}

/**
 * Parses one item of a template's `IdentitySource`.
 * @throws LocalRunError for a kind of identity source that the local gateway does not know
 */
export function parseHttpIdentitySource(authorizerId: string, text: string): HttpIdentitySource {
  if (text === '$context.routeKey') return { kind: 'routeKey', name: '' };
  const [, header, parameter] = /^\$request\.(?:header\.(.+)|querystring\.(.+))$/.exec(text) ?? [];
  if (header !== undefined) return { kind: 'header', name: header.toLowerCase() };
  if (parameter !== undefined) return { kind: 'querystring', name: parameter };
  throw new LocalRunError(
    `${authorizerId} has the identity source ${text}; the local gateway knows headers, query strings and $context.routeKey.`,
  );
}

/** The value of an identity source. undefined: the request lacks it. */
export function httpIdentityValue(
  { kind, name }: HttpIdentitySource,
  { request, route }: RoutedHttpRequest,
  warn: (kind: Undocumented) => void,
): string | undefined {
  if (kind === 'routeKey') return route.routeKey;
  const values = kind === 'header' ? headerValues(request, name) : queryOf(request).getAll(name);
  if (values.length > 1) warn('http-two-values');
  return values.length === 0 ? undefined : values.join(',');
}
