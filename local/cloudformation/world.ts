import type { TemplateResource } from './template.ts';
import type { TemplateScope } from './template-scope.ts';

/** A resource, and the template that declares it. */
export interface PlacedResource {
  readonly scope: TemplateScope;
  readonly logicalId: string;
  readonly resource: TemplateResource;
  /** The id of the resource in the run: its logical id, after its template's label where two templates have the same. */
  readonly key: string;
}

/** All templates to which a reference may lead. */
export interface World {
  readonly scopes: readonly TemplateScope[];
  /** In the order of the templates. */
  readonly resources: readonly PlacedResource[];
  /** undefined: the template does not declare it. */
  resource(scope: TemplateScope, logicalId: string): PlacedResource | undefined;
}

/** @param scopes - the logical ids of the first ones stay as they are */
export function worldOf(scopes: readonly TemplateScope[]): World {
  const byKey = new Map<string, PlacedResource>();
  const byScope = new Map<TemplateScope, ReadonlyMap<string, PlacedResource>>();
  for (const scope of scopes) {
    const own = Object.entries(scope.template.Resources).map(([logicalId, resource]): [string, PlacedResource] => {
      const placed = { scope, logicalId, resource, key: freeKey(scope, logicalId, byKey) };
      byKey.set(placed.key, placed);
      return [logicalId, placed];
    });
    byScope.set(scope, new Map(own));
  }
  return {
    scopes,
    resources: [...byKey.values()],
    resource: (scope, logicalId) => byScope.get(scope)?.get(logicalId),
  };
}

/** Two templates may have the same label, as stacks of two accounts. */
function freeKey({ label, stackName }: TemplateScope, logicalId: string, taken: ReadonlyMap<string, unknown>): string {
  const candidates = [logicalId, `${label}.${logicalId}`, `${stackName}.${logicalId}`];
  const free = candidates.find((candidate) => !taken.has(candidate));
  return free ?? `${stackName}.${logicalId}.${taken.size}`;
}
