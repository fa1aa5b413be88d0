import { describe, expect, it } from 'vitest';
import { entryRevokes, readBefore } from '../../../lambda/revocation/revocation-entry.ts';

describe('`before` as DynamoDB holds it', () => {
  it('is absent, a number of seconds, or malformed', () => {
    expect(readBefore(undefined)).toBe('absent');
    for (const seconds of [0, 0.5, 1_700_000_000, 99_999_999_999])
      expect(readBefore({ N: String(seconds) })).toBe(seconds);
    for (const text of ['-1', '-0.5', '100000000000', '1700000000000', 'x'])
      expect(readBefore({ N: text })).toBe('malformed');
    expect(readBefore({ S: '1700000000' })).toBe('malformed');
    expect(readBefore({ NULL: true })).toBe('malformed');
  });
});

describe('an entry', () => {
  it('revokes up to two seconds after `before`, at the levels that take it', () => {
    for (const prefix of ['sub', 'cid', 'iss'] as const) {
      expect([100, 101, 102, 102.9, 103].map((issuedAt) => entryRevokes(prefix, 100, issuedAt))).toEqual([
        true,
        true,
        true,
        true,
        false,
      ]);
      expect(entryRevokes(prefix, 'absent', 1e10)).toBe(true);
      expect(entryRevokes(prefix, 'malformed', 1e10)).toBe(true);
    }
  });

  it('revokes whatever `before` says, at the levels that name their tokens', () => {
    for (const prefix of ['jti', 'th', 'sid', 'kid'] as const) expect(entryRevokes(prefix, 0, 1e10)).toBe(true);
  });
});
