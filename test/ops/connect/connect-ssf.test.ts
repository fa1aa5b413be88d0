import type { IncomingMessage, ServerResponse } from 'node:http';
import { json as jsonOf } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  json,
  keySet,
  type LoopbackServer,
  redirectTo,
  startLoopbackServer,
} from '../../support/network/loopback-server.ts';
import { API, type SignalsAtWork, signalsAtWork } from '../../support/operator/signals-at-work.ts';
import { NOW } from '../../support/tokens/sample-issuer.ts';
import { createSigningKey } from '../../support/tokens/signing-keys.ts';

type Members = Readonly<Record<string, unknown>>;

const AUDIENCE = 'https://api.example/events';
const ENDPOINT = `${API}/signals/events`;
const METADATA = '/.well-known/ssf-configuration/tenant';

const key = createSigningKey('ES256', 'key-1');

/** A request to the transmitter's stream API. */
interface Asked {
  readonly line: string;
  readonly authorization: string | undefined;
  readonly body: Members;
}

let transmitter: LoopbackServer;
let operator: SignalsAtWork;
let issuer: string;
let asked: Asked[];
/** The streams that the transmitter has. */
let streams: Members[];
/** What happens when a verification event is requested. */
let onVerification: () => Promise<void>;

beforeEach(async () => {
  asked = [];
  streams = [];
  transmitter = await startLoopbackServer((response, request) => void answered(response, request));
  issuer = `${transmitter.address}/tenant`;
  operator = await signalsAtWork({ issuer, jwksUri: `${transmitter.address}/keys` });
  onVerification = () => heardVerification(1);
  transmitter.answerWith(keySet(key.publicJwk), '/keys');
  publish();
});
afterEach(async () => {
  await Promise.all([operator.leave(), transmitter.close()]);
});

function publish(changes: Members = {}): void {
  const metadata = {
    ...{ issuer, jwks_uri: `${transmitter.address}/keys`, delivery_methods_supported: ['urn:ietf:rfc:8935'] },
    ...{
      configuration_endpoint: `${transmitter.address}/streams`,
      verification_endpoint: `${transmitter.address}/verify`,
    },
    ...changes,
  };
  transmitter.answerWith(json(metadata), METADATA);
}

const stream = (changes: Members = {}): Members => ({
  ...{ stream_id: 'stream-1', iss: issuer, aud: AUDIENCE, events_delivered: ['https://e/session-revoked'] },
  ...{ delivery: { method: 'urn:ietf:rfc:8935', endpoint_url: ENDPOINT }, events_requested: [] },
  ...changes,
});

/** The receiver's row about verification events, as if it had accepted so many. */
function heardVerification(count: number): Promise<void> {
  const at = { N: String(NOW) };
  return operator.putSignal({ id: { S: 'seen#sender#verification' }, lastAt: at, ignored: { N: String(count) } });
}

async function answered(response: ServerResponse, request: IncomingMessage): Promise<void> {
  const body = request.method === 'GET' ? {} : ((await jsonOf(request)) as Members);
  asked.push({ line: `${request.method} ${request.url}`, authorization: request.headers.authorization, body });
  const send = (status: number, content: unknown) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
  if (request.url === '/verify') {
    await onVerification();
    response.writeHead(204).end();
  } else if (request.method === 'GET') send(200, streams);
  else if (request.method === 'POST' && isFull) send(409, { error: refusal });
  else if (request.method === 'POST') {
    streams.push(stream({ ...body, aud: audience }));
    send(201, streams.at(-1));
  } else send(200, stream(body));
}

let audience: string;
/** Whether the transmitter makes no more streams. */
let isFull: boolean;
/** What it says then. */
let refusal: string;
beforeEach(() => {
  isFull = false;
  refusal = 'one stream for each client';
  audience = AUDIENCE;
});

const connect = (options = '', input = '', environment: Readonly<Record<string, string>> = {}) =>
  operator.run(`connect ssf ${issuer} --source sender ${options}`.trim(), input, { environment });

describe('connect ssf', () => {
  it('creates a stream that pushes to this deployment, requests a verification event and sees it arrive', async () => {
    const { exitCode, out, err } = await connect('', '', { BEARER_AUTHORIZER_SSF_TOKEN: 'secret' });
    expect({ exitCode, out }).toEqual({
      exitCode: 0,
      out: expect.stringMatching(/^Connected: .*\n {2}stream +stream-1 \(created\)/),
    });
    expect(err).toMatch(/may take up to 60 s/);
    expect(asked.map(({ line }) => line)).toEqual(['GET /streams', 'POST /streams', 'POST /verify']);
    expect(asked.map(({ authorization }) => authorization)).toEqual(Array(3).fill('Bearer secret'));
    const [, created, verified] = asked;
    expect(created?.body).toEqual({
      delivery: { method: 'urn:ietf:rfc:8935', endpoint_url: ENDPOINT },
      events_requested: expect.arrayContaining(['https://schemas.openid.net/secevent/caep/event-type/session-revoked']),
    });
    expect(verified?.body).toEqual({ stream_id: 'stream-1', state: expect.stringMatching(/^[\w-]{36}$/) });
  });

  it('exits with 1 when the verification event does not arrive in time', async () => {
    onVerification = async () => operator.passTime(61);
    const { exitCode, out } = await connect();
    expect({ exitCode, out }).toEqual({
      exitCode: 1,
      out: expect.stringMatching(/^NOT connected: no verification event .* within 60 s/),
    });
  });

  it('is not satisfied by a verification event from before', async () => {
    await heardVerification(3);
    onVerification = async () => operator.passTime(61);
    expect(await connect()).toMatchObject({ exitCode: 1 });
  });

  it('requests no event where the audience of the stream would be rejected, and says what to write', async () => {
    audience = 'https://receiver.example/1';
    const { exitCode, out } = await connect();
    expect(exitCode).toBe(1);
    expect(out).toMatch(
      /found +an array \["https:\/\/receiver\.example\/1"\]\n +expected +"https:\/\/api\.example\/events"/,
    );
    expect(out).toContain("write audience: 'https://receiver.example/1' for the source sender in the deployment");
    expect(asked.map(({ line }) => line)).not.toContain('POST /verify');
  });

  const OTHER = { method: 'urn:ietf:rfc:8935', endpoint_url: 'https://old.example/events' };

  it('leaves the streams of other receivers alone', async () => {
    streams = [stream({ stream_id: 'other', delivery: OTHER })];
    expect(await connect()).toMatchObject({ exitCode: 0, out: expect.stringMatching(/stream-1 \(created\)/) });
    expect(asked.map(({ line }) => line)).toEqual(['GET /streams', 'POST /streams', 'POST /verify']);
  });

  it('shows the only stream where the transmitter makes no other, and changes it only with --update', async () => {
    isFull = true;
    streams = [stream({ delivery: OTHER })];
    const { exitCode, out } = await connect();
    const shown = /--update[\s\S]*old\.example[\s\S]*would push to/;
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: expect.stringMatching(shown) });
    expect(asked.map(({ line }) => line)).toEqual(['GET /streams', 'POST /streams']);
    expect(await connect('--update')).toMatchObject({ exitCode: 0, out: expect.stringMatching(/\(updated\)/) });
    expect(asked.find(({ line }) => line === 'PATCH /streams')?.body).toMatchObject({ stream_id: 'stream-1' });
  });

  it('shows what its stream lacks, and adds it only with --update', async () => {
    streams = [stream()];
    const { exitCode, out } = await connect();
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: expect.stringMatching(/would add .*session-revoked/) });
    expect(asked.map(({ line }) => line)).toEqual(['GET /streams']);
    expect(await connect('--update')).toMatchObject({ exitCode: 0 });
  });

  it('finds its stream when it is run again', async () => {
    await connect();
    onVerification = () => heardVerification(2);
    expect(await connect()).toMatchObject({ exitCode: 0, out: expect.stringMatching(/\(found\)/) });
  });
});

describe('connect ssf creates nothing', () => {
  it.each<readonly [string, () => Members, RegExp]>([
    ['whose metadata name another issuer', () => ({ issuer: `${issuer}/` }), /^issuer\n[\s\S]*a slash at its end/m],
    ['with another key set', () => ({ jwks_uri: 'https://else.example/keys' }), /^jwks_uri\n[\s\S]*write jwksUri/m],
    ['that cannot push', () => ({ delivery_methods_supported: ['urn:ietf:rfc:8936'] }), /^delivery_methods_supported/m],
    ['that sends no verification event', () => ({ verification_endpoint: undefined }), /^verification_endpoint/m],
  ])('at a transmitter %s', async (_, changes, part) => {
    publish(changes());
    expect(await connect()).toMatchObject({ exitCode: 1, out: expect.stringMatching(part) });
    expect(asked).toEqual([]);
  });

  it.each<readonly [string, () => void, RegExp]>([
    [
      'without metadata',
      () => transmitter.answerWith((response) => response.writeHead(404).end(), METADATA),
      /answered 404/,
    ],
    [
      'that redirects',
      () => transmitter.answerWith(redirectTo('https://else.example'), METADATA),
      /redirects are not followed/,
    ],
    ['without a stream API', () => publish({ configuration_endpoint: undefined }), /no configuration_endpoint/],
    [
      'whose stream API is plain HTTP elsewhere',
      () => publish({ configuration_endpoint: 'http://else.example/' }),
      /not an HTTPS/,
    ],
  ])('at a transmitter %s', async (_, arrange, sentence) => {
    arrange();
    expect(await connect()).toMatchObject({ exitCode: 1, out: '', err: expect.stringMatching(sentence) });
    expect(asked).toEqual([]);
  });

  it.each([
    ['that does not answer', (response: ServerResponse) => response.writeHead(503).end(), /found +status 503, at http/],
    ['without keys for the algorithms of the source', keySet(), /found +no usable key[\s\S]*expected +keys for ES256/],
  ])('for a source with a key set %s', async (_, answer, part) => {
    transmitter.answerWith(answer, '/keys');
    expect(await connect()).toMatchObject({ exitCode: 1, out: expect.stringMatching(part) });
    expect(asked).toEqual([]);
  });

  it('without the secrets that a transmitter repeats', async () => {
    const secrets = { BEARER_AUTHORIZER_SSF_TOKEN: 'opaque-token' };
    isFull = true;
    refusal = 'Bearer opaque-token may not, nor opaque-token';
    const { exitCode, out, err } = await connect('', '', secrets);
    expect(asked.at(-1)?.authorization).toBe('Bearer opaque-token');
    expect({ exitCode, text: out + err }).toEqual({
      exitCode: 1,
      text: expect.stringMatching(/may not, nor \[withheld\]/),
    });
    expect(out + err).not.toContain('opaque-token');
  });

  it('for a source that the deployment does not have', async () => {
    const { exitCode, err } = await operator.run(`connect ssf ${issuer} --source else`);
    expect({ exitCode, err }).toEqual({
      exitCode: 1,
      err: 'This deployment has no source "else" of security events: it has sender.\n',
    });
  });

  it('from a transmitter elsewhere to this machine', async () => {
    const { exitCode, err } = await operator.run('connect ssf https://idp.example --source sender');
    expect({ exitCode, err }).toEqual({ exitCode: 1, err: expect.stringMatching(/cannot reach .*--stack NAME/) });
  });
});

it('connect ssf names a transmitter that does not answer', async () => {
  const { exitCode, err } = await operator.run('connect ssf http://127.0.0.1:9 --source sender');
  expect({ exitCode, err }).toEqual({
    exitCode: 1,
    err: expect.stringMatching(
      /^The transmitter does not answer at http:\/\/127\.0\.0\.1:9\/\.well-known\/ssf-configuration: ECONNREFUSED/,
    ),
  });
});

describe('connect ssf takes', () => {
  it.each([
    ['ftp://idp.example', /write https/],
    ['http://idp.example', /write https/],
    ['https://idp.example/?a=1', /without a query/],
    ['https://user:word@idp.example', /a password/],
  ])('no address such as %s', async (address, sentence) => {
    const { exitCode, err } = await operator.run(`connect ssf ${address} --source sender`);
    expect({ exitCode, err }).toEqual({ exitCode: 2, err: expect.stringMatching(sentence) });
  });
});
