import { describe, expect, it } from 'vitest';
import { retryPause } from '../../../local/page/retry-pause.ts';
import { timeUnderTest } from '../../support/network/time-under-test.ts';

const GET = { method: 'GET', path: '/orders' };

function pauseOf(retryAfter: string | undefined, { made = 1, chance = 0 } = {}): number | undefined {
  const headers = new Headers(retryAfter === undefined ? {} : { 'Retry-After': retryAfter });
  const response = { status: 503, headers, body: '', attempts: [] };
  return retryPause(GET, response, made, timeUnderTest(chance));
}

describe('the pause before another attempt', () => {
  // The clock shows 2026-01-01T00:00:00Z.
  it.each([
    ['5', 5_000],
    ['60', 60_000],
    ['Thu, 01 Jan 2026 00:00:07 GMT', 7_000],
    ['Thu, 01 Jan 2026 00:00:00 GMT', 1_000],
    ['Wed, 31 Dec 2025 23:00:00 GMT', 1_000],
    ['0', 1_000],
    ['soon', 1_000],
    [undefined, 1_000],
  ])('is for "Retry-After: %s" at least %d ms', (retryAfter, least) => {
    expect(pauseOf(retryAfter)).toBe(least);
  });

  it.each([
    [0, 5_000],
    [0.5, 7_500],
    [0.999, 9_995],
  ])('grows by chance (%d), and is never shorter than what the API says', (chance, pause) => {
    expect(pauseOf('5', { chance })).toBe(pause);
  });

  it('doubles where the API says nothing, or less', () => {
    expect([1, 2, 3].map((made) => pauseOf(undefined, { made }))).toEqual([1_000, 2_000, 4_000]);
    expect([1, 2, 3].map((made) => pauseOf('3', { made }))).toEqual([3_000, 3_000, 4_000]);
  });

  it.each(['61', '86400', '99999999999999999999', 'Thu, 01 Jan 2026 00:01:01 GMT'])(
    'does not exist for "Retry-After: %s", which is too long to wait',
    (retryAfter) => {
      expect(pauseOf(retryAfter)).toBeUndefined();
    },
  );
});
