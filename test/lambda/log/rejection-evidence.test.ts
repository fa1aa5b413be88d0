import { afterEach, describe, expect, it, vi } from 'vitest';
import { evidenceOf, RejectionSampling } from '../../../lambda/log/rejection-evidence.ts';
import { createClock } from '../../support/tokens/authorizer-under-test.ts';
import { loopbackIssuer } from '../../support/tokens/loopback-issuer.ts';
import { expectNoPieceOf } from '../../support/tokens/rejection.ts';
import { goodClaims, trustedIssuer } from '../../support/tokens/sample-issuer.ts';
import { segment, signedToken } from '../../support/tokens/signed-token.ts';

const issuer = loopbackIssuer();
const { fresh, header, key, tokenOf } = issuer;
const good = tokenOf();

it('C8 a key id made of log syntax leaves one valid JSON line', async () => {
  const kid = 'x"}\n{"level":"error"';
  const authorizer = fresh();
  await authorizer.decide(`Bearer ${signedToken(key, { ...header, kid }, goodClaims())}`);
  expect(authorizer.lines).toHaveLength(1);
  expect(authorizer.lines[0]).not.toContain('\n');
  expect(authorizer.log()[0]).toMatchObject({ event: 'rejected', reason: 'key-id', keyId: kid });
});

describe('C10 the log', () => {
  const secrets = {
    sub: 'subject-with-a-name',
    jti: 'jwt-id-of-the-token',
    sid: 'session-of-somebody',
    client_id: 'client-of-somebody',
  };
  const saidIn = async (authorizer: ReturnType<typeof fresh>, token: string) => {
    const outcome = await authorizer.decide(`Bearer ${token}`);
    expectNoPieceOf(token, authorizer, outcome.kind === 'allowed' ? { kind: 'unauthorized' } : outcome);
    const said = authorizer.lines.join('\n') + (outcome.kind === 'failed' ? outcome.message : '');
    for (const value of Object.values(secrets)) expect(said).not.toContain(value);
    return outcome.kind;
  };

  it('of an allowed token holds neither token nor claim', async () => {
    expect(await saidIn(fresh(), tokenOf(secrets))).toBe('allowed');
  });

  it('of a revoked token holds neither token nor claim', async () => {
    const readEntries = async ([target = '']: readonly string[]) => [{ target, before: { S: 'subject-with-a-name' } }];
    expect(await saidIn(fresh({ readEntries }), tokenOf(secrets))).toBe('unauthorized');
  });

  it('of an expired token holds neither token nor claim', async () => {
    expect(await saidIn(fresh(), tokenOf({ ...secrets, exp: 1 }))).toBe('unauthorized');
  });

  it.each([
    ['TypeError', new TypeError(secrets.sub)],
    ['string', secrets.jti],
    ['Error', Object.assign(new Error(secrets.sid), { cause: secrets.sub })],
    ['undefined', undefined],
  ])('of an unforeseen error holds its class at most: %s', async (detail, thrown) => {
    const readEntries = () => Promise.reject(thrown);
    const authorizer = fresh({ readEntries });
    expect(await saidIn(authorizer, tokenOf(secrets))).toBe('failed');
    expect(authorizer.log().at(-1)).toMatchObject({ event: 'failed', failureCause: 'internal', detail });
  });

  it('of a token that quotes itself in its key id does not hold that key id', async () => {
    const kid = segment(goodClaims()).slice(0, 25);
    const authorizer = fresh();
    expect(await saidIn(authorizer, signedToken(key, { ...header, kid }, goodClaims()))).toBe('unauthorized');
    expect(authorizer.log()[0]).not.toHaveProperty('keyId');
  });

  it('of a long key id holds its beginning', async () => {
    const authorizer = fresh();
    await authorizer.decide(`Bearer ${signedToken(key, { ...header, kid: 'k'.repeat(100) }, goodClaims())}`);
    expect(authorizer.log().at(-1)).toMatchObject({ keyId: 'k'.repeat(64), issuer: 'main' });
  });

  it('of a rejected token has the same fingerprint for every spelling of its signature', async () => {
    const fingerprints = [];
    for (const signature of ['AAAA', 'BBBB']) {
      const authorizer = fresh();
      await authorizer.decide(`Bearer ${good.slice(0, good.lastIndexOf('.'))}.${signature}`);
      fingerprints.push(authorizer.log().at(-1)?.fingerprint);
    }
    expect(fingerprints[0]).toMatch(/^[0-9a-f]{16}$/);
    expect(fingerprints[1]).toBe(fingerprints[0]);
  });
});

it('a rejected token that is sent again is logged the first and the tenth time and after every hundred', async () => {
  const authorizer = fresh({ clock: createClock() });
  for (let times = 0; times < 150; times += 1) await authorizer.decide(`Bearer ${tokenOf({ exp: 1 })}`);
  const rejections = authorizer.log().filter(({ event }) => event === 'rejected');
  expect(rejections.map(({ Rejected }) => Rejected)).toEqual([1, 9, 100]);
});

describe('the evidence of a rejected token', () => {
  const payload = segment(goodClaims());
  const evidenceUnder = (kid: unknown, claims = payload) =>
    evidenceOf(`Bearer ${segment({ kid })}.${claims}.AAAA`, [
      trustedIssuer({ alias: 'other', issuer: 'https://other.example/' }),
      trustedIssuer(),
    ]);
  const fingerprint = expect.stringMatching(/^[0-9a-f]{16}$/);

  it('is its issuer, its key id and its fingerprint', () => {
    expect(evidenceUnder('k')).toStrictEqual({ issuer: 'main', keyId: 'k', fingerprint });
  });

  it('names no issuer that is not configured, and no key id that is not a string', () => {
    expect(evidenceUnder(1, segment({ iss: 'https://issuer.example' }))).toStrictEqual({ fingerprint });
  });

  it('is empty for garbage', () => {
    expect(evidenceOf('Bearer x', [])).toStrictEqual({});
  });

  it('has no key id that shares 20 characters in a row with the token, wherever they stand in it', () => {
    for (let before = 0; before <= 44; before += 1) {
      const kid = `${'!'.repeat(before)}${payload.slice(3, 23)}${'!'.repeat(44 - before)}`;
      expect([before, evidenceUnder(kid)]).toEqual([before, expect.not.objectContaining({ keyId: kid })]);
    }
    expect(evidenceUnder(payload.slice(3, 43))).not.toHaveProperty('keyId');
  });

  it('has a key id that shares fewer than 10 characters in a row with the token, or that has fewer than 20', () => {
    const sharing = `${'!'.repeat(30)}${payload.slice(3, 12)}!!`;
    expect(evidenceUnder(sharing)).toHaveProperty('keyId', sharing);
    expect(evidenceUnder(payload.slice(3, 22))).toHaveProperty('keyId', payload.slice(3, 22));
  });
});

describe('a rejected token', () => {
  afterEach(() => void vi.restoreAllMocks());
  const headerOf = (changes: Readonly<Record<string, unknown>>) => JSON.stringify({ ...header, ...changes });

  it.each([
    ['of an unknown issuer', headerOf({}), goodClaims({ iss: 'https://elsewhere.example/' })],
    ['with an unknown key id', headerOf({ kid: 'unknown' }), goodClaims()],
    ['with a list in its header', headerOf({ x: [[[]]] }), goodClaims()],
    ['with a name twice in its header', `{"x":1,"x":1,${headerOf({}).slice(1)}`, goodClaims()],
    ['with a payload that is not an object', headerOf({}), '[]'],
  ])('%s is parsed once, and nothing of it is written as JSON again', async (_, headerText, claims) => {
    const token = `${segment(headerText)}.${segment(claims)}.AAAA`;
    const authorizer = fresh();
    const parse = vi.spyOn(JSON, 'parse');
    const stringify = vi.spyOn(JSON, 'stringify');
    expect(await authorizer.decide(`Bearer ${token}`)).toEqual({ kind: 'unauthorized' });
    expect(parse.mock.calls.filter(([text]) => text === headerText)).toHaveLength(1);
    const parsed = parse.mock.results.flatMap(({ type, value }) => (type === 'return' ? [value] : []));
    expect(stringify.mock.calls.filter(([value]) => parsed.includes(value))).toEqual([]);
  });
});

const times = (count: number, sample: (index: number) => number | undefined) =>
  Array.from({ length: count }, (_, index) => sample(index));
const logged = (answers: readonly (number | undefined)[]) =>
  answers.flatMap((seen, index) => (seen === undefined ? [] : [[index + 1, seen]]));

describe('one bad token sent again and again', () => {
  it('is logged at its rejections number 1 and 10 and every hundred after, each for those since the last', () => {
    const sampling = new RejectionSampling();
    const answers = times(350, () => sampling.sample('expired', { fingerprint: 'a' }));
    expect(logged(answers)).toEqual([
      [1, 1],
      [10, 9],
      [110, 100],
      [210, 100],
      [310, 100],
    ]);
  });

  it('is logged at once when its reason is another one', () => {
    const sampling = new RejectionSampling();
    sampling.sample('expired', { fingerprint: 'a' });
    expect(sampling.sample('signature', { fingerprint: 'a' })).toBe(1);
  });

  it('does not keep another token from being logged at once', () => {
    const sampling = new RejectionSampling();
    sampling.sample('expired', { fingerprint: 'a' });
    expect(sampling.sample('expired', { fingerprint: 'b' })).toBe(1);
  });

  it('leaves no hundred rejections of one reason uncounted, even among 600 such tokens', () => {
    const sampling = new RejectionSampling();
    const answers = times(5_000, (index) => sampling.sample('expired', { fingerprint: String(index % 600) }));
    const counted = answers.reduce<number>((sum, seen) => sum + (seen ?? 0), 0);
    expect(counted).toBeGreaterThan(4_900);
    expect(counted).toBeLessThanOrEqual(5_000);
  });

  it('is counted by the next line of its reason where it was not logged', () => {
    const sampling = new RejectionSampling();
    times(6, () => sampling.sample('expired', { fingerprint: 'a' }));
    expect(sampling.sample('signature', { fingerprint: 'b' })).toBe(1);
    expect(sampling.sample('expired', { fingerprint: 'b' })).toBe(6);
  });
});

it('garbage without a fingerprint is one offender', () => {
  const sampling = new RejectionSampling();
  expect(logged(times(10, () => sampling.sample('malformed', {})))).toEqual([
    [1, 1],
    [10, 9],
  ]);
});

it('only a thousand offenders are told apart, so that memory stays bounded', () => {
  const sampling = new RejectionSampling();
  const sample = (index: number) => sampling.sample('expired', { fingerprint: String(index) });
  times(1_000, sample);
  expect(sample(0)).toBeUndefined();
  expect(sample(1_000)).toBe(2);
  expect(sample(0)).toBe(1);
});
