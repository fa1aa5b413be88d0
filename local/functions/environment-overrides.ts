import type { StackResource } from '../cloudformation/stack.ts';

/**
 * Values of functions' environment variables, by the function's logical id or the path of its construct (`Orders/Function`, or with the
 * stack `shop/Orders/Function`). `*` is every function.
 */
export type EnvironmentOverrides = Readonly<Record<string, Readonly<Record<string, string>>>>;

export const EVERY_FUNCTION = '*';

/** The variables that the overrides give a function. A function's own win over those of every function. */
export function overridesFor(
  overrides: EnvironmentOverrides,
  resource: StackResource,
): Readonly<Record<string, string>> {
  const own = Object.entries(overrides).filter(([name]) => isNamed(name, resource));
  return Object.assign({}, overrides[EVERY_FUNCTION], ...own.map(([, variables]) => variables));
}

/** The names that mean none of the functions. */
export function strangeNames(overrides: EnvironmentOverrides, functions: readonly StackResource[]): readonly string[] {
  const names = Object.keys(overrides).filter((name) => name !== EVERY_FUNCTION);
  return names.filter((name) => !functions.some((resource) => isNamed(name, resource)));
}

function isNamed(name: string, { logicalId, name: path }: StackResource): boolean {
  return name === logicalId || logicalId.endsWith(`.${name}`) || name === path || name.endsWith(`/${path}`);
}
