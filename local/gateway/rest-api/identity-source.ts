import { LocalRunError } from '../../errors.ts';
import { headerValues } from '../exchange/gateway-request.ts';
import type { Undocumented } from '../exchange/undocumented.ts';
import type { RoutedRequest } from './routed-request.ts';

/** A value that an authorizer requires, and a part of its cache key. A header's name is in lower case. */
export type IdentitySource =
  | { readonly kind: 'header'; readonly name: string }
  | { readonly kind: 'context'; readonly variable: ContextVariable };

type ContextVariable = keyof typeof CONTEXT_VARIABLES;

const CONTEXT_VARIABLES = {
  httpMethod: ({ request }) => request.method,
  resourcePath: ({ selected }) => selected.method.resourcePath,
} as const satisfies Readonly<Record<string, (routed: RoutedRequest) => string>>;

/**
 * Parses the list in a template's `IdentitySource`.
 * @throws LocalRunError for a kind of identity source that this product does not use
 */
export function parseIdentitySources(authorizerId: string, list: string): readonly IdentitySource[] {
  return list.split(',').map((item) => {
    const [, header, variable] = /^(?:method\.request\.header\.(.+)|context\.(.+))$/.exec(item.trim()) ?? [];
    if (header !== undefined) return { kind: 'header', name: header.toLowerCase() };
    if (isContextVariable(variable)) return { kind: 'context', variable };
    throw new LocalRunError(
      `${authorizerId} has the identity source ${item.trim()}; the local gateway knows headers and ${knownVariables()}.`,
    );
  });
}

function isContextVariable(name: string | undefined): name is ContextVariable {
  return name !== undefined && Object.hasOwn(CONTEXT_VARIABLES, name);
}

function knownVariables(): string {
  return Object.keys(CONTEXT_VARIABLES)
    .map((name) => `context.${name}`)
    .join(', ');
}

/** The value of an identity source. undefined: the request lacks it. */
export function identityValue(
  source: IdentitySource,
  routed: RoutedRequest,
  warn: (kind: Undocumented) => void,
): string | undefined {
  if (source.kind === 'context') return CONTEXT_VARIABLES[source.variable](routed);
  const values = headerValues(routed.request, source.name);
  if (values.length > 1) warn('two-headers');
  return values.at(-1);
}
