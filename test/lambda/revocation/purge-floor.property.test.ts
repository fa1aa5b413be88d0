import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { purgeFloor } from '../../../lambda/revocation/purge-floor.ts';
import { entryRevokes } from '../../../lambda/revocation/revocation-entry.ts';
import { TARGET_PREFIXES, type TargetPrefix } from '../../../lambda/revocation/revocation-level.ts';
import { createClock } from '../../support/tokens/authorizer-under-test.ts';
import { loopbackIssuer } from '../../support/tokens/loopback-issuer.ts';
import { NOW } from '../../support/tokens/sample-issuer.ts';

const { fresh, tokenOf, trusted } = loopbackIssuer();

const prefixes = Object.keys(TARGET_PREFIXES) as TargetPrefix[];

/** Written at NOW, for a token that existed then; `before` may be anywhere near. */
const cases = fc.record({
  prefix: fc.constantFrom(...prefixes),
  maxTokenAge: fc.integer({ min: 1, max: 172_800 }),
  clockTolerance: fc.integer({ min: 0, max: 300 }),
  before: fc.option(fc.integer({ min: NOW - 200_000, max: NOW + 200_000 }), { nil: undefined }),
  /** Seconds from the writing to `iat`: up to the tolerance, or up to `before`, where that is later. */
  issued: fc.oneof(fc.integer({ min: -200_000, max: 0 }), fc.constantFrom('now', 'tolerance', 'before')),
  lifetime: fc.oneof(fc.integer({ min: 1, max: 400_000 }), fc.constant(1e10)),
  knowsEnd: fc.boolean(),
  /** Seconds after the floor at which DynamoDB sweeps: at once, or late. */
  late: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 172_800 })),
});

describe('F5 deleting an entry at its purge floor or later', () => {
  it('re-admits no token that it revoked', async () => {
    let swept = 0;
    const property = fc.asyncProperty(
      cases,
      async ({ prefix, maxTokenAge, clockTolerance, before, issued, lifetime, knowsEnd, late }) => {
        const moments = { now: NOW, tolerance: NOW + clockTolerance, before: (before ?? NOW) + 2 };
        const iat = typeof issued === 'string' ? moments[issued] : NOW + issued;
        const exp = iat + lifetime;
        // A session may end with the very issue of its last token.
        const endsAt = prefix === 'sid' ? iat : Math.min(exp, iat + maxTokenAge);
        const facts = { now: NOW, endsAt: knowsEnd ? endsAt : undefined, before };
        const floor = purgeFloor({ prefix }, { maxTokenAge, clockTolerance }, facts);
        fc.pre(floor !== undefined);
        // Tokens and sessions are named one by one, so that they exist when the entry is written.
        fc.pre(!['token', 'session'].includes(TARGET_PREFIXES[prefix]) || iat <= NOW + clockTolerance);
        fc.pre(entryRevokes(prefix, before ?? 'absent', iat));
        swept += 1;
        const clock = createClock(floor + late);
        const authorizer = fresh({ issuers: [trusted({ maxTokenAge, clockTolerance })], clock });
        expect(await authorizer.decide(`Bearer ${tokenOf({ iat, exp })}`)).toEqual({ kind: 'unauthorized' });
      },
    );
    await fc.assert(property, { numRuns: 400 });
    expect(swept).toBe(400);
  });

  it('is never right where nobody knows the end', () => {
    const issuer = { maxTokenAge: 86_400, clockTolerance: 5 };
    const unknown = { now: NOW, endsAt: undefined, before: undefined };
    const found = prefixes.filter((prefix) => purgeFloor({ prefix }, issuer, unknown) === undefined);
    expect(found).toEqual(['sid', 'sub', 'cid', 'clm', 'kid', 'iss']);
  });
});

describe('the purge floor', () => {
  const issuer = { maxTokenAge: 86_400, clockTolerance: 5 };
  type Row = readonly [facts: Parameters<typeof purgeFloor>[2], floor: number | undefined];
  const ROWS: Readonly<Record<TargetPrefix, readonly Row[]>> = {
    jti: [
      [{ now: NOW, endsAt: NOW + 60, before: undefined }, NOW + 60 + 5 + 3600],
      [{ now: NOW, endsAt: undefined, before: undefined }, NOW + 86_400 + 5 + 3600],
    ],
    th: [[{ now: NOW, endsAt: NOW + 60.2, before: undefined }, NOW + 61 + 5 + 3600]],
    sid: [[{ now: NOW, endsAt: NOW + 60.5, before: undefined }, NOW + 61 + 86_400 + 5 + 3600]],
    sub: [[{ now: NOW, endsAt: NOW + 60, before: NOW - 9 }, NOW + 2 + 86_400 + 5 + 3600]],
    cid: [[{ now: NOW, endsAt: undefined, before: NOW + 9 }, NOW + 9 + 2 + 86_400 + 5 + 3600]],
    clm: [[{ now: NOW, endsAt: NOW + 60, before: NOW - 9 }, NOW + 2 + 86_400 + 5 + 3600]],
    kid: [[{ now: NOW, endsAt: NOW, before: NOW }, undefined]],
    iss: [[{ now: NOW, endsAt: undefined, before: NOW + 8.5 }, NOW + 9 + 2 + 86_400 + 5 + 3600]],
  };
  const rows = prefixes.flatMap((prefix) => ROWS[prefix].map((row) => [prefix, ...row] as const));
  it.each(rows)('of %s with %j is %j', (prefix, facts, floor) => {
    expect(purgeFloor({ prefix }, issuer, facts)).toBe(floor);
  });
});
