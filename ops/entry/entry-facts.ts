import type { AuthorizerDescription } from '../../lambda/configuration/authorizer-description.ts';
import type { InspectionFacts } from '../../lambda/revocation/entry-finding.ts';
import { ENTRY_ATTRIBUTES } from '../../lambda/revocation/revocation-entry.ts';
import type { EntryItem } from './revocation.ts';

/** What a deployment, the clock (seconds) and the entry itself tell its inspection. */
export function inspectionFacts(
  item: EntryItem,
  { configuration }: AuthorizerDescription,
  now: number,
): InspectionFacts {
  const writtenAt = Date.parse(item[ENTRY_ATTRIBUTES.revokedAt]?.S ?? '') / 1000;
  const { issuers, revocationLevels } = configuration;
  return { issuers, revocationLevels, now, ...(!Number.isNaN(writtenAt) && { writtenAt }) };
}
