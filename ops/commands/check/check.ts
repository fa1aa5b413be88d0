import { Grants } from '../../../lambda/policy/grants.ts';
import { entryRevokes, readBefore } from '../../../lambda/revocation/revocation-entry.ts';
import { TARGET_PREFIXES } from '../../../lambda/revocation/revocation-level.ts';
import { formatTarget, type RevocationTarget, targetsOf } from '../../../lambda/revocation/revocation-target.ts';
import type { AccessToken } from '../../../lambda/token/access-token.ts';
import { subjectNames } from '../../../lambda/token/subject-alias.ts';
import { sentenceOf } from '../../cli/operator-error.ts';
import type { Report } from '../../cli/program.ts';
import { coveredClaims } from '../../entry/covered-claims.ts';
import { readEntry } from '../../entry/entry-table.ts';
import { apiKindsOf, routeTablesOf } from '../../routes/route-tables.ts';
import { describedLosses, lossesWith } from '../../routes/token-losses.ts';
import { tokenFromStandardInput } from '../../selection/token-input.ts';
import type { OperatorContext } from '../../stack/operator-context.ts';
import { onlyRegion, type RegionalStack, type RevocationStack } from '../../stack/revocation-stack.ts';
import type { CheckCommand } from './check-command-line.ts';
import { type Checked, checkReport } from './check-report.ts';
import { comparedParts } from './comparison/compared-parts.ts';
import { decomposed } from './comparison/compared-token.ts';
import { scopeParts } from './comparison/scope-parts.ts';
import { type Verdict, verifyToken } from './token-verdict.ts';

/** Explains the authorizer's verdict on a token, step by step. It asks only the issuer and the table, and writes nothing. */
export async function check(_: CheckCommand, stack: RevocationStack, context: OperatorContext): Promise<Report> {
  const region = onlyRegion(stack);
  const token = await tokenFromStandardInput(context);
  const now = context.now(region);
  const verdict = await verifyToken(token, region, now);
  const { accessToken, obstacle } = verdict;
  // After an obstacle the table is not read again: the obstacle is reported once.
  const isExplained = accessToken !== undefined && obstacle === undefined;
  const grant = grantTo(accessToken?.scopes, region);
  const checked: Checked = {
    verdict,
    parts: partsIn(token, verdict, region, { ...grant, now }),
    ...(isExplained
      ? await entriesAbout(accessToken, claimFinder(token, accessToken, region), region)
      : { entries: [], unread: undefined }),
    ...grant,
  };
  return checkReport(checked, region, { now: context.now(region), columns: context.columns });
}

/** The routes that the scopes open, which are the same on APIs of both kinds, and the losses among them, which are not. */
function grantTo(
  scopes: ReadonlySet<string> | undefined,
  { authorizer }: RegionalStack,
): Pick<Checked, 'routes' | 'openingScopes' | 'losses'> {
  const losses = routeTablesOf(authorizer).map((table) => {
    const ofTable = describedLosses(table);
    const listed = scopes === undefined ? [] : lossesWith(scopes, ofTable?.listed ?? []);
    return { apis: table.apis, losses: ofTable && { leftOut: scopes === undefined ? 0 : ofTable.leftOut, listed } };
  });
  if (scopes === undefined) return { routes: [], openingScopes: [], losses };
  const { routes, scopes: openingScopes } = new Grants(authorizer.routes, apiKindsOf(authorizer)[0]).routesGrantedBy(
    scopes,
  );
  return { routes, openingScopes, losses };
}

/** The token's parts next to what the deployment expects, the scopes of a good token among them. */
function partsIn(
  token: string,
  verdict: Verdict,
  { authorizer }: RegionalStack,
  { openingScopes, now }: { readonly openingScopes: readonly string[]; readonly now: number },
): Checked['parts'] {
  const { issuers } = authorizer.configuration;
  const issuer = issuers.find(({ alias }) => alias === verdict.accessToken?.issuerAlias);
  const payload = decomposed(token)?.payload;
  const isGood = issuer !== undefined && payload !== undefined;
  const scopes = isGood ? scopeParts({ payload, issuer, routes: authorizer.routes, openingScopes }) : [];
  return [...comparedParts(token, verdict, authorizer.configuration, now), ...scopes];
}

/** Finds the token's claims that have a target's value, where the deployment decides which claims are compared. */
type ClaimFinder = (target: RevocationTarget) => readonly string[];

function claimFinder(token: string, { issuerAlias }: AccessToken, { authorizer }: RegionalStack): ClaimFinder {
  const issuer = authorizer.configuration.issuers.find(({ alias }) => alias === issuerAlias);
  const names = subjectNames(decomposed(token)?.payload ?? {}, issuer?.subjectAliases ?? []);
  return (target) => {
    const covered = coveredClaims(target, authorizer) ?? [];
    if (TARGET_PREFIXES[target.prefix] !== 'subject' || covered.length === 0) return covered;
    return [...new Set(names.filter(({ name }) => name === target.value).map(({ claim }) => claim))];
  };
}

/** Reads every entry about the token at the levels that the authorizer reads, and whether it revokes the token. */
async function entriesAbout(
  token: AccessToken,
  claimsOf: ClaimFinder,
  region: RegionalStack,
): Promise<Pick<Checked, 'entries' | 'unread'>> {
  const targets = targetsOf(token, new Set(region.authorizer.configuration.revocationLevels));
  try {
    const read = await Promise.all(
      targets.map(async (target) => ({ target, item: await readEntry(region, formatTarget(target)) })),
    );
    const entries = read.flatMap(({ target, item }) => {
      if (item === undefined) return [];
      const revokes = entryRevokes(target.prefix, readBefore(item.before), token.issuedAt);
      return [{ target, item, revokes, claims: claimsOf(target) }];
    });
    return { entries, unread: undefined };
  } catch (error) {
    return { entries: [], unread: sentenceOf(error) };
  }
}
