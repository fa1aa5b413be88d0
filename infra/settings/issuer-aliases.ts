import { ALIAS_PATTERN, MAX_FORMER_ALIASES } from '../../lambda/token/trusted-issuer.ts';
import { DeploymentError } from '../errors.ts';
import type { IssuerSettings } from './deployment-schema.ts';
import { shown } from './values/shown-value.ts';
import { listOf, type Validator, valueWhere } from './values/validators.ts';

/** The problem of an issuer's present alias, as a sentence without its full stop; undefined: there is none. */
export function aliasProblem(alias: string): string | undefined {
  if (ALIAS_PATTERN.test(alias)) return undefined;
  return `issuers has the alias ${shown(alias)}: write 1 to 16 lower-case letters, digits and hyphens`;
}

/** The table's entries hold the alias as text, so a CDK token cannot be one. */
const alias = valueWhere(
  (value) => typeof value === 'string' && ALIAS_PATTERN.test(value),
  'list former aliases, of 1 to 16 lower-case letters, digits and hyphens',
);

/** Checks an issuer's `formerAliases` without looking at other issuers. */
export const formerAliases: Validator = (value) => {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length <= MAX_FORMER_ALIASES) return listOf(alias, 0)(value);
  return `name at most ${MAX_FORMER_ALIASES}, because each of them makes the read of every decision longer`;
};

/** A token's issuer chooses the configuration: of two for one issuer, the second would never be used. @throws DeploymentError */
export function rejectDuplicateIssuers(issuers: Readonly<Record<string, IssuerSettings>>): void {
  const aliases = new Map<string, string>();
  for (const [alias, { issuer }] of Object.entries(issuers)) {
    const other = aliases.get(issuer);
    if (other !== undefined) {
      throw new DeploymentError(
        `issuers.${other} and issuers.${alias} are both ${shown(issuer)}: keep one, which may list several audiences.`,
      );
    }
    aliases.set(issuer, alias);
  }
}

/**
 * Rejects an alias that two issuers have, as their present or a former one: entries for one issuer would also revoke tokens of the
 * other.
 * @throws DeploymentError naming the issuer and the alias
 */
export function rejectSharedAliases(issuers: Readonly<Record<string, IssuerSettings>>): void {
  const formerOwners = new Map<string, string>();
  for (const [present, { formerAliases: former = [] }] of Object.entries(issuers)) {
    for (const name of former) {
      const fix = fixFor(name, present, issuers, formerOwners.get(name));
      if (fix !== undefined) {
        throw new DeploymentError(`issuers.${present}.formerAliases is ${shown(former)}: ${fix}.`);
      }
      formerOwners.set(name, present);
    }
  }
}

function fixFor(
  name: string,
  present: string,
  issuers: Readonly<Record<string, IssuerSettings>>,
  otherOwner: string | undefined,
): string | undefined {
  if (name === present) return `leave out "${name}", because it is the present alias`;
  if (Object.hasOwn(issuers, name)) {
    return `leave out "${name}", because issuers.${name} has that alias now, and its entries are about that issuer`;
  }
  if (otherOwner === undefined) return undefined;
  return `leave out "${name}" here or at issuers.${otherOwner}, because its entries are about one issuer only`;
}
