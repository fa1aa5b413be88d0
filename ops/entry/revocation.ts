import type { AuthorizerDescription } from '../../lambda/configuration/authorizer-description.ts';
import type { InspectionFacts } from '../../lambda/revocation/entry-finding.ts';
import { purgeFloor } from '../../lambda/revocation/purge-floor.ts';
import type { EntryItem, Revocation } from '../../lambda/revocation/revocation.ts';
import { parseNamedValue } from '../../lambda/revocation/revocation-claim.ts';
import { ENTRY_ATTRIBUTES } from '../../lambda/revocation/revocation-entry.ts';
import { type RevocationLevel, TARGET_PREFIXES, takesBefore } from '../../lambda/revocation/revocation-level.ts';
import type { RevocationTarget } from '../../lambda/revocation/revocation-target.ts';
import { isKnownAs, type TrustedIssuer } from '../../lambda/token/trusted-issuer.ts';
import { OperatorError } from '../cli/operator-error.ts';

/** Which tokens an entry takes back: those issued until an instant (seconds), those issued until now, or all. */
export type BeforeOption = number | 'now' | 'block';

/** What the operator gave besides the target. */
export interface RevocationWish {
  readonly before: BeforeOption;
  readonly endsAt: number | undefined;
  readonly reason: string | undefined;
  readonly flush: boolean;
  readonly revokedBy: string;
}

/** The entry that the operator's words mean. @param now - seconds since the epoch */
export function revocationOf(
  target: RevocationTarget,
  issuer: TrustedIssuer,
  wish: RevocationWish,
  now: number,
): Revocation {
  const { before: wanted, endsAt, ...rest } = wish;
  const before = takesBefore(TARGET_PREFIXES[target.prefix]) ? beforeOf(wanted, now) : undefined;
  const purgeAt = purgeFloor(target, issuer, { now, before, endsAt });
  return { target, before, purgeAt, ...rest, revokedAt: Math.floor(now) };
}

function beforeOf(wanted: BeforeOption, now: number): number | undefined {
  if (wanted === 'block') return undefined;
  // Rounded up, so that it spares no token that was issued until now.
  return wanted === 'now' ? Math.ceil(now) : wanted;
}

/** The trusted issuer of an alias, present or former. @throws OperatorError listing the known aliases */
export function issuerOf({ configuration }: AuthorizerDescription, alias: string | undefined): TrustedIssuer {
  const { issuers } = configuration;
  const [only] = issuers;
  if (alias === undefined && only !== undefined && issuers.length === 1) return only;
  const found = issuers.find((issuer) => alias !== undefined && isKnownAs(issuer, alias));
  if (found !== undefined) return found;
  const known = issuers.map((issuer) => issuer.alias).join(', ');
  throw new OperatorError(
    alias === undefined
      ? `This deployment trusts several issuers: add --issuer with one of ${known}.`
      : `This deployment has no issuer with the alias "${alias}": it has ${known}.`,
  );
}

/** @throws OperatorError for a level that the authorizer does not read: an entry would revoke nothing */
export function requireLevelRead({ configuration }: AuthorizerDescription, { prefix, value }: RevocationTarget): void {
  const level = TARGET_PREFIXES[prefix];
  if (configuration.revocationLevels.includes(level)) {
    requireKnownClaim(configuration, level, value);
    return;
  }
  if (level === 'claim') {
    throw new OperatorError(
      'This deployment names no claims to revoke by, so the entry would revoke nothing: set revocationClaims, and deploy, or start the run here again.',
    );
  }
  const read = configuration.revocationLevels.join(', ');
  throw new OperatorError(
    `This deployment does not read ${level} entries, so one would revoke nothing: it reads ${read} (revocationLevels).`,
  );
}

/** @throws OperatorError for a claim that the deployment does not name */
function requireKnownClaim(
  { revocationClaims = {} }: AuthorizerDescription['configuration'],
  level: RevocationLevel,
  value = '',
): void {
  const name = level === 'claim' ? parseNamedValue(value)?.name : undefined;
  if (name === undefined || Object.hasOwn(revocationClaims, name)) return;
  const known = Object.keys(revocationClaims).join(', ');
  throw new OperatorError(
    `This deployment has no claim "${name}" to revoke by, so the entry would revoke nothing: it has ${known} (revocationClaims).`,
  );
}

/** Collects what the inspection of an entry has to know. @param now - seconds since the epoch */
export function inspectionFacts(
  item: EntryItem,
  { configuration }: AuthorizerDescription,
  now: number,
): InspectionFacts {
  const writtenAt = Date.parse(item[ENTRY_ATTRIBUTES.revokedAt]?.S ?? '') / 1000;
  const { issuers, revocationLevels, revocationClaims = {} } = configuration;
  return {
    issuers,
    revocationLevels,
    revocationClaims: Object.keys(revocationClaims),
    now,
    ...(!Number.isNaN(writtenAt) && { writtenAt }),
  };
}
