import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_REVOCATION_CLAIMS } from '../../../lambda/revocation/revocation-claim.ts';
import {
  REVOCATION_LEVELS,
  type RevocationLevel,
  TARGET_PREFIXES,
  type TargetPrefix,
} from '../../../lambda/revocation/revocation-level.ts';
import { formatTarget, parseTarget, targetsOf } from '../../../lambda/revocation/revocation-target.ts';
import type { AccessToken } from '../../../lambda/token/access-token.ts';
import { MAX_SUBJECT_ALIASES, subjectNames } from '../../../lambda/token/subject-alias.ts';
import { MAX_FORMER_ALIASES } from '../../../lambda/token/trusted-issuer.ts';

const token: AccessToken = {
  issuerAlias: 'main',
  formerAliases: [],
  subject: 'alice',
  subjects: ['alice'],
  revocationClaims: ['tenant#acme'],
  clientId: 'client-1',
  sessionId: 'session-1',
  jwtId: 'token-1',
  keyId: 'ec-1',
  signedPartDigest: undefined,
  scopes: new Set(),
  issuedAt: 0,
  expiresAt: 1,
  contextClaims: {},
};
const targetsAt = (levels: readonly RevocationLevel[], one: AccessToken = token) =>
  targetsOf(one, new Set(levels)).map(formatTarget);

describe('the targets of a token', () => {
  it('are one for each level', () => {
    expect(targetsAt(REVOCATION_LEVELS)).toEqual([
      'jti#main#token-1',
      'sid#main#session-1',
      'sub#main#alice',
      'cid#main#client-1',
      'clm#main#tenant#acme',
      'kid#main#ec-1',
      'iss#main',
    ]);
  });

  it.each(REVOCATION_LEVELS)('are only those of the levels that are read, such as %s', (level) => {
    expect(targetsAt([level])).toHaveLength(1);
    expect(targetsOf(token, new Set([level])).map(({ prefix }) => TARGET_PREFIXES[prefix])).toEqual([level]);
  });

  it('without a token id hold the digest of the signed part, at the token level', () => {
    const one = { ...token, jwtId: undefined, signedPartDigest: 'digest' };
    expect(targetsAt(['token'], one)).toEqual(['th#main#digest']);
  });

  it('hold both where the issuer may leave out the id, but did not', () => {
    const targets = targetsAt(['token'], { ...token, signedPartDigest: 'digest' });
    expect(targets).toEqual(['jti#main#token-1', 'th#main#digest']);
  });

  it('stand under every alias that the issuer has had', () => {
    const renamed = { ...token, formerAliases: ['old', 'oldest'] };
    expect(targetsAt(['token', 'issuer'], renamed)).toEqual([
      'jti#main#token-1',
      'iss#main',
      'jti#old#token-1',
      'iss#old',
      'jti#oldest#token-1',
      'iss#oldest',
    ]);
  });

  it('are one for each claim of the deployment that the token has, and none where it has none', () => {
    const claims = ['tenant#acme', 'agent#a#b'];
    expect(targetsAt(['claim'], { ...token, revocationClaims: claims })).toEqual([
      'clm#main#tenant#acme',
      'clm#main#agent#a#b',
    ]);
    expect(targetsAt(['claim'], { ...token, revocationClaims: [] })).toEqual([]);
  });

  it('are one for each name of the subject', () => {
    expect(targetsAt(['subject'], { ...token, subjects: ['alice', '00u1'] })).toEqual([
      'sub#main#alice',
      'sub#main#00u1',
    ]);
  });

  it('fit one BatchGetItem, which takes 100 keys, however many aliases the issuer may have had', () => {
    const formerAliases = Array.from({ length: MAX_FORMER_ALIASES }, (_, index) => `old-${index}`);
    // The longest list: each claim has another address with capitals.
    const claims = { sub: 'Alice@acme.example', uid: 'Al@acme.example', email: 'Other@acme.example' };
    const aliases = Object.keys(claims).slice(1);
    expect(aliases).toHaveLength(MAX_SUBJECT_ALIASES);
    const names = subjectNames(
      claims,
      aliases.map((name) => [name]),
    );
    expect(names).toHaveLength(6);
    const subjects = names.map(({ name }) => name);
    const revocationClaims = Array.from({ length: MAX_REVOCATION_CLAIMS }, (_, index) => `claim-${index}#acme`);
    const most = { ...token, subjects, revocationClaims, signedPartDigest: 'digest', formerAliases };
    const targets = targetsAt(REVOCATION_LEVELS, most);
    expect(new Set(targets).size).toBe(14 * (1 + MAX_FORMER_ALIASES));
    expect(targets.length).toBeLessThanOrEqual(100);
  });

  it('leave out a session and a client that the token does not name', () => {
    expect(targetsAt(['session', 'client', 'issuer'], { ...token, sessionId: undefined, clientId: undefined })).toEqual(
      ['iss#main'],
    );
  });
});

describe('a written target', () => {
  it.each<[string, ReturnType<typeof parseTarget>]>([
    ['jti#main#1', { prefix: 'jti', issuerAlias: 'main', value: '1' }],
    ['sub#main#a#b#', { prefix: 'sub', issuerAlias: 'main', value: 'a#b#' }],
    ['clm#main#tenant#acme', { prefix: 'clm', issuerAlias: 'main', value: 'tenant#acme' }],
    ['clm#main#tenant#a#b=c', { prefix: 'clm', issuerAlias: 'main', value: 'tenant#a#b=c' }],
    ['clm#main#tenant', undefined],
    ['clm#main#tenant#', undefined],
    ['clm#main##acme', undefined],
    ['clm#main#Tenant#acme', undefined],
    ['clm#main#1st#acme', undefined],
    ['clm#main#abcdefghijklmnopq#acme', undefined],
    ['clm#main', undefined],
    ['iss#main', { prefix: 'iss', issuerAlias: 'main', value: undefined }],
    ['iss#main#x', undefined],
    ['iss#main#', undefined],
    ['iss#', undefined],
    ['iss', undefined],
    ['jti#main', undefined],
    ['jti#main#', undefined],
    ['jti##1', undefined],
    ['JTI#main#1', undefined],
    ['toString#main#1', undefined],
    ['', undefined],
    ['#', undefined],
  ])('%j is read as %j', (text, parsed) => {
    expect(parseTarget(text)).toEqual(parsed);
  });

  it('is read back as it was formatted', () => {
    const prefixes = Object.keys(TARGET_PREFIXES) as TargetPrefix[];
    const targets = fc.record({
      prefix: fc.constantFrom(...prefixes),
      issuerAlias: fc.stringMatching(/^[a-z0-9-]{1,16}$/),
      value: fc.string({ unit: 'binary', minLength: 1 }),
    });
    fc.assert(
      fc.property(targets, ({ value, ...rest }) => {
        const named = rest.prefix === 'clm' ? `tenant#${value}` : value;
        const target = { ...rest, value: rest.prefix === 'iss' ? undefined : named };
        expect(parseTarget(formatTarget(target))).toEqual(target);
      }),
    );
  });
});
