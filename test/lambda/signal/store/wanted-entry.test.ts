import { describe, expect, it } from 'vitest';
import type { Effect } from '../../../../lambda/signal/signal.ts';
import { SESSION_AFTERLIFE, wantedEntry, wantedLift } from '../../../../lambda/signal/store/wanted-entry.ts';
import {
  blockSubject,
  endSession,
  revokeSubject,
  revokeToken,
  sampleSignal,
  sampleSource,
} from '../../../support/signals/sample-signal.ts';
import { NOW, trustedIssuer } from '../../../support/tokens/sample-issuer.ts';

const issuer = trustedIssuer();
const { maxTokenAge, clockTolerance } = issuer;
const MARGIN = clockTolerance + 3600;

function wanted(effect: Effect, now = NOW, eventAt = NOW - 60, liftedAt?: number) {
  if (effect.kind === 'lift') throw new Error('A lift wants no entry.');
  return wantedEntry(effect, { signal: sampleSignal({ eventAt }), issuer, now }, liftedAt);
}

describe('the entry that a signal asks for', () => {
  it('is about the issuer of its source, and says which source and why', () => {
    const signal = sampleSignal({ type: 'credential-change', source: sampleSource({ name: 'risc', pace: 'shared' }) });
    const effect = { kind: 'revoke', prefix: 'sub', value: 'alice', before: NOW - 60, endsAt: undefined } as const;
    expect(wantedEntry(effect, { signal, issuer, now: NOW + 0.9 }, undefined)).toEqual({
      target: { prefix: 'sub', issuerAlias: 'main', value: 'alice' },
      before: NOW - 60,
      purgeAt: NOW + 1 + 2 + maxTokenAge + MARGIN,
      flush: false,
      reason: 'credential-change',
      revokedBy: 'signal:risc',
      revokedAt: NOW,
    });
  });

  it.each([
    ['at-once', true],
    ['shared', false],
    ['never', false],
  ] as const)('flushes by itself only where the pace of its source says so: %s', (pace, flush) => {
    const signal = sampleSignal({ source: sampleSource({ pace }) });
    const effect = { kind: 'revoke', prefix: 'sub', value: 'alice', before: NOW, endsAt: undefined } as const;
    expect(wantedEntry(effect, { signal, issuer, now: NOW }, undefined)).toMatchObject({ flush });
  });

  it.each<[string, Effect, number | undefined]>([
    ['a token whose end is known', revokeToken('t', NOW + 100), NOW + 100 + MARGIN],
    ['a token that has just ended', revokeToken('t', NOW - 4), NOW + MARGIN],
    ['a token whose end is unknown', revokeToken('t'), NOW + maxTokenAge + MARGIN],
    ['a session whose end is known', endSession('s', NOW + 100), NOW + 100 + maxTokenAge + MARGIN],
    ['a session whose end is unknown', endSession('s'), NOW + SESSION_AFTERLIFE + maxTokenAge + MARGIN],
    ['a block', blockSubject('alice'), undefined],
  ])('is kept long enough: %s', (_, effect, purgeAt) => {
    expect(wanted(effect)?.purgeAt).toBe(purgeAt);
  });

  it.each<[string, Effect, number]>([
    ['issued until then', revokeSubject('alice', NOW - 60), NOW - 60 + 2 + maxTokenAge + clockTolerance],
    ['that ends by itself', revokeToken('t', NOW), NOW + clockTolerance],
    ['of a session that ends', endSession('s', NOW), NOW + maxTokenAge + clockTolerance],
  ])('is none from the moment at which every token has ended: %s', (_, effect, end) => {
    expect(wanted(effect, end)).toBeDefined();
    expect(wanted(effect, end + 0.001)).toBeUndefined();
  });

  it.each<[string, Effect]>([
    ['a token', revokeToken('t')],
    ['a session', endSession('s')],
    ['a block', blockSubject('alice')],
  ])('is there however late the signal comes, where nothing says when it ends: %s', (_, effect) => {
    expect(wanted(effect, NOW + 1e8)).toBeDefined();
  });

  it('reaches to the first second of all if the signal says so, and not to every token', () => {
    expect(wanted(revokeSubject('alice', 0), 100)).toMatchObject({ before: 0 });
  });
});

describe('the block of a subject', () => {
  it('can be lifted by its source, from the second of the event on', () => {
    expect(wanted(blockSubject('alice'), NOW, NOW - 60.5)?.blocks).toEqual(new Map([['okta', NOW - 61]]));
    expect(wanted(blockSubject('alice'), NOW, NOW - 60, NOW - 60)?.blocks).toBeDefined();
  });

  it('revokes until the lift if the source has lifted later', () => {
    const entry = wanted(blockSubject('alice'), NOW, NOW - 60, NOW - 59);
    expect(entry).toMatchObject({ before: NOW - 59, purgeAt: NOW + 2 + maxTokenAge + MARGIN });
    expect(entry).not.toHaveProperty('blocks');
  });

  it('is no other entry of a subject, and no entry without `before` of another level', () => {
    for (const effect of [revokeSubject('alice'), endSession('s'), revokeToken('t')])
      expect(wanted(effect, NOW, NOW - 60, NOW - 59)).not.toHaveProperty('blocks');
    expect(wanted(endSession('s'), NOW, NOW - 60, NOW - 59)?.before).toBeUndefined();
  });
});

describe('the lift of a block', () => {
  const effect = { kind: 'lift', prefix: 'sub', value: 'alice' } as const;
  const lift = (eventAt: number, now = NOW) => wantedLift(effect, { signal: sampleSignal({ eventAt }), issuer, now });

  it('is at the time of the event, and leaves the tokens from before it revoked', () => {
    expect(lift(NOW - 60.5)).toEqual({
      target: { prefix: 'sub', issuerAlias: 'main', value: 'alice' },
      source: 'okta',
      eventAt: NOW - 61,
      before: NOW - 61,
      purgeAt: NOW + 2 + maxTokenAge + MARGIN,
      reason: 'session-revoked',
      revokedBy: 'signal:okta',
      revokedAt: NOW,
    });
  });

  it('is never later than a token may be issued by the clock of its issuer', () => {
    const latest = NOW + clockTolerance;
    expect(lift(NOW + 3, NOW + 0.5)).toMatchObject({ eventAt: NOW + 3, before: NOW + 3 });
    expect(lift(NOW + 60, NOW + 0.5)).toMatchObject({ eventAt: latest, before: latest });
  });

  it('keeps its time when it comes late, but names no tokens that have ended', () => {
    const oldest = NOW - maxTokenAge - clockTolerance - 2;
    expect(lift(oldest)).toMatchObject({ eventAt: oldest, before: oldest });
    expect(lift(oldest - 1)).toMatchObject({ eventAt: oldest - 1, before: oldest });
  });
});
