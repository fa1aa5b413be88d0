import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Finding, InspectionFacts } from './entry-finding.ts';
import { ENTRY_ATTRIBUTES } from './revocation-entry.ts';

/** Seconds by which `revokedAt` may come before the record's time: a slow network and its retries take as long. */
const MAX_SECONDS_BEHIND = 10;

/** Nothing but a clock puts `revokedAt` after the record: two seconds, and the one that the stream cuts off. */
const MAX_SECONDS_AHEAD = 3;

/** As programs write instants: with seconds and a time zone. */
const PROGRAM_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/**
 * Whether the clock that dated the entry agrees with DynamoDB's. A `before` by a slow clock spares tokens that were issued
 * before the revocation, and nothing else shows it: AWS's clients correct the time by which they sign.
 *
 * An entry that was changed keeps its old `revokedAt`, and those of an import have the time at which it began: there only
 * one from the future says something about a clock.
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

/** Seconds since the epoch. */
function programInstant(text: string): number | undefined {
  const milliseconds = PROGRAM_INSTANT.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}

function clockDiffers(difference: string): Finding {
  const sentence = `\`revokedAt\` is ${difference} DynamoDB's own time of writing: set the writer's clock, and revoke again, because \`before\` is as wrong.`;
  return { kind: 'clock-differs', sentence };
}
