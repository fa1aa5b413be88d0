import type { Stack, StackResource } from '../cloudformation/stack.ts';
import { objectOf } from '../cloudformation/template.ts';
import { type EnvironmentOverrides, overridesFor } from './environment-overrides.ts';

/**
 * One line for each value that only a deployment knows and a function's variable has: the text that stands in for it, and where. Variables
 * that the overrides give have none.
 */
export function standInLines(
  stack: Stack,
  functions: readonly StackResource[],
  overrides: EnvironmentOverrides,
): readonly string[] {
  const places = new Map<string, string[]>();
  for (const resource of functions) {
    for (const { subject, variable } of standInsOf(stack, resource, overrides)) {
      places.set(subject, [...(places.get(subject) ?? []), `${variable} of ${resource.name}`]);
    }
  }
  return [...places].map(
    ([subject, variables]) => `Not known here: ${subject} in ${variables.join(', ')}; --env gives it another value.`,
  );
}

function standInsOf(
  stack: Stack,
  resource: StackResource,
  overrides: EnvironmentOverrides,
): readonly { readonly subject: string; readonly variable: string }[] {
  const given = overridesFor(overrides, resource);
  const variables = Object.keys(objectOf(objectOf(resource.properties, 'Environment'), 'Variables'));
  return variables
    .filter((variable) => !(variable in given))
    .flatMap((variable) =>
      stack
        .standIns(resource.logicalId, 'Environment', 'Variables', variable)
        .map(({ of, text }) => ({ variable, subject: `${of}: \`${text}\` stands in for it` })),
    );
}
