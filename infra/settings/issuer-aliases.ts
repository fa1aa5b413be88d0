import { ALIAS_PATTERN, MAX_FORMER_ALIASES } from '../../lambda/token/trusted-issuer.ts';
import { DeploymentError } from '../errors.ts';
import type { IssuerSettings } from './deployment-schema.ts';
import { type Demand, demand, listOf, shown } from './validators.ts';

/** No CDK token: the table's entries hold the alias as text. */
const alias = demand(
  (value) => typeof value === 'string' && ALIAS_PATTERN.test(value),
  'list former aliases, of 1 to 16 lower-case letters, digits and hyphens',
);

/** What an issuer's `formerAliases` must be, apart from the other issuers. */
export const formerAliases: Demand = (value) => {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length <= MAX_FORMER_ALIASES) return listOf(alias, 0)(value);
  return `name at most ${MAX_FORMER_ALIASES}, because each of them makes the read of every decision longer`;
};

/**
 * Rejects an alias that is given to two issuers, as the present one or a former one: its entries would revoke what the
 * other issuer calls by the same name.
 * @throws DeploymentError one sentence that names the issuer and the alias
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
