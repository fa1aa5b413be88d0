import { type ClaimPath, claimAt } from './claim-path.ts';
import { identifierIn, isIdentifier } from './identifier.ts';
import type { JsonObject } from './json-object.ts';

/**
 * Maximum number of claims besides `sub` that name the subject. Each adds a key to the read of every decision, and a second
 * one where its value is an e-mail address with capitals.
 */
export const MAX_SUBJECT_ALIASES = 2;

/** A name of the subject, as entries have it. */
export interface SubjectName {
  /** The claim that holds it, with dots between the names of its path. */
  readonly claim: string;
  readonly name: string;
}

/**
 * Every name under which an entry revokes the subject's tokens, `sub` first.
 *
 * Aliases only add names. An alias that is missing or malformed does not reject the token: no entry can be written for such a
 * value, the issuer may leave the claim out for some users, and `sub`, which is checked, revokes the token all the same.
 *
 * Where one of the aliases is an e-mail address, every name with an `@` also counts in the form of e-mail addresses, because
 * that is how entries are written then, whichever claim they are about. The value as it stands counts too: an entry for it may be
 * a hand-written address, or a name without an `@`, which keeps its capitals.
 */
export function subjectNames(claims: JsonObject, aliases: readonly ClaimPath[]): readonly SubjectName[] {
  const comparesMail = aliases.some(isMailClaim);
  return [['sub'], ...aliases].flatMap((path) => {
    const value = claimAt(claims, path);
    const [plain, mail] = [identifierIn(value), mailIdentifier(value)];
    const isMail = isMailClaim(path) || (comparesMail && mail?.includes('@') === true);
    const names = new Set(isMail ? [plain, mail] : [plain]);
    return [...names].flatMap((name) => (name === undefined ? [] : [{ claim: path.join('.'), name }]));
  });
}

/** Whether a claim holds an e-mail address. Auth0 writes a team's own claims as `https://acme.example/email`. */
function isMailClaim(path: ClaimPath): boolean {
  return /(^|\/)email$/.test(path.at(-1) ?? '');
}

/** Whether entries for subjects of an issuer may be about e-mail addresses. */
export function hasMailAlias({ subjectAliases = [] }: { readonly subjectAliases?: readonly ClaimPath[] }): boolean {
  return subjectAliases.some(isMailClaim);
}

/** An e-mail address as entries have it, since people write them with any case. */
export function mailForm(address: string): string {
  return address.trim().toLowerCase();
}

function mailIdentifier(claim: unknown): string | undefined {
  const mail = typeof claim === 'string' ? mailForm(claim) : undefined;
  return isIdentifier(mail) ? mail : undefined;
}
