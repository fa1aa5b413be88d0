import type { ServerResponse } from 'node:http';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DownloadError, downloadJson } from '../../../lambda/key-set/key-set-download.ts';
import { isAcceptableAddress } from '../../../lambda/token/trusted-issuer.ts';
import {
  type Answer,
  afterSeconds,
  body,
  breakOff,
  drip,
  flood,
  hang,
  inTurn,
  json,
  keySet,
  type LoopbackServer,
  redirectTo,
  reset,
  startLoopbackServer,
} from '../../support/network/loopback-server.ts';
import { selfSignedCertificate } from '../../support/network/self-signed-certificate.ts';
import { authorizerUnderTest, createClock } from '../../support/tokens/authorizer-under-test.ts';
import { down, eventsOf, good, key, keyWorld, tokenUnder } from '../../support/tokens/key-world.ts';
import { trustedIssuer } from '../../support/tokens/sample-issuer.ts';

let elsewhere: LoopbackServer;
beforeAll(async () => {
  elsewhere = await startLoopbackServer(keySet(key.publicJwk));
});
afterAll(() => elsewhere.close());

it('a key set is asked for with the query of its address', async () => {
  await using world = await keyWorld(keySet(key.publicJwk));
  const issuers = [trustedIssuer({ jwksUri: `${world.server.address}/discovery/keys?appid=6e74172b` })];
  const outcome = await authorizerUnderTest({ issuers }).decide(good);
  expect(outcome.kind).toBe('allowed');
  expect(world.server.requests).toEqual(['/discovery/keys?appid=6e74172b']);
});

describe('D4 a response that is not a key set, in time and size', () => {
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
    ['that redirects for good', () => body('', 308), 'status 308'],
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

  it.concurrent.each(faults)('%s: 500, after one request, or two if it was lost', async (what, answer, detail) => {
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
  ])('%s may not be asked for keys', async (address) => {
    expect(isAcceptableAddress(new URL(address))).toBe(false);
    await using world = await keyWorld(hang, { jwksUri: address });
    expect(await world.kindOf(good)).toBe('failed');
    expect(eventsOf(world.authorizer, 'key-set-refresh-failed')).toMatchObject([{ detail: 'address is not https' }]);
  });

  it.each(['', 'keys', '//issuer.example/'])('%j is not an address', async (jwksUri) => {
    await using world = await keyWorld(hang, { jwksUri });
    expect(await world.kindOf(good)).toBe('failed');
    expect(eventsOf(world.authorizer, 'key-set-refresh-failed')).toMatchObject([{ detail: 'address is not https' }]);
  });

  it('of https is asked over TLS, and gets nothing in the clear', async () => {
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

it('a failed download throws an error of its own class', async () => {
  const failure = downloadJson('http://issuer.example/', 1);
  await expect(failure).rejects.toThrow(DownloadError);
  await expect(failure).rejects.toMatchObject({ name: 'DownloadError', status: undefined });
});

describe('discovery', () => {
  const issuerOf = (address: string, path = '') => ({ issuer: `${address}${path}`, jwksUri: null });
  const world = async (path: string, metadataPath: string, metadata: (address: string) => unknown) => {
    const server = await startLoopbackServer(body('', 404));
    server.answerWith((response, request) => json(metadata(server.address))(response, request), metadataPath);
    server.answerWith(keySet(key.publicJwk), '/jwks');
    const settings = issuerOf(server.address, path);
    const authorizer = authorizerUnderTest({ issuers: [trustedIssuer(settings)] });
    const outcome = await authorizer.decide(tokenUnder('ec-1', key, { iss: settings.issuer }));
    await server.close();
    return {
      outcome: outcome.kind,
      requests: server.requests,
      detail: eventsOf(authorizer, 'key-set-refresh-failed')[0]?.detail,
    };
  };
  const metadata = (path: string) => (address: string) => ({
    issuer: `${address}${path}`,
    jwks_uri: `${address}/jwks`,
  });

  it.each([
    ['', '/.well-known/openid-configuration'],
    ['/', '/.well-known/openid-configuration'],
    ['/tenant', '/tenant/.well-known/openid-configuration'],
    ['/tenant/', '/tenant/.well-known/openid-configuration'],
  ])('of an issuer with the path %j uses OpenID Connect Discovery at %s', async (path, at) => {
    const { outcome, requests } = await world(path, at, metadata(path));
    expect(outcome).toBe('allowed');
    expect(requests).toEqual([at, '/jwks']);
  });

  it.each([
    ['', '/.well-known/oauth-authorization-server'],
    ['/', '/.well-known/oauth-authorization-server'],
    ['/tenant', '/.well-known/oauth-authorization-server/tenant'],
    ['/tenant/', '/.well-known/oauth-authorization-server/tenant'],
  ])('of an issuer with the path %j that lacks it uses RFC 8414 at %s', async (path, at) => {
    const { outcome, requests } = await world(path, at, metadata(path));
    expect(outcome).toBe('allowed');
    expect(requests.slice(1)).toEqual([at, '/jwks']);
  });

  it.each([
    [
      'a slash more',
      (address: string) => ({ ...metadata('')(address), issuer: `${address}/` }),
      'metadata names another issuer',
    ],
    [
      'another case',
      (address: string) => ({ ...metadata('')(address), issuer: address.toUpperCase() }),
      'metadata names another issuer',
    ],
    ['no issuer', (address: string) => ({ jwks_uri: `${address}/jwks` }), 'metadata names another issuer'],
    ['a list', () => [], 'metadata names another issuer'],
    ['no address', (address: string) => ({ issuer: address }), 'metadata has no jwks_uri'],
    ['a number for an address', (address: string) => ({ issuer: address, jwks_uri: 1 }), 'metadata has no jwks_uri'],
    [
      'a plain address elsewhere',
      (address: string) => ({ issuer: address, jwks_uri: 'http://issuer.example/jwks' }),
      'address is not https',
    ],
    ['no URL', (address: string) => ({ issuer: address, jwks_uri: '/jwks' }), 'address is not https'],
    ['a file', (address: string) => ({ issuer: address, jwks_uri: 'file:///jwks' }), 'address is not https'],
  ])('with metadata that says %s: 500, and no key set is asked for', async (_, said, detail) => {
    const found = await world('', '/.well-known/openid-configuration', said);
    expect(found).toEqual({ outcome: 'failed', requests: ['/.well-known/openid-configuration'], detail });
  });

  it.each([500, 301, 403])('that answers %d: 500, and no other address is tried', async (status) => {
    await using ill = await keyWorld(body('', status));
    const authorizer = authorizerUnderTest({ issuers: [trustedIssuer(issuerOf(ill.server.address))] });
    expect((await authorizer.decide(tokenUnder('ec-1', key, { iss: ill.server.address }))).kind).toBe('failed');
    expect(new Set(ill.server.requests)).toEqual(new Set(['/.well-known/openid-configuration']));
  });

  const issuerWith = async (answers: Readonly<Record<string, Answer>>) => {
    const server = await startLoopbackServer(body('', 404));
    for (const [path, answer] of Object.entries(answers)) server.answerWith(answer, path);
    const clock = createClock();
    const authorizer = authorizerUnderTest({ issuers: [trustedIssuer(issuerOf(server.address))], clock });
    const token = tokenUnder('ec-1', key, { iss: server.address });
    return {
      server,
      clock,
      authorizer,
      kindOf: async () => (await authorizer.decide(token)).kind,
      said: (response: ServerResponse) => json(metadata('')(server.address))(response, undefined as never),
      [Symbol.asyncDispose]: () => server.close(),
    };
  };
  const OPENID = '/.well-known/openid-configuration';
  const OAUTH = '/.well-known/oauth-authorization-server';

  it('takes two attempts where metadata and key set take 800 ms each, the second without the metadata', async () => {
    await using slow = await issuerWith({
      [OPENID]: afterSeconds(0.8, (response) => slow.said(response)),
      '/jwks': afterSeconds(0.8, keySet(key.publicJwk)),
    });
    expect(await slow.kindOf()).toBe('failed');
    expect(eventsOf(slow.authorizer, 'key-set-refresh-failed')).toMatchObject([{ detail: 'timeout' }]);
    slow.clock.advance(1);
    expect(await slow.kindOf()).toBe('allowed');
    expect(slow.server.requests).toEqual([OPENID, '/jwks', '/jwks']);
  });

  it('by RFC 8414 takes three attempts where each of the three documents takes 800 ms', async () => {
    await using slow = await issuerWith({
      [OPENID]: afterSeconds(0.8, body('', 404)),
      [OAUTH]: afterSeconds(0.8, (response) => slow.said(response)),
      '/jwks': afterSeconds(0.8, keySet(key.publicJwk)),
    });
    for (const wait of [1, 2]) {
      expect(await slow.kindOf()).toBe('failed');
      slow.clock.advance(wait);
    }
    expect(await slow.kindOf()).toBe('allowed');
    expect(slow.server.requests).toEqual([OPENID, OAUTH, OAUTH, '/jwks', '/jwks']);
  });

  it('is not repeated when the key set alone was lost', async () => {
    await using flaky = await issuerWith({
      [OPENID]: (response) => flaky.said(response),
      '/jwks': inTurn(reset, keySet(key.publicJwk)),
    });
    expect(await flaky.kindOf()).toBe('allowed');
    expect(flaky.server.requests).toEqual([OPENID, '/jwks', '/jwks']);
  });

  it.each([
    ['10 min have passed since', 600, down],
    ['the clock was set back by as much', -600, down],
    ['there is no key set at its address', 1, body('', 404)],
    ['the response from its address is not a key set', 1, json({})],
  ])('is repeated when %s', async (_, wait, answer) => {
    await using moved = await issuerWith({ [OPENID]: (response) => moved.said(response), '/jwks': answer });
    expect(await moved.kindOf()).toBe('failed');
    moved.server.answerWith(keySet(key.publicJwk), '/jwks');
    moved.clock.advance(wait);
    const before = moved.server.requests.length;
    await moved.kindOf();
    expect(moved.server.requests.slice(before)).toEqual([OPENID, '/jwks']);
  });

  it('is repeated at every refresh, because an issuer may move its key set', async () => {
    await using moved = await issuerWith({
      [OPENID]: (response) => moved.said(response),
      '/jwks': inTurn(reset, keySet(key.publicJwk)),
    });
    expect(await moved.kindOf()).toBe('allowed');
    moved.clock.advance(601);
    await moved.kindOf();
    expect(moved.server.requests).toEqual([OPENID, '/jwks', '/jwks', OPENID, '/jwks']);
  });
});

describe('the metadata of an issuer that is asked over TLS', () => {
  const certificate = selfSignedCertificate();
  const trusted = getCACertificates();
  beforeAll(() => setDefaultCACertificates([...trusted, certificate.certificate]));
  afterAll(() => setDefaultCACertificates(trusted));

  const decision = async (jwksUriOf: (servers: { readonly plain: string; readonly tls: string }) => string) => {
    const plain = await startLoopbackServer(keySet(key.publicJwk));
    const tls = await startLoopbackServer(keySet(key.publicJwk), { tls: certificate });
    const issuer = tls.address;
    const document = { issuer, jwks_uri: jwksUriOf({ plain: plain.address, tls: tls.address }) };
    tls.answerWith(json(document), '/.well-known/openid-configuration');
    const authorizer = authorizerUnderTest({ issuers: [trustedIssuer({ issuer, jwksUri: null })] });
    const { kind } = await authorizer.decide(tokenUnder('ec-1', key, { iss: issuer }));
    await Promise.all([plain.close(), tls.close()]);
    const detail = eventsOf(authorizer, 'key-set-refresh-failed')[0]?.detail;
    return { kind, detail, plainRequests: plain.requests };
  };

  it('may name a key set over TLS', async () => {
    expect(await decision(({ tls }) => `${tls}/jwks`)).toEqual({
      kind: 'allowed',
      detail: undefined,
      plainRequests: [],
    });
  });

  it.each([
    ['http://127.0.0.1', (plain: string) => plain],
    ['http://localhost', (plain: string) => plain.replace('127.0.0.1', 'localhost')],
    ['HTTP://127.0.0.1', (plain: string) => plain.replace('http', 'HTTP')],
    ['http://2130706433', (plain: string) => plain.replace('127.0.0.1', '2130706433')],
    ['http://[::1]', (plain: string) => plain.replace('127.0.0.1', '[::1]')],
  ])('may not name one by plain HTTP on loopback: %s is not asked, and its keys verify nothing', async (_, spelled) => {
    expect(await decision(({ plain }) => `${spelled(plain)}/jwks`)).toEqual({
      kind: 'failed',
      detail: 'address is not https',
      plainRequests: [],
    });
  });
});
