import { formatInstant } from '../../cli/instant.ts';
import { entryDocument } from '../../entry/entry-text.ts';
import type { EntryItem } from '../../entry/revocation.ts';
import { isHeld, type RegionalResult } from './regional-result.ts';
import { lagOf } from './revocation-lag.ts';

/** What came of a revocation in one Region, for programs. @param now - seconds since the epoch */
export function regionDocument(result: RegionalResult, now: number) {
  const { region, table } = result.region;
  const lag = lagOf(result);
  return {
    region,
    table,
    outcome: outcomeOf(result),
    confirmed: result.state === 'confirmed',
    ...entriesOf(result, now),
    ...instantsOf(result, lag.guaranteed),
    guaranteedLagSeconds: lag.guaranteed,
    expectedLagSeconds: lag.expected,
    error: isHeld(result) ? null : result.error,
  };
}

function outcomeOf(result: RegionalResult) {
  return 'outcome' in result && result.state !== 'planned' ? result.outcome : result.state;
}

function entriesOf(result: RegionalResult, now: number) {
  const documentOf = (item: EntryItem | undefined) => (item === undefined ? null : entryDocument(item, now));
  if (!('outcome' in result)) return { entry: null, previous: null };
  return { entry: documentOf(result.item), previous: documentOf(result.previous) };
}

function instantsOf(result: RegionalResult, guaranteedLag: number) {
  const acknowledgedAt = 'outcome' in result ? result.acknowledgedAt : undefined;
  if (acknowledgedAt === undefined) return { acknowledgedAt: null, rejectedForCertainBy: null };
  return {
    acknowledgedAt: formatInstant(acknowledgedAt),
    rejectedForCertainBy: isHeld(result) ? formatInstant(acknowledgedAt + guaranteedLag) : null,
  };
}
