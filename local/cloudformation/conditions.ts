import { type References, resolveIntrinsics } from './intrinsics.ts';
import { isObject, type Json } from './template.ts';

/** Whether a condition holds: a value of a template's `Conditions`, or `{ "Condition": "<name>" }`. An unknown form does not hold. */
export function conditionHolds(condition: Json, references: References): boolean {
  const [[form, operand = null] = ['']] = isObject(condition) ? Object.entries(condition) : [];
  const list = Array.isArray(operand) ? operand : [operand];
  const holds = (item: Json): boolean => conditionHolds(item, references);
  if (form === 'Condition') return references.condition?.(String(operand)) ?? false;
  if (form === 'Fn::And') return list.every(holds);
  if (form === 'Fn::Or') return list.some(holds);
  if (form === 'Fn::Not') return !list.every(holds);
  if (form !== 'Fn::Equals') return false;
  const [one, other] = list.map((item) => comparable(resolveIntrinsics(item, references)));
  return one === other;
}

/** CloudFormation compares texts: `true` equals `"true"`. */
function comparable(value: Json): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
