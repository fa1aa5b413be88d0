import { isObject, type Json } from '../cloudformation/template.ts';
import { LocalRunError } from '../local-run-error.ts';

/** Whether a stream record is handed to the function. */
export type RecordFilter = (record: Json) => boolean;

/**
 * The filter criteria of an event source mapping: any pattern may match; none at all lets everything through. A pattern
 * lists the values that a member may have; its other operators are not used by this product.
 * @throws LocalRunError naming an operator
 */
export function recordFilterOf(patterns: readonly string[]): RecordFilter {
  const parsed = patterns.map((pattern) => JSON.parse(pattern) as Json);
  for (const pattern of parsed) rejectOperators(pattern);
  return (record) => parsed.length === 0 || parsed.some((pattern) => matches(pattern, record));
}

function rejectOperators(pattern: Json): void {
  if (Array.isArray(pattern)) {
    const operator = pattern.find(isObject);
    if (operator === undefined) return;
    throw new LocalRunError(
      `A filter pattern uses ${JSON.stringify(operator)}; the local run knows lists of values only.`,
    );
  }
  if (isObject(pattern)) for (const member of Object.values(pattern)) rejectOperators(member);
}

function matches(pattern: Json, value: Json | undefined): boolean {
  if (Array.isArray(pattern)) return pattern.some((allowed) => allowed === value);
  if (!isObject(pattern)) return pattern === value;
  return isObject(value) && Object.entries(pattern).every(([name, member]) => matches(member, value[name]));
}
