import { FIRST_IMPLAUSIBLE_SECOND, formatInstant } from '../../lambda/token/numeric-date.ts';
import { UsageError } from './operator-error.ts';
import { withoutTokens } from './terminal-text.ts';

const isoWithZone = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/i;

/**
 * Parses an instant that a person wrote, as ISO 8601 with a time zone or as seconds, into seconds since the epoch. A
 * fraction is rounded up, so that a `before` spares no token that was meant. Milliseconds and local times are errors.
 *
 * @param name - what the instant is, for the message
 * @throws UsageError
 */
export function parseInstant(name: string, text: string): number {
  if (/^\d+$/.test(text)) return parseSeconds(name, Number(text));
  const milliseconds = isRealDate(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(milliseconds) || milliseconds < 0) {
    throw new UsageError(
      `${name} is "${withoutTokens(text)}", which is not an instant: write ISO 8601 with a time zone (2026-10-01T12:00:00Z) or seconds since 1970.`,
    );
  }
  return Math.ceil(milliseconds / 1000);
}

/** Whether the day exists in its month: V8 reads 31 February as 3 March. */
function isRealDate(text: string): boolean {
  const [, year, month, day] = isoWithZone.exec(text) ?? [];
  if (year === undefined) return false;
  return new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day);
}

function parseSeconds(name: string, seconds: number): number {
  if (seconds < FIRST_IMPLAUSIBLE_SECOND) return seconds;
  throw new UsageError(
    `${name} is ${seconds}, which looks like milliseconds: write seconds since 1970 (${Math.floor(seconds / 1000)}).`,
  );
}

/** Formats an instant with its distance from now: `2026-10-01T12:01:06Z (in 66 s)`. */
export function formatFromNow(seconds: number, now: number): string {
  const distance = Math.ceil(seconds) - Math.floor(now);
  return `${formatInstant(seconds)} (${distance < 0 ? `${roughly(-distance)} ago` : `in ${roughly(distance)}`})`;
}

function roughly(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
}
