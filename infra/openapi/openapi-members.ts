import { Token } from 'aws-cdk-lib';
import { RouteTableError } from '../errors.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a member is an extension: the only members of OpenAPI's objects that the specification does not list. */
export function isExtension(member: string): boolean {
  return member.startsWith('x-');
}

/**
 * Reads a value as the object that API Gateway imports: its own members, as JSON has them. Intrinsic functions and CDK tokens are
 * rejected, as the value itself and as names of members.
 *
 * @throws RouteTableError naming the place and what was found there
 */
export function objectAt(place: string, value: unknown): JsonObject {
  const deferred = deferredIn(value);
  if (deferred !== undefined) {
    throw new RouteTableError(
      `${place} ${deferred}, which only the deployment resolves: write out what it stands for, so that its security can be read.`,
    );
  }
  if (!isPlainObject(value)) throw new RouteTableError(`${place} is ${kindOf(value)}: write an object.`);
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
}

/** The beginning of the names of API Gateway's own extensions, all of which are in lower case. */
const AMAZON_EXTENSION = 'x-amazon-apigateway-';

/** @throws RouteTableError naming the first member that is neither known nor an extension */
export function checkMembers(place: string, object: JsonObject, known: readonly string[], fixOf?: Fix): void {
  checkExtensions(place, object);
  const stranger = Object.keys(object).find((member) => !known.includes(member) && !isExtension(member));
  if (stranger === undefined) return;
  const fix = fixOf?.(stranger) ?? `write only ${known.join(', ')} and x-… extensions`;
  throw new RouteTableError(`${place} has a member "${stranger}": ${fix}.`);
}

/** @throws RouteTableError for an extension of API Gateway in another spelling, which its import might read although we do not */
export function checkExtensions(place: string, object: JsonObject): void {
  for (const member of Object.keys(object)) {
    const extension = member.trim().toLowerCase();
    if (member === extension || !extension.startsWith(AMAZON_EXTENSION)) continue;
    throw new RouteTableError(`${place} has a member "${member}": write ${extension}.`);
  }
}

/** Returns how to put an unknown member right, as the end of a sentence; undefined: the sentence lists the known members. */
export type Fix = (member: string) => string | undefined;

/** The part of the value that only the deployment knows, as the middle of a sentence; undefined: there is none. */
export function deferredIn(value: unknown): string | undefined {
  if (Token.isUnresolved(value)) return 'is a CDK token';
  if (typeof value !== 'object' || value === null) return undefined;
  const names = Object.keys(value);
  if (names.some((name) => Token.isUnresolved(name))) return 'has a CDK token for the name of a member';
  const intrinsic = names.find((name) => name.startsWith('Fn::') || (name === 'Ref' && names.length === 1));
  return intrinsic === undefined ? undefined : `holds ${intrinsic}`;
}

/** Whether the value is a plain object of any realm: one that was parsed in another realm inherits from another `Object.prototype`. */
function isPlainObject(value: unknown): value is JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    prototype === null || (Object.getPrototypeOf(prototype) === null && Object.keys(Object(prototype)).length === 0)
  );
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object of a class' : `a ${typeof value}`;
}
