import { headerValues, lastHeaders, pathOf, queryOf } from '../exchange/gateway-request.ts';
import type { Undocumented } from '../exchange/undocumented.ts';
import type { RoutedRequest } from './routed-request.ts';

/** A value that an authorizer requires, and a part of its cache key. A header's name is in lower case. */
export type IdentitySource =
  | { readonly kind: 'header' | 'querystring' | 'stageVariable'; readonly name: string }
  | { readonly kind: 'context'; readonly variable: ContextVariable }
  /** One that the local gateway does not know. */
  | { readonly kind: 'unknown'; readonly text: string };

type ContextVariable = keyof typeof CONTEXT_VARIABLES;

const CONTEXT_VARIABLES = {
  httpMethod: ({ request }) => request.method,
  'identity.sourceIp': ({ request }) => request.sourceIp,
  'identity.userAgent': ({ request }) => lastHeaders(request)['user-agent'] ?? '',
  path: ({ request }) => pathOf(request),
  resourcePath: ({ selected }) => selected.method.resourcePath,
  stage: ({ stageName }) => stageName,
} as const satisfies Readonly<Record<string, (routed: RoutedRequest) => string>>;

/** Parses the list in a template's `IdentitySource`. Empty for an authorizer without one, which caches nothing. */
export function parseIdentitySources(list: string): readonly IdentitySource[] {
  return list.split(',').flatMap((item) => (item.trim() === '' ? [] : [identitySourceOf(item.trim())]));
}

function identitySourceOf(text: string): IdentitySource {
  const [, header, parameter, stageVariable, context] =
    /^(?:method\.request\.header\.(.+)|method\.request\.querystring\.(.+)|stageVariables\.(.+)|context\.(.+))$/.exec(
      text,
    ) ?? [];
  if (header !== undefined) return { kind: 'header', name: header.toLowerCase() };
  if (parameter !== undefined) return { kind: 'querystring', name: parameter };
  if (stageVariable !== undefined) return { kind: 'stageVariable', name: stageVariable };
  return isContextVariable(context) ? { kind: 'context', variable: context } : { kind: 'unknown', text };
}

function isContextVariable(name: string | undefined): name is ContextVariable {
  return name !== undefined && Object.hasOwn(CONTEXT_VARIABLES, name);
}

/** The value of an identity source. undefined: the request lacks it. */
export function identityValue(
  source: IdentitySource,
  routed: RoutedRequest,
  warn: (kind: Undocumented) => void,
): string | undefined {
  if (source.kind === 'unknown') return undefined;
  if (source.kind === 'context') return CONTEXT_VARIABLES[source.variable](routed);
  if (source.kind === 'stageVariable') return routed.variables[source.name];
  if (source.kind === 'querystring') return queryOf(routed.request).getAll(source.name).at(-1);
  const values = headerValues(routed.request, source.name);
  if (values.length > 1) warn('two-headers');
  return values.at(-1);
}
