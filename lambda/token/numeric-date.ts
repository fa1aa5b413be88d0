/** The year 5138 in seconds, 1973 in milliseconds: a number from here on was not meant as seconds. */
export const FIRST_IMPLAUSIBLE_SECOND = 100_000_000_000;

/** Whether a value is a NumericDate (RFC 7519 section 2) that is finite, not negative and not in milliseconds. */
export function isNumericDate(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < FIRST_IMPLAUSIBLE_SECOND;
}

/** Formats an instant in UTC, to the second: `2026-10-01T12:00:00Z`. */
export function formatInstant(seconds: number): string {
  return new Date(Math.ceil(seconds) * 1000).toISOString().replace('.000', '');
}
