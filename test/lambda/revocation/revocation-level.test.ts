import { describe, expect, it } from 'vitest';
import {
  isBreakGlass,
  LEVELS,
  REVOCATION_LEVELS,
  type RevocationLevel,
  TARGET_PREFIXES,
  takesBefore,
  takesEndsAt,
} from '../../../lambda/revocation/revocation-level.ts';

/** What the table decides, written a second time, so that a slip in the table is noticed. */
const DECIDED: Readonly<Record<RevocationLevel, readonly ('before' | 'endsAt' | 'break-glass')[]>> = {
  token: ['endsAt'],
  session: ['endsAt'],
  subject: ['before'],
  client: ['before'],
  claim: ['before'],
  key: ['break-glass'],
  issuer: ['before', 'break-glass'],
};

describe('the table of levels', () => {
  it.each(REVOCATION_LEVELS)('treats %s as decided here', (level) => {
    expect(takesBefore(level)).toBe(DECIDED[level].includes('before'));
    expect(takesEndsAt(level)).toBe(DECIDED[level].includes('endsAt'));
    expect(isBreakGlass(level)).toBe(DECIDED[level].includes('break-glass'));
  });

  it('gives each level a prefix, and no prefix to two levels', () => {
    const prefixes = REVOCATION_LEVELS.map((level) => Object.keys(LEVELS[level].targets));
    expect(prefixes.filter(({ length }) => length === 0)).toEqual([]);
    expect(Object.keys(TARGET_PREFIXES)).toEqual(prefixes.flat());
    expect(new Set(prefixes.flat()).size).toBe(prefixes.flat().length);
  });

  it('has prefixes in lower case, without the # that separates the parts of a target', () => {
    expect(Object.keys(TARGET_PREFIXES).filter((prefix) => !/^[a-z]+$/.test(prefix))).toEqual([]);
  });
});
