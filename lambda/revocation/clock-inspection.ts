import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Finding, InspectionFacts } from './entry-finding.ts';
import { ENTRY_ATTRIBUTES } from './revocation-entry.ts';

/** Seconds by which `revokedAt` may come before the record's time: a slow network and retries take that long. */
const MAX_SECONDS_BEHIND = 10;

/** Seconds by which `revokedAt` may come after it: two for clocks, and one because the stream cuts off fractions. */
const MAX_SECONDS_AHEAD = 3;

/** An instant as programs write it, with seconds and a time zone. */
const PROGRAM_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/**
 * Compares the clock that dated the entry with DynamoDB's. A `before` by a slow clock spares tokens that were issued before
 * the revocation, and nothing else shows it, because AWS's clients correct the time in their signatures.
 *
 * A changed entry keeps its old `revokedAt`, and an import's entries have the time at which it began: of those, only a
 * `revokedAt` in the future shows a wrong clock.
 */
export function inspectClock(
  item: Readonly<Record<string, AttributeValue>>,
  { writing, writtenAt }: InspectionFacts,
): readonly Finding[] {
  const revokedAt = programInstant(item[ENTRY_ATTRIBUTES.revokedAt]?.S ?? '');
  if (writing === undefined || writtenAt === undefined || revokedAt === undefined) return [];
  const ahead = revokedAt - writtenAt;
  if (ahead > MAX_SECONDS_AHEAD) return [clockDiffers(`${Math.round(ahead)} s ahead of`)];
  return writing === 'first' && ahead < -MAX_SECONDS_BEHIND ? [clockDiffers(`${Math.round(-ahead)} s behind`)] : [];
}

/** Seconds since the epoch; undefined: no program wrote the text. */
function programInstant(text: string): number | undefined {
  const milliseconds = PROGRAM_INSTANT.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}

function clockDiffers(difference: string): Finding {
  const sentence = `\`revokedAt\` is ${difference} DynamoDB's own time of writing: set the writer's clock, and revoke again, because \`before\` is wrong by as much.`;
  return { kind: 'clock-differs', sentence };
}
