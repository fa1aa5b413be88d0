import { isJsonObject, type JsonObject } from './json-object.ts';

/** The names that lead to a claim: `['sub']`, or `['act', 'sub']` for `sub` in the object `act`. */
export type ClaimPath = readonly string[];

/** The claim at a path; undefined: there is none. A member that an object inherits is not a claim. */
export function claimAt(claims: JsonObject, path: ClaimPath): unknown {
  return path.reduce<unknown>(
    (value, name) => (isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined),
    claims,
  );
}
