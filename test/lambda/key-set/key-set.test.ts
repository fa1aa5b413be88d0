import { describe, expect, it } from 'vitest';
import { KeySet } from '../../../lambda/key-set/key-set.ts';
import { afterSeconds, body, breakOff, hang, inTurn, keySet, reset } from '../../support/network/loopback-server.ts';
import { authorizerUnderTest, type createClock } from '../../support/tokens/authorizer-under-test.ts';
import { down, eventsOf, good, key, keyWorld, next, tokenUnder } from '../../support/tokens/key-world.ts';
import { expectRejected, rejectionsOf } from '../../support/tokens/rejection.ts';
import { NOW, trustedIssuer } from '../../support/tokens/sample-issuer.ts';
import { createSigningKey } from '../../support/tokens/signing-keys.ts';

describe('D1 fifty unknown key ids within 30 s', () => {
  const fifty = Array.from({ length: 50 }, (_, index) => tokenUnder(`unknown-${index}`));

  const askFifty = async (clock: ReturnType<typeof createClock>, kindOf: (token: string) => Promise<string>) => {
    const kinds = new Set<string>();
    for (const token of fifty) {
      kinds.add(await kindOf(token));
      clock.advance(0.5);
    }
    return [...kinds];
  };

  it('cost a healthy issuer one request, one after the other', async () => {
    await using world = await keyWorld(keySet(key.publicJwk));
    expect(await askFifty(world.clock, world.kindOf)).toEqual(['unauthorized']);
    expect(world.server.requests).toHaveLength(1);
  });

  it('cost a healthy issuer one request, all at once', async () => {
    await using world = await keyWorld(keySet(key.publicJwk));
    expect(new Set(await Promise.all(fifty.map(world.kindOf)))).toEqual(new Set(['unauthorized']));
    expect(world.server.requests).toHaveLength(1);
  });

  it('cost an issuer that fails from the start two requests after 0, 1, 3, 7 and 15 s, one after the other', async () => {
    await using world = await keyWorld(down);
    expect(await askFifty(world.clock, world.kindOf)).toEqual(['failed']);
    expect(world.server.requests).toHaveLength(10);
  });

  it('cost an issuer that fails from the start two requests, all at once', async () => {
    await using world = await keyWorld(reset);
    expect(new Set(await Promise.all(fifty.map(world.kindOf)))).toEqual(new Set(['failed']));
    expect(world.server.requests).toHaveLength(2);
  });

  it('cost an issuer that begins to fail one request more than the set it gave', async () => {
    await using world = await keyWorld(keySet(key.publicJwk));
    expect(await world.kindOf(good)).toBe('allowed');
    world.server.answerWith(down);
    world.clock.advance(31);
    expect(await askFifty(world.clock, world.kindOf)).toEqual(['failed']);
    expect(world.server.requests).toHaveLength(2);
  });

  it('cost a second request when the 30 s are over, and not a second before', async () => {
    await using world = await keyWorld(keySet(key.publicJwk));
    await world.kindOf(tokenUnder('unknown'));
    world.clock.advance(29.999);
    await world.kindOf(tokenUnder('unknown'));
    expect(world.server.requests).toHaveLength(1);
    world.clock.advance(0.001);
    await world.kindOf(tokenUnder('unknown'));
    expect(world.server.requests).toHaveLength(2);
  });
});

describe('D2 the key set cannot be downloaded, and is younger than 1 h', () => {
  it('known key ids work, and unknown ones are a 500', async () => {
    await using world = await keyWorld(keySet(key.publicJwk));
    expect(await world.kindOf(good)).toBe('allowed');
    world.server.answerWith(down);
    world.clock.advance(601);
    expect(await world.kindOf(good)).toBe('allowed');
    expect(eventsOf(world.authorizer, 'key-set-refresh-failed')).toMatchObject([
      { detail: 'status 503', KeySetRefreshFailed: 1 },
    ]);
    expect(eventsOf(world.authorizer, 'key-set-stale')).toMatchObject([
      { issuer: 'main', ageSeconds: 601, KeySetStale: 1 },
    ]);
    expect(await world.kindOf(tokenUnder('unknown'))).toBe('failed');
    expect(eventsOf(world.authorizer, 'failed')).toMatchObject([
      { failureCause: 'key-set', detail: 'unknown key id while the key set cannot be refreshed' },
    ]);
  });

  it('known key ids work until the hour is over, and again once the issuer is back', async () => {
    await using world = await keyWorld(keySet(key.publicJwk));
    await world.kindOf(good);
    world.server.answerWith(down);
    world.clock.advance(3_600);
    expect(await world.kindOf(good)).toBe('allowed');
    world.clock.advance(0.001);
    expect(await world.kindOf(good)).toBe('failed');
    world.server.answerWith(keySet(key.publicJwk));
    expect(await world.kindOf(good)).toBe('failed');
    world.clock.advance(1);
    expect(await world.kindOf(good)).toBe('allowed');
  });

  it('a token that is bad by itself is still a 401', async () => {
    await using world = await keyWorld(keySet(key.publicJwk));
    await world.kindOf(good);
    world.server.answerWith(down);
    world.clock.advance(601);
    expect(await world.kindOf(tokenUnder('ec-1', next))).toBe('unauthorized');
    expect(await world.kindOf(tokenUnder('ec-1', key, { exp: 1 }))).toBe('unauthorized');
  });
});

describe('D3 the key set cannot be downloaded at a cold start', () => {
  it('every token of that issuer is a 500', async () => {
    await using world = await keyWorld(down);
    expect(await world.kindOf(good)).toBe('failed');
    expect(await world.kindOf(tokenUnder('unknown'))).toBe('failed');
    expect(eventsOf(world.authorizer, 'failed')).toMatchObject([
      { failureCause: 'key-set', detail: 'no current key set' },
      { failureCause: 'key-set', detail: 'no current key set' },
    ]);
  });

  it('the next attempt ends it, 1 s later and not before', async () => {
    await using world = await keyWorld(down);
    expect(await world.kindOf(good)).toBe('failed');
    world.server.answerWith(keySet(key.publicJwk));
    world.clock.advance(0.999);
    expect(await world.kindOf(good)).toBe('failed');
    world.clock.advance(0.001);
    expect(await world.kindOf(good)).toBe('allowed');
  });

  it.each([
    ['a connection that was reset', reset],
    ['an answer that broke off', breakOff],
    ['a 500', body('', 500)],
    ['a 503', down],
  ])('one lost response does not cause it, because the key set is asked for again at once: %s', async (_, lost) => {
    await using world = await keyWorld(inTurn(lost, keySet(key.publicJwk)));
    expect(await world.kindOf(good)).toBe('allowed');
    expect(world.server.requests).toHaveLength(2);
  });

  it('requests that come at the same time share the second attempt too', async () => {
    await using world = await keyWorld(inTurn(reset, keySet(key.publicJwk)));
    expect(new Set(await Promise.all(Array.from({ length: 20 }, () => world.kindOf(good))))).toEqual(
      new Set(['allowed']),
    );
    expect(world.server.requests).toHaveLength(2);
  });

  it('the issuer is asked again after 1, 2, 4, 8, 16, 30 and 30 s, for as long as it fails', async () => {
    expect(await secondsOfAttempts(() => 1)).toEqual([0, 1, 3, 7, 15, 31, 61, 91]);
  });

  it('chance shortens these pauses by up to a half', async () => {
    expect(await secondsOfAttempts(() => 0)).toEqual([0, 0.5, 1.5, 3.5, 7.5, 15.5, 30.5, 45.5, 60.5, 75.5, 90.5]);
  });

  /** The instants at which an issuer that is down is asked, within 91 s, when somebody sends a token every 100 ms. */
  const secondsOfAttempts = async (random: () => number) => {
    await using world = await keyWorld(down, {}, random);
    const seconds: number[] = [];
    for (let tenths = 0; tenths <= 910; tenths += 1) {
      const before = world.server.requests.length;
      expect(await world.kindOf(good)).toBe('failed');
      if (world.server.requests.length > before) seconds.push(tenths / 10);
      world.clock.set(NOW + (tenths + 1) / 10);
    }
    return seconds;
  };

  it('after a downloaded set the pauses begin with the shortest again', async () => {
    await using world = await keyWorld(down);
    for (const wait of [1, 2, 4, 8]) {
      expect(await world.kindOf(good)).toBe('failed');
      world.clock.advance(wait);
    }
    world.server.answerWith(keySet(key.publicJwk));
    expect(await world.kindOf(good)).toBe('allowed');
    world.server.answerWith(down);
    world.clock.advance(3_601);
    expect(await world.kindOf(good)).toBe('failed');
    world.server.answerWith(keySet(key.publicJwk));
    world.clock.advance(1);
    expect(await world.kindOf(good)).toBe('allowed');
  });

  it('after a reset, a stall of 2 s and a 500 in turn it is over 1 s after the stall', async () => {
    await using world = await keyWorld(inTurn(reset, afterSeconds(2, keySet()), body('', 500), keySet(key.publicJwk)));
    expect(await world.kindOf(good)).toBe('failed');
    expect(world.server.requests).toHaveLength(2);
    world.clock.advance(1);
    expect(await world.kindOf(good)).toBe('allowed');
    expect(world.server.requests).toHaveLength(4);
  });

  it.each([
    ['that never comes', hang],
    ['of status 429', body('', 429)],
    ['of status 403', body('', 403)],
    ['that redirects', body('', 302)],
    ['that is no JSON', body('<html></html>')],
    ['without a usable key', keySet()],
  ])('a response %s is not asked for again at once', async (_, answer) => {
    await using world = await keyWorld(answer);
    expect(await world.kindOf(good)).toBe('failed');
    expect(world.server.requests).toHaveLength(1);
  });

  it('an attempt that failed slowly is not repeated within the same decision', async () => {
    await using world = await keyWorld((response, request) => {
      world.clock.advance(1.2);
      down(response, request);
    });
    expect(await world.kindOf(good)).toBe('failed');
    expect(world.server.requests).toHaveLength(1);
  });

  it('another issuer is not affected', async () => {
    await using healthy = await keyWorld(keySet(next.publicJwk));
    await using ill = await keyWorld(hang);
    const other = trustedIssuer({ alias: 'other', issuer: 'https://other.example/', jwksUri: healthy.server.address });
    const issuers = [trustedIssuer({ jwksUri: ill.server.address }), other];
    const authorizer = authorizerUnderTest({ issuers });
    const hanging = authorizer.decide(good);
    expect((await authorizer.decide(tokenUnder('ec-2', next, { iss: other.issuer }))).kind).toBe('allowed');
    expect((await hanging).kind).toBe('failed');
  });
});

describe('an issuer that fails while its keys are held', () => {
  it('is asked once in 30 s and not twice at once, whatever it loses', async () => {
    await using world = await keyWorld(keySet(key.publicJwk));
    await world.kindOf(good);
    world.server.answerWith(reset);
    for (let half = 0; half < 120; half += 1) {
      world.clock.advance(0.5);
      expect(await world.kindOf(tokenUnder('unknown'))).not.toBe('allowed');
    }
    expect(world.server.requests).toHaveLength(3);
    expect(await world.kindOf(good)).toBe('allowed');
  });

  it('is asked as at a cold start when the only key that it gave has been disclosed since', async () => {
    await using world = await keyWorld(keySet(key.publicJwk));
    await world.kindOf(good);
    world.server.answerWith(keySet({ ...key.privateKey.export({ format: 'jwk' }), kid: key.keyId }));
    world.clock.advance(601);
    expect(await world.kindOf(good)).toBe('unauthorized');
    world.server.answerWith(keySet(next.publicJwk));
    world.clock.advance(1);
    expect(await world.kindOf(tokenUnder('ec-2', next))).toBe('allowed');
  });
});

describe('D7 keys come and go', () => {
  it('a key rotated in under the id of another one: its first token is accepted after one refresh, and is no 401 meanwhile', async () => {
    await using world = await keyWorld(keySet(key.publicJwk));
    const shared = createSigningKey('RS256', key.keyId);
    expect(await world.kindOf(good)).toBe('allowed');
    world.server.answerWith(down);
    world.clock.advance(30);
    expect(await world.kindOf(tokenUnder(key.keyId, shared))).toBe('failed');
    world.server.answerWith(keySet(key.publicJwk, shared.publicJwk));
    world.clock.advance(30);
    expect(await world.kindOf(tokenUnder(key.keyId, shared))).toBe('allowed');
    expect(await world.kindOf(good)).toBe('allowed');
  });

  it('a key rotated in: its first token is accepted after one refresh', async () => {
    await using world = await keyWorld(keySet(key.publicJwk));
    await world.kindOf(good);
    world.server.answerWith(keySet(key.publicJwk, next.publicJwk));
    world.clock.advance(30);
    expect(await world.kindOf(tokenUnder('ec-2', next))).toBe('allowed');
    expect(await world.kindOf(good)).toBe('allowed');
    expect(world.server.requests).toHaveLength(2);
  });

  it('a key rotated in: all tokens that come while the set is downloaded are accepted', async () => {
    await using world = await keyWorld(keySet(key.publicJwk));
    await world.kindOf(good);
    world.server.answerWith(keySet(key.publicJwk, next.publicJwk));
    world.clock.advance(30);
    const tokens = ['1', '2', '3'].map((jti) => tokenUnder('ec-2', next, { jti }));
    expect(await Promise.all(tokens.map(world.kindOf))).toEqual(['allowed', 'allowed', 'allowed']);
    expect(world.server.requests).toHaveLength(2);
  });

  it('a key withdrawn: its tokens are rejected after 10 min, and not before', async () => {
    await using world = await keyWorld(keySet(key.publicJwk, next.publicJwk));
    await world.kindOf(good);
    world.server.answerWith(keySet(next.publicJwk));
    world.clock.advance(600);
    expect(await world.kindOf(good)).toBe('allowed');
    expect(world.server.requests).toHaveLength(1);
    expect(eventsOf(world.authorizer, 'key-set-stale')).toEqual([]);
    world.clock.advance(0.001);
    expect(await world.kindOf(good)).toBe('unauthorized');
    expect(rejectionsOf(world.authorizer)).toEqual(['unknown-key']);
    expect(world.server.requests).toHaveLength(2);
  });

  it('a key replaced under its own id: the old one no longer verifies', async () => {
    await using world = await keyWorld(keySet(key.publicJwk));
    await world.kindOf(good);
    world.server.answerWith(keySet({ ...next.publicJwk, kid: 'ec-1' }));
    world.clock.advance(601);
    expect(await world.kindOf(good)).toBe('unauthorized');
    expect(await world.kindOf(tokenUnder('ec-1', next))).toBe('allowed');
  });

  it('a clock that is set back keeps no key for longer, and asks no more often', async () => {
    await using world = await keyWorld(keySet(key.publicJwk));
    await world.kindOf(good);
    world.server.answerWith(keySet(next.publicJwk));
    world.clock.advance(-601);
    expect(await world.kindOf(tokenUnder('ec-1', key, { iat: NOW - 700 }))).toBe('unauthorized');
    expect(world.server.requests).toHaveLength(2);
  });

  it('a set in use is asked for again every 10 min and no more often', async () => {
    await using world = await keyWorld(keySet(key.publicJwk));
    for (let minute = 0; minute < 60; minute += 1) {
      await world.kindOf(good);
      world.clock.advance(60);
    }
    expect(world.server.requests).toHaveLength(6);
  });
});

it.each(['http://169.254.169.254/', 'http://127.0.0.1/', 'file:///etc/passwd', 'https://issuer.example/.well-known/'])(
  'D8 a token of the issuer %s is rejected, and nobody is asked',
  async (iss) => {
    await using world = await keyWorld(keySet(key.publicJwk));
    const row = {
      id: 'D8',
      what: iss,
      reason: 'unknown-issuer' as const,
      authorizationToken: tokenUnder('ec-1', key, { iss }),
    };
    await expectRejected(row, world.authorizer, world.server);
  },
);

describe('D9 a stolen signing key', () => {
  it('is stopped at once by its entry, whatever the thief writes as iat and whatever `before` says', async () => {
    await using world = await keyWorld(keySet(key.publicJwk, next.publicJwk));
    const issuers = [trustedIssuer({ jwksUri: `${world.server.address}/keys` })];
    const readEntries = async (targets: readonly string[]) =>
      targets.filter((target) => target === 'kid#main#ec-1').map((target) => ({ target, before: { N: '1' } }));
    const authorizer = authorizerUnderTest({ issuers, readEntries });
    for (const iat of [NOW - 80_000, NOW, NOW + 5]) {
      expect((await authorizer.decide(tokenUnder('ec-1', key, { iat, jti: `${iat}` }))).kind).toBe('unauthorized');
    }
    expect((await authorizer.decide(tokenUnder('ec-2', next))).kind).toBe('allowed');
  });
});

it('an error that is not about the download is thrown unchanged, and nothing of it is reported', async () => {
  const said: unknown[] = [];
  const failure = new TypeError('something that nobody foresaw');
  const keys = new KeySet(trustedIssuer(), {
    now: Date.now,
    report: (event) => void said.push(event),
    download: () => Promise.reject(failure),
  });
  await expect(keys.keyFor('ec-1', 'ES256')).rejects.toBe(failure);
  expect(said).toEqual([]);
});

describe('a token that names a key which was published in a form that is dropped', () => {
  const dropped = { ...next.publicJwk, use: 'enc' };

  it('is rejected while the issuer publishes that form', async () => {
    await using world = await keyWorld(keySet(key.publicJwk, dropped));
    expect(await world.kindOf(tokenUnder('ec-2', next))).toBe('unauthorized');
    expect(rejectionsOf(world.authorizer)).toEqual(['unknown-key']);
  });

  it('cannot be decided when the issuer does not answer any more: the key may have been mended', async () => {
    await using world = await keyWorld(keySet(key.publicJwk, dropped));
    expect(await world.kindOf(tokenUnder('ec-2', next))).toBe('unauthorized');
    world.server.answerWith(down);
    world.clock.advance(31);
    expect(await world.kindOf(tokenUnder('ec-2', next))).toBe('failed');
    expect(await world.kindOf(good)).toBe('allowed');
  });

  it('cannot be decided then either if no key of the set was ever usable', async () => {
    await using world = await keyWorld(keySet(dropped));
    expect(await world.kindOf(tokenUnder('ec-2', next))).toBe('unauthorized');
    world.server.answerWith(down);
    world.clock.advance(31);
    expect(await world.kindOf(tokenUnder('ec-2', next))).toBe('failed');
  });
});
