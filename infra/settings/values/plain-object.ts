import { Token } from 'aws-cdk-lib';

/**
 * Whether a value is a plain object of any realm. Copies of an object drop members that it inherits or hides, and a computed member
 * may change after it is checked.
 */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (!isObject(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  const inheritsNothing =
    prototype === null || (Object.getPrototypeOf(prototype) === null && Object.keys(Object(prototype)).length === 0);
  return inheritsNothing && Reflect.ownKeys(value).every((key) => typeof key === 'string' && isData(value, key));
}

function isData(owner: object, key: string): boolean {
  const member = Reflect.getOwnPropertyDescriptor(owner, key);
  return member?.enumerable === true && 'value' in member;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Token.isUnresolved(value);
}

/** How to correct a value that is not a record. @param fix - for a value that is not even an object */
export function objectFix(value: unknown, fix = 'write an object: { … }'): string {
  return isObject(value)
    ? 'write a plain object, { … }, whose members are all its own: none inherited, hidden, computed or named by a symbol'
    : fix;
}
