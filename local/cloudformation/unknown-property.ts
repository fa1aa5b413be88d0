import { LocalRunError } from '../errors.ts';
import type { StackResource } from './stack.ts';

/**
 * Rejects what the local run does not know.
 * @param meanings - what each property says, such as `an API resource policy`
 * @throws LocalRunError for the first of these properties that the resource has
 */
export function rejectProperties(
  { logicalId, properties }: StackResource,
  meanings: Readonly<Record<string, string>>,
): void {
  for (const [property, meaning] of Object.entries(meanings)) {
    if (properties[property] === undefined) continue;
    throw new LocalRunError(`${logicalId} has ${meaning} (${property}), which the local gateway does not know.`);
  }
}
