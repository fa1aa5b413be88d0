import { describe, expect, it } from 'vitest';
import { signalOfToken } from '../../../lambda/signal/revoked-token.ts';
import type { Effect } from '../../../lambda/signal/signal.ts';
import type { TokenRevocationSource } from '../../../lambda/signal/signal-source.ts';
import type { AccessToken } from '../../../lambda/token/access-token.ts';
import { NOW } from '../../support/tokens/sample-issuer.ts';

const source: TokenRevocationSource = { name: 'app', pace: 'shared', corsOrigins: ['*'] };
const token: AccessToken = {
  issuerAlias: 'second',
  formerAliases: ['former'],
  subject: 'alice',
  subjects: ['alice'],
  clientId: 'client-1',
  revocationClaims: [],
  sessionId: 'session-1',
  jwtId: 'token-1',
  keyId: 'ec-1',
  signedPartDigest: undefined,
  scopes: new Set(),
  issuedAt: NOW - 10,
  expiresAt: NOW + 600,
  contextClaims: {},
};
const DIGEST = 'd'.repeat(64);
const session: Effect = { kind: 'revoke', prefix: 'sid', value: 'session-1', before: undefined, endsAt: undefined };
const byId: Effect = { kind: 'revoke', prefix: 'jti', value: 'token-1', before: undefined, endsAt: NOW + 600 };

const signalOf = (changes: Partial<AccessToken>, wantsSession = false) =>
  signalOfToken({ ...token, ...changes }, source, { session: wantsSession }, NOW + 0.5);

describe('a token that its holder revokes', () => {
  it('is a signal of its own issuer, which is not remembered', () => {
    expect(signalOf({})).toEqual({
      source: { name: 'app', issuerAlias: 'second', pace: 'shared' },
      type: 'token-revocation',
      id: undefined,
      eventAt: NOW,
      acceptedUntil: NOW + 1,
      effects: [byId],
    });
  });

  it('is named by its digest where it has no id', () => {
    expect(signalOf({ jwtId: undefined, signedPartDigest: DIGEST }).effects).toEqual([
      { ...byId, prefix: 'th', value: DIGEST },
    ]);
    expect(signalOf({ signedPartDigest: DIGEST }).effects).toEqual([byId]);
  });

  it('takes its session along if that is wanted, and it has one', () => {
    expect(signalOf({}, true).effects).toEqual([byId, session]);
    expect(signalOf({ sessionId: undefined }, true).effects).toEqual([byId]);
  });

  it('that no entry can name is unmatched', () => {
    expect(signalOf({ jwtId: undefined })).toMatchObject({ effects: [], inaction: 'unmatched' });
    expect(signalOf({})).not.toHaveProperty('inaction');
  });
});
