import type { Route } from '../../lambda/policy/route.ts';
import type { ApiDocument, Operation } from './openapi-directory.ts';

/** A way to assign scopes to an operation of a document; undefined: the operation has none of this kind. */
export type ScopeLayout = (operation: Operation) => readonly string[] | undefined;

const verb = ({ method }: Operation) => (method === 'GET' || method === 'HEAD' ? 'read' : 'write');
const word = (text: string) => text.replace(/[^A-Za-z0-9_.-]+/g, '-') || 'none';

export const SCOPE_LAYOUTS: Readonly<Record<string, ScopeLayout>> = {
  own: ({ oauthScopes }) => oauthScopes,
  tag: (operation) => [`${word(operation.tag)}:${verb(operation)}`],
  'first literal': (operation) => [`${firstLiteral(operation.path)}:${verb(operation)}`],
  'read/write': (operation) => [verb(operation)],
};

/** The document's routes under a layout; undefined: it has fewer than five of them, or no scopes. */
export function routesUnder(layout: ScopeLayout, { operations }: ApiDocument): readonly Route[] | undefined {
  const routes = new Map<string, Route>();
  for (const operation of operations) {
    const scopes = layout(operation);
    const { method, path } = operation;
    if (scopes !== undefined) routes.set(`${method} ${path}`, { method: method as Route['method'], path, scopes });
  }
  const hasScopes = [...routes.values()].some(({ scopes }) => scopes.length > 0);
  return routes.size >= 5 && hasScopes ? [...routes.values()] : undefined;
}

function firstLiteral(path: string): string {
  return path.split('/').find((part) => part !== '' && !part.startsWith('{')) ?? 'root';
}
