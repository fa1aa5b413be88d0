import type { ClaimPath } from '../../../lambda/token/claim-path.ts';
import { MAX_SUBJECT_ALIASES } from '../../../lambda/token/subject-alias.ts';
import { allOf, listOf, literalText, type Validator } from './validators.ts';

/** A claim as a team writes it: `'org_id'`, `'act.sub'` for `sub` in the object `act`, or a list of names, which may hold dots. */
export type WrittenClaim = string | ClaimPath;

/** The path of a claim that `writtenClaim` accepts. */
export function pathOf(claim: WrittenClaim): ClaimPath {
  return typeof claim === 'string' ? claim.split('.') : claim;
}

const FIX =
  "name claims, with dots between the names of a path ('act.sub'), or as a list (['https://acme.example/org'])";

const claimName = literalText(/^[^\p{Cc}]{1,255}$/u, FIX);

const names = listOf(claimName, 1);

/** Names that hold dots themselves are mostly addresses, which must stand in a list. */
const dottedNames = literalText(/^[^\p{Cc}./:]+(\.[^\p{Cc}./:]+)*$/u, FIX);

export const writtenClaim: Validator = (value) =>
  Array.isArray(value) ? repeatable(names)(value) : dottedNames(value);

/** A name may stand in a path twice: `act.act`. */
function repeatable(list: Validator): Validator {
  return (value) => list(Array.isArray(value) ? [...new Set(value)] : value);
}

const notSubject: Validator = (value) =>
  Array.isArray(value) && value.some((claim) => String(claim) === 'sub')
    ? 'leave out sub, which always counts'
    : undefined;

/** A list of claims besides `sub` that name the subject. @param max - how many the preset leaves free */
export function aliasList(claim: Validator, max = MAX_SUBJECT_ALIASES): Validator {
  return allOf(listOf(claim, 0), notSubject, (value) =>
    Array.isArray(value) && value.length > max
      ? `name at most ${max}, because each of them makes the read of every decision longer`
      : undefined,
  );
}

/** The `subjectAliases` of an issuer's settings. */
export const subjectAliases = aliasList(repeatable(names));
