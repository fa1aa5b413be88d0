import { describe, expect, it } from 'vitest';
import { MAX_ALIASES, namesOf, type SignalSubject, subjectIn } from '../../../lambda/signal/subject-identifier.ts';
import { signalSender } from '../../support/signals/sample-signals.ts';

type Members = Readonly<Record<string, unknown>>;

const sender = signalSender();
const ISSUER = 'https://sender.example/';
const subjectOf = (identifier: Members, namesMail = false) => subjectIn(identifier, { sender, namesMail });

const nobody: SignalSubject = { users: [], session: undefined, isNarrowed: false };
const alice: SignalSubject = { ...nobody, users: ['alice'] };

describe('a subject identifier', () => {
  it.each<[what: string, identifier: Members, subject: SignalSubject]>([
    ['iss_sub', { format: 'iss_sub', iss: ISSUER, sub: 'alice' }, alice],
    ['iss_sub in the spelling before RFC 9493', { subject_type: 'iss-sub', iss: ISSUER, sub: 'alice' }, alice],
    [
      'iss_sub by both names of its format',
      { format: 'iss_sub', subject_type: 'did', iss: ISSUER, sub: 'alice' },
      alice,
    ],
    ['opaque', { format: 'opaque', id: 'alice' }, { ...alice, session: 'alice' }],
    [
      'aliases',
      {
        format: 'aliases',
        identifiers: [
          { format: 'opaque', id: 'alice' },
          { format: 'email', email: 'alice@example.com' },
          { format: 'iss_sub', iss: ISSUER, sub: 'alice' },
          { format: 'iss_sub', iss: ISSUER, sub: 'a-1' },
          'alice',
          null,
          { format: 'aliases', identifiers: [{ format: 'opaque', id: 'nested' }] },
        ],
      },
      { ...nobody, users: ['alice', 'a-1'] },
    ],
    ['complex', { format: 'complex', user: { format: 'opaque', id: 'alice' } }, alice],
    ['complex without its format', { user: { format: 'iss_sub', iss: ISSUER, sub: 'alice' } }, alice],
    [
      'complex without its format, of a session',
      { session: { format: 'opaque', id: 's-1' } },
      { ...nobody, session: 's-1', isNarrowed: true },
    ],
    [
      'complex with aliases of the user',
      { format: 'complex', user: { format: 'aliases', identifiers: [{ format: 'opaque', id: 'alice' }] } },
      alice,
    ],
    [
      'complex with a session',
      { format: 'complex', user: { format: 'opaque', id: 'alice' }, session: { format: 'opaque', id: 's-1' } },
      { users: ['alice'], session: 's-1', isNarrowed: true },
    ],
    [
      'iss_sub, although it has a member of a complex one',
      { format: 'iss_sub', iss: ISSUER, sub: 'alice', user: { format: 'opaque', id: 'bob' } },
      alice,
    ],
    [
      'complex with a session of the issuer',
      { format: 'complex', session: { format: 'iss_sub', iss: ISSUER, sub: 's-1' } },
      { ...nobody, session: 's-1', isNarrowed: true },
    ],
    [
      'complex with a session that entries cannot name',
      { format: 'complex', user: { format: 'opaque', id: 'alice' }, session: { format: 'opaque', id: 7 } },
      { users: ['alice'], session: undefined, isNarrowed: true },
    ],
    [
      'complex with a session that is not an identifier',
      { subject_type: 'complex', user: { format: 'opaque', id: 'alice' }, session: 's-1' },
      { users: ['alice'], session: undefined, isNarrowed: true },
    ],
    ...['device', 'tenant', 'application', 'org_unit', 'group', 'anything'].map(
      (member): [string, Members, SignalSubject] => [
        `complex with ${member}`,
        { format: 'complex', user: { format: 'opaque', id: 'alice' }, [member]: { format: 'opaque', id: 'x' } },
        { ...alice, isNarrowed: true },
      ],
    ),
  ])('in the format %s names its subject', (_what, identifier, subject) => {
    expect(subjectOf(identifier)).toEqual(subject);
  });

  it.each<[what: string, identifier: Members]>([
    ['iss_sub of another issuer', { format: 'iss_sub', iss: 'https://sender.example', sub: 'alice' }],
    ['iss_sub without an issuer', { format: 'iss_sub', sub: 'alice' }],
    ['iss_sub without a subject', { format: 'iss_sub', iss: ISSUER }],
    ['email', { format: 'email', email: 'alice@example.com' }],
    ['account', { format: 'account', uri: 'acct:alice@example.com' }],
    ['phone_number', { format: 'phone_number', phone_number: '+12065550100' }],
    ['did', { format: 'did', url: 'did:example:123456' }],
    ['uri', { format: 'uri', uri: 'https://user.example.com/' }],
    ['jwt_id', { format: 'jwt_id', iss: ISSUER, jti: 'token-1' }],
    ['an unknown format', { format: 'x', id: 'alice' }],
    ['a format that objects inherit', { format: 'constructor', id: 'alice' }],
    ['a format that is not text', { format: 7, id: 'alice' }],
    ['no format', { id: 'alice', sub: 'alice', iss: ISSUER }],
    ['opaque without an id', { format: 'opaque' }],
    ['an id that is a number', { format: 'opaque', id: 7 }],
    ['an empty id', { format: 'opaque', id: '' }],
    ['an id with control characters', { format: 'opaque', id: 'a\u0000' }],
    ['an id of 256 characters', { format: 'opaque', id: 'a'.repeat(256) }],
    ['an id with a lone surrogate', { format: 'opaque', id: '\ud800' }],
    ['aliases that are not a list', { format: 'aliases', identifiers: { format: 'opaque', id: 'alice' } }],
    ['no aliases', { format: 'aliases', identifiers: [] }],
    ['complex with a user that is text', { format: 'complex', user: 'alice' }],
    ['nothing', {}],
  ])('with %s names nobody', (_what, identifier) => {
    expect(subjectOf(identifier)).toEqual(nobody);
  });

  it('in the format iss_sub may be of any issuer whose subjects our tokens have, and of no other', () => {
    const issuers = [ISSUER, 'https://login.example/'];
    const usersOf = (subjectIssuers: readonly string[], iss: string) =>
      subjectIn({ format: 'iss_sub', iss, sub: 'alice' }, { sender: { ...sender, subjectIssuers }, namesMail: false })
        .users;
    expect(issuers.map((iss) => usersOf(issuers, iss))).toEqual([['alice'], ['alice']]);
    expect(usersOf(issuers, 'https://other.example/')).toEqual([]);
    expect(usersOf([], ISSUER)).toEqual([]);
  });

  it(`has ${MAX_ALIASES} names at most`, () => {
    const identifiers = Array.from({ length: MAX_ALIASES }, (_, n) => ({ format: 'opaque', id: `user-${n}` }));
    const repeated = [...identifiers, ...identifiers];
    expect(subjectOf({ format: 'aliases', identifiers: repeated }).users).toHaveLength(MAX_ALIASES);
    const tooMany = { format: 'aliases', identifiers: [...identifiers, { format: 'opaque', id: 'one-more' }] };
    expect(() => subjectOf(tooMany)).toThrow(expect.objectContaining({ reason: 'subject', sender: 'sender' }));
  });
});

describe('an e-mail address of an issuer with such an alias', () => {
  it('names its user in the form of entries', () => {
    expect(subjectOf({ format: 'email', email: ' Alice@Example.com ' }, true).users).toEqual(['alice@example.com']);
    const user = { format: 'email', email: 'Alice@Example.com' };
    expect(subjectOf({ format: 'complex', user }, true).users).toEqual(['alice@example.com']);
  });

  it.each([undefined, 7, '', ' ', `${'a'.repeat(250)}@x.example`])('is not %j: it names nobody', (email) => {
    expect(subjectOf({ format: 'email', email }, true).users).toEqual([]);
  });

  it('is put in that form in every format, and no session id is', () => {
    expect(subjectOf({ format: 'iss_sub', iss: ISSUER, sub: 'Alice@X.example' }, true).users).toEqual([
      'alice@x.example',
    ]);
    expect(subjectOf({ format: 'opaque', id: 'S@1' }, true)).toMatchObject({ users: ['s@1'], session: 'S@1' });
    const session = { format: 'opaque', id: 'S@1' };
    expect(subjectOf({ format: 'complex', session }, true).session).toBe('S@1');
  });
});

describe('a claim as a name', () => {
  it.each([undefined, null, 7, '', {}, 'a\nb'])('is not %j', (claim) => {
    expect(namesOf(claim, { namesMail: true })).toEqual([]);
  });

  it('is kept as it stands, but for e-mail addresses where entries have them', () => {
    expect(namesOf('Alice', { namesMail: true })).toEqual(['Alice']);
    expect(namesOf('Alice@X', { namesMail: false })).toEqual(['Alice@X']);
    expect(namesOf('Alice@X', { namesMail: true })).toEqual(['alice@x']);
  });

  it('may be too long in that form, in which a capital can have two characters', () => {
    const claim = `${'İ'.repeat(200)}@x.example`;
    expect(namesOf(claim, { namesMail: false })).toEqual([claim]);
    expect(namesOf(claim, { namesMail: true })).toEqual([]);
  });
});
