import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DownloadError, downloadJson, isAcceptableAddress } from '../../../lambda/key-set/json-download.ts';
import {
  type Answer,
  body,
  breakOff,
  drip,
  flood,
  hang,
  json,
  keySet,
  type LoopbackServer,
  redirectTo,
  reset,
  startLoopbackServer,
} from '../../support/network/loopback-server.ts';
import { eventsOf, good, key, keyWorld } from '../../support/tokens/key-world.ts';

let elsewhere: LoopbackServer;
beforeAll(async () => {
  elsewhere = await startLoopbackServer(keySet(key.publicJwk));
});
afterAll(() => elsewhere.close());

describe('D4 an answer that is no key set, in time and size', () => {
  const megabytes = (count: number) => keySet(key.publicJwk, { filler: 'x'.repeat(count * 1_000_000) });
  const faults: readonly (readonly [what: string, answer: () => Answer, detail: string | RegExp])[] = [
    ['that never comes', () => hang, 'timeout'],
    ['that drips', () => drip, 'timeout'],
    ['of 100 MB', () => flood(100), 'answer is too large'],
    ['of 1 MB with the key in it', () => megabytes(1), 'answer is too large'],
    ['that breaks off', () => breakOff, /^ECONN|network error/],
    ['that resets the connection', () => reset, /^ECONN/],
    ['in HTML', () => body('<!doctype html><title>Login</title>'), 'answer is not JSON'],
    ['in HTML, with an error', () => body('<html></html>', 500), 'status 500'],
    ['that redirects to another host', () => redirectTo(`${elsewhere.address}/keys`), 'status 302'],
    ['that is there for good elsewhere', () => body('', 308), 'status 308'],
    ['of status 201', () => body(JSON.stringify({ keys: [key.publicJwk] }), 201), 'status 201'],
    ['that is empty', () => body(''), 'answer is not JSON'],
    ['cut short', () => body('{"keys":['), 'answer is not JSON'],
    ['{}', () => json({}), 'answer is not a key set'],
    ['[]', () => json([]), 'answer is not a key set'],
    ['null', () => json(null), 'answer is not a key set'],
    ['{"keys":{}}', () => json({ keys: {} }), 'answer is not a key set'],
    ['{"keys":[]}', () => keySet(), 'key set has no usable key'],
    ['{"keys":[1]}', () => keySet(1, null, 'x', []), 'key set has no usable key'],
  ];

  const lost = ['that breaks off', 'that resets the connection', 'in HTML, with an error'];

  it.concurrent.each(faults)('%s: 500, after one request, or two when it was lost', async (what, answer, detail) => {
    const requests = lost.includes(what) ? 2 : 1;
    await using world = await keyWorld(answer());
    expect(await world.kindOf(good)).toBe('failed');
    expect(await world.kindOf(good)).toBe('failed');
    expect(world.server.requests).toEqual(Array.from({ length: requests }, () => '/keys'));
    expect(elsewhere.requests).toEqual([]);
    const failures = eventsOf(world.authorizer, 'key-set-refresh-failed');
    expect(failures).toHaveLength(requests);
    for (const failure of failures) expect(failure.detail).toMatch(detail);
  });

  it.concurrent.each(faults)('%s, after a good set (D5): the good set stays', async (_, answer, detail) => {
    await using world = await keyWorld(keySet(key.publicJwk));
    expect(await world.kindOf(good)).toBe('allowed');
    world.server.answerWith(answer());
    world.clock.advance(601);
    expect(await world.kindOf(good)).toBe('allowed');
    const [failure] = eventsOf(world.authorizer, 'key-set-refresh-failed');
    expect(failure?.detail).toMatch(detail);
    expect(failure).toMatchObject({ issuer: 'main', Issuer: 'main', KeySetRefreshFailed: 1 });
  });

  it('of 150,000 bytes is read, and of one more is not', async () => {
    const sized = (bytes: number) => {
      const empty = JSON.stringify({ keys: [key.publicJwk], x: '' });
      return body(empty.replace('"x":""', `"x":"${'x'.repeat(bytes - empty.length)}"`));
    };
    await using fitting = await keyWorld(sized(150_000));
    expect(await fitting.kindOf(good)).toBe('allowed');
    await using larger = await keyWorld(sized(150_001));
    expect(await larger.kindOf(good)).toBe('failed');
  });
});

describe('an address', () => {
  it.each([
    'https://issuer.example/',
    'https://127.0.0.1/',
    'http://127.0.0.1:1234/x',
    'http://localhost/',
    'http://[::1]:80/',
  ])('%s may be asked for keys', (address) => {
    expect(isAcceptableAddress(new URL(address))).toBe(true);
  });

  it.each([
    'http://issuer.example/',
    'http://127.0.0.1.example/',
    'http://localhost.example/',
    'http://127.0.0.2/',
    'http://169.254.169.254/',
    'http://[::ffff:127.0.0.1]/',
    'ftp://127.0.0.1/',
    'file:///etc/passwd',
    'data:application/json,{}',
    'javascript:1',
  ])('%s may not', async (address) => {
    expect(isAcceptableAddress(new URL(address))).toBe(false);
    await using world = await keyWorld(hang, { jwksUri: address });
    expect(await world.kindOf(good)).toBe('failed');
    expect(eventsOf(world.authorizer, 'key-set-refresh-failed')).toMatchObject([{ detail: 'address is not https' }]);
  });

  it.each(['', 'keys', '//issuer.example/'])('%j is none', async (jwksUri) => {
    await using world = await keyWorld(hang, { jwksUri });
    expect(await world.kindOf(good)).toBe('failed');
    expect(eventsOf(world.authorizer, 'key-set-refresh-failed')).toMatchObject([{ detail: 'address is not https' }]);
  });

  it('of https is asked by TLS, and says nothing in the clear', async () => {
    const plain = await startLoopbackServer(keySet(key.publicJwk));
    await using world = await keyWorld(hang, { jwksUri: plain.address.replace('http:', 'https:') });
    expect(await world.kindOf(good)).toBe('failed');
    expect(eventsOf(world.authorizer, 'key-set-refresh-failed')[0]?.detail).toMatch(/SSL|EPROTO/);
    expect(plain.requests).toEqual([]);
    await plain.close();
  });
});

it('a request asks for plain JSON over a connection that it does not keep', async () => {
  const asked: Record<string, unknown>[] = [];
  await using world = await keyWorld((response, request) => {
    asked.push({ method: request.method, ...request.headers });
    keySet(key.publicJwk)(response, request);
  });
  expect(await world.kindOf(good)).toBe('allowed');
  expect(asked).toMatchObject([
    {
      method: 'GET',
      accept: 'application/json',
      'accept-encoding': 'identity',
      connection: 'close',
      'user-agent': 'bearer-authorizer',
    },
  ]);
});

it('an attempt that is given up closes its connection', async () => {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  await using world = await keyWorld((response, request) => {
    response.on('close', resolve);
    drip(response, request);
  });
  expect(await world.kindOf(good)).toBe('failed');
  await closed;
});

it('a download that fails is told from every other error', async () => {
  const failure = downloadJson('http://issuer.example/', 1);
  await expect(failure).rejects.toThrow(DownloadError);
  await expect(failure).rejects.toMatchObject({ name: 'DownloadError', status: undefined });
});
