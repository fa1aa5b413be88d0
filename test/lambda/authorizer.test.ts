import { describe, expect, it } from 'vitest';
import { API_KINDS, EVENT_OF, STAGE_ARN } from '../support/tokens/authorizer-under-test.ts';
import { loopbackIssuer } from '../support/tokens/loopback-issuer.ts';
import { expectRejected } from '../support/tokens/rejection.ts';
import { goodClaims, NOW } from '../support/tokens/sample-issuer.ts';
import { segment, signedToken } from '../support/tokens/signed-token.ts';
import { createSigningKey } from '../support/tokens/signing-keys.ts';

const issuer = loopbackIssuer();
const { fresh, header, key, tokenOf } = issuer;
const good = tokenOf();

describe('C5 two tokens', () => {
  const filler = 'x'.repeat(1_000);
  const subjectOf = async (authorizer: ReturnType<typeof fresh>, token: string) => {
    const outcome = await authorizer.decide(`Bearer ${token}`);
    return outcome.kind === 'allowed' ? outcome.result.principalId : outcome.kind;
  };

  it('that share their first 1,000 characters get independent answers', async () => {
    const claims = (sub: string, jti: string) => ({ filler, ...goodClaims({ sub, jti }) });
    const first = signedToken(key, header, claims('alice', 'token-1'));
    const second = signedToken(key, header, claims('bob', 'token-2'));
    expect(second.slice(0, 1_000)).toBe(first.slice(0, 1_000));
    const readEntries = async (targets: readonly string[]) =>
      targets.includes('jti#main#token-1') ? [{ target: 'jti#main#token-1', before: undefined }] : [];
    const authorizer = fresh({ readEntries });
    const subjects = [];
    for (const token of [second, first, second, first]) subjects.push(await subjectOf(authorizer, token));
    expect(subjects).toEqual(['main#bob', 'unauthorized', 'main#bob', 'unauthorized']);
  });

  it('that share their last 1,000 characters get independent answers', async () => {
    const token = signedToken(key, header, { ...goodClaims(), filler });
    const [, payload, signature] = token.split('.');
    const forged = `${segment({ ...header, x: 1 })}.${payload}.${signature}`;
    expect(forged.slice(-1_000)).toBe(token.slice(-1_000));
    const authorizer = fresh();
    const subjects = [];
    for (const sent of [token, forged, token, forged]) subjects.push(await subjectOf(authorizer, sent));
    expect(subjects).toEqual(['main#alice', 'unauthorized', 'main#alice', 'unauthorized']);
  });
});

describe('C7 10,000 different garbage tokens', () => {
  const noise = (index: number) => Buffer.from(`${index}`.repeat(7)).toString('base64url');
  const garbage: readonly (readonly [what: string, token: (index: number) => string])[] = [
    ['of letters', (index) => `${noise(index)}.${noise(index + 1)}.${noise(index + 2)}`],
    ['with a header like ours', (index) => `${segment(header)}.${noise(index)}.${noise(index)}`],
    [
      'of issuers we do not know',
      (index) => `${segment(header)}.${segment({ iss: `https://${index}.example/` })}.AAAA`,
    ],
    ['without signature', (index) => `${segment({ ...header, alg: 'none' })}.${segment(goodClaims({ index }))}.`],
    ['of one segment', noise],
  ];

  it('are rejected one by one, with no request, no read and few log lines', async () => {
    const before = issuer.requests.length;
    const authorizer = fresh();
    const kinds = new Set<string>();
    for (let index = 0; index < 10_000; index += 1) {
      const [, token] = garbage[index % garbage.length] ?? [];
      kinds.add((await authorizer.decide(`Bearer ${token?.(index)}`)).kind);
    }
    expect([...kinds]).toEqual(['unauthorized']);
    expect(issuer.requests.length).toBe(before);
    expect(authorizer.reads).toEqual([]);
    const rejected = authorizer.log().map(({ Rejected }) => Number(Rejected));
    expect(rejected.length).toBeLessThan(2_100);
    expect(rejected.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(9_000);
  });
});

it.each([{ exp: 1 }, { aud: 'other' }, { iat: 0 }, { nbf: NOW * 2 }, { sub: 1 }, { jti: undefined }])(
  'C9 a token with %j and a bad signature is rejected for its signature',
  async (claims) => {
    const attackers = createSigningKey('ES256', 'ec-1');
    const authorizationToken = `Bearer ${signedToken(attackers, header, goodClaims(claims))}`;
    await expectRejected({ id: 'C9', what: 'bad signature', reason: 'signature', authorizationToken }, fresh(), issuer);
  },
);

describe('an event that API Gateway does not send', () => {
  const event = { type: 'TOKEN', methodArn: `${STAGE_ARN}/GET/a`, authorizationToken: `Bearer ${good}` };
  const wrong: readonly (readonly [what: string, event: unknown])[] = [
    ['undefined', undefined],
    ['null', null],
    ['text', 'TOKEN'],
    ['a list', []],
    ['an empty object', {}],
    ['of another type', { ...event, type: 'REQUEST' }],
    ['without type', { ...event, type: undefined }],
    ['without method ARN', { ...event, methodArn: undefined }],
    ['with a number for a method ARN', { ...event, methodArn: 1 }],
    ['without authorization token', { ...event, authorizationToken: undefined }],
    ['with a list of authorization tokens', { ...event, authorizationToken: [event.authorizationToken] }],
  ];
  it.each(wrong)('%s is answered with 500', async (_, sent) => {
    const authorizer = fresh();
    expect((await authorizer.answerTo(sent)).kind).toBe('failed');
    expect(authorizer.log()).toMatchObject([
      { event: 'failed', failureCause: 'event', detail: 'not an authorizer event' },
    ]);
  });

  it.each(['', 'arn:aws:s3:::bucket', 'GET/a'])('with the method ARN %j is answered with 500', async (methodArn) => {
    const authorizer = fresh();
    expect((await authorizer.answerTo({ ...event, methodArn })).kind).toBe('failed');
    expect(authorizer.log()).toMatchObject([{ event: 'failed' }]);
  });

  it('differs from one that it does send', async () => {
    expect((await fresh().answerTo(event)).kind).toBe('allowed');
  });
});

describe('one function behind APIs of both kinds', () => {
  const arn = `${STAGE_ARN}/GET/a`;

  it('rejects a revoked token by whatever kind it comes, although the other had allowed it', async () => {
    const entries: { readonly target: string; readonly before: undefined }[] = [];
    const authorizer = fresh({ readEntries: async () => entries });
    const kinds = async () => {
      const outcomes = API_KINDS.map((api) => authorizer.answerTo(EVENT_OF[api](`Bearer ${good}`, arn)));
      return (await Promise.all(outcomes)).map(({ kind }) => kind);
    };
    expect(await kinds()).toEqual(['allowed', 'allowed']);
    entries.push({ target: 'jti#main#token-1', before: undefined });
    expect(await kinds()).toEqual(['unauthorized', 'unauthorized']);
  });

  it('gives both the same answer where they have the same routes', async () => {
    const authorizer = fresh();
    const [rest, http] = API_KINDS.map((api) => authorizer.answerTo(EVENT_OF[api](`Bearer ${good}`, arn)));
    expect(await http).toEqual(await rest);
  });
});
