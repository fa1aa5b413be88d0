import { decodeJwt } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTransmitter, type TransmitterAtWork } from '../../support/network/local-transmitter.ts';

const PUSH = 'urn:ietf:rfc:8935';
const CAEP = 'https://schemas.openid.net/secevent/caep/event-type';
const VERIFICATION = 'https://schemas.openid.net/secevent/ssf/event-type/verification';

interface StreamContent {
  readonly stream_id: string;
  readonly events_delivered: readonly string[];
}

let transmitter: TransmitterAtWork;
let manage: TransmitterAtWork['manage'];
beforeEach(async () => {
  transmitter = await startTransmitter();
  ({ manage } = transmitter);
});
afterEach(() => transmitter.close());

describe('streams', () => {
  it('are one from the start: that of the local API', async () => {
    const { issuer, endpoint } = transmitter;
    expect(await manage('GET', '/streams')).toMatchObject({
      status: 200,
      content: [{ iss: issuer, aud: endpoint, delivery: { method: PUSH, endpoint_url: endpoint } }],
    });
  });

  it('are created with an endpoint of their own, which gets events from then on', async () => {
    const created = await create({ delivery: { endpoint_url: `${transmitter.receiver.address}/more` } });
    expect(created).toMatchObject({ status: 201, content: { aud: `${transmitter.receiver.address}/more` } });
    await transmitter.send({ type: 'session-revoked', subject: 'alice' });
    expect(transmitter.receiver.requests.toSorted()).toEqual(['/events', '/more']);
    expect(new Set(transmitter.pushed.map(({ token }) => decodeJwt(token).jti)).size).toBe(2);
  });

  it.each([
    ['another method', { delivery: { method: 'urn:ietf:rfc:8936', endpoint_url: 'http://127.0.0.1/x' } }],
    ['an endpoint on another machine', { delivery: { method: PUSH, endpoint_url: 'http://receiver.example/x' } }],
    ['no endpoint', { delivery: { method: PUSH } }],
    ['no delivery', {}],
    [
      'events that are no list',
      { delivery: { method: PUSH, endpoint_url: 'http://127.0.0.1/x' }, events_requested: 'a' },
    ],
    ['a body that is no object', []],
  ])('are not created with %s', async (_, content) => {
    expect((await manage('POST', '/streams', content)).status).toBe(400);
    expect((await manage('GET', '/streams')).content).toHaveLength(1);
  });

  it('are not created twice for one endpoint', async () => {
    expect((await create({ delivery: { endpoint_url: transmitter.endpoint } })).status).toBe(409);
  });

  it('are read and deleted by their id', async () => {
    const { stream_id: id } = await onlyStream();
    expect((await manage('GET', `/streams?stream_id=${id}`)).content).toMatchObject({ stream_id: id });
    expect(await manage('DELETE', `/streams?stream_id=${id}`)).toEqual({ status: 204, content: undefined });
    expect(await manage('GET', '/streams')).toEqual({ status: 200, content: [] });
    expect(await transmitter.send({ type: 'session-revoked', subject: 'alice' })).toEqual([]);
  });

  it('deliver the types that are requested, and no others', async () => {
    const { stream_id } = await onlyStream();
    const events_requested = [`${CAEP}/credential-change`, 'https://example.com/unknown'];
    const { content } = await manage('PATCH', '/streams', { stream_id, events_requested });
    expect(content).toMatchObject({ events_requested, events_delivered: [`${CAEP}/credential-change`] });
    await transmitter.send({ type: 'session-revoked', subject: 'alice' });
    await transmitter.send({ type: 'credential-change', subject: 'alice' });
    expect(eventsPushed()).toEqual([`${CAEP}/credential-change`]);
  });

  it('keep at an update what it leaves out, and lose it at a replacement', async () => {
    const { stream_id } = await onlyStream();
    const delivery = { method: PUSH, endpoint_url: transmitter.endpoint, authorization_header: 'secret' };
    await manage('PATCH', '/streams', { stream_id, delivery, description: 'ours' });
    const updated = await manage('PATCH', '/streams', { stream_id, events_requested: [] });
    expect(updated.content).toMatchObject({ description: 'ours', events_requested: [] });
    await manage('PATCH', '/streams', { stream_id, events_requested: [`${CAEP}/session-revoked`] });
    await transmitter.send({ type: 'session-revoked', subject: 'alice' });
    expect(transmitter.pushed).toMatchObject([{ authorization: 'secret' }]);
    const { authorization_header: _, ...without } = delivery;
    const replaced = await manage('PUT', '/streams', { stream_id, delivery: without });
    expect(replaced.content).not.toHaveProperty('description');
    await transmitter.send({ type: 'session-revoked', subject: 'alice' });
    expect(transmitter.pushed.at(-1)).toMatchObject({ authorization: undefined });
  });

  it('are not described with the value of their Authorization header', async () => {
    const delivery = { endpoint_url: `${transmitter.receiver.address}/more`, authorization_header: 'secret' };
    expect(JSON.stringify(await create({ delivery }))).not.toContain('secret');
  });

  it.each([
    ['GET', '/streams?stream_id=x', undefined],
    ['DELETE', '/streams?stream_id=x', undefined],
    ['DELETE', '/streams', undefined],
    ['PATCH', '/streams', { stream_id: 'x' }],
    ['PUT', '/streams', { stream_id: 'x' }],
    ['GET', '/status?stream_id=x', undefined],
    ['POST', '/status', { stream_id: 'x', status: 'paused' }],
    ['POST', '/verify', { stream_id: 'x' }],
  ])('%s %s of one that is not there answers 404', async (method, path, content) => {
    expect((await manage(method, path, content)).status).toBe(404);
  });

  it.each(['', 'Bearer other', 'local'])(
    'are not shown to a caller with the authorization "%s"',
    async (Authorization) => {
      const response = await fetch(`${transmitter.issuer}/streams`, { headers: { Authorization } });
      expect(response.status).toBe(401);
      expect(response.headers.get('WWW-Authenticate')).toBe('Bearer');
    },
  );
});

describe('a stream', () => {
  it('that is paused holds its events until it is enabled, in their order', async () => {
    const { stream_id } = await onlyStream();
    expect(await manage('POST', '/status', { stream_id, status: 'paused' })).toEqual({
      ...{ status: 200, content: { stream_id, status: 'paused' } },
    });
    await transmitter.send({ type: 'session-revoked', subject: 'alice' });
    await transmitter.send({ type: 'credential-change', subject: 'alice' });
    expect(transmitter.pushed).toEqual([]);
    await manage('POST', '/status', { stream_id, status: 'enabled' });
    expect(eventsPushed()).toEqual([`${CAEP}/session-revoked`, `${CAEP}/credential-change`]);
    expect((await manage('GET', `/status?stream_id=${stream_id}`)).content).toEqual({ stream_id, status: 'enabled' });
  });

  it('that is disabled drops its events', async () => {
    const { stream_id } = await onlyStream();
    await manage('POST', '/status', { stream_id, status: 'disabled' });
    await transmitter.send({ type: 'session-revoked', subject: 'alice' });
    await manage('POST', '/status', { stream_id, status: 'enabled' });
    expect(transmitter.pushed).toEqual([]);
  });

  it('that is disabled while it is paused drops the events that it holds', async () => {
    const { stream_id } = await onlyStream();
    await manage('POST', '/status', { stream_id, status: 'paused' });
    await transmitter.send({ type: 'session-revoked', subject: 'alice' });
    for (const status of ['disabled', 'enabled']) await manage('POST', '/status', { stream_id, status });
    expect(transmitter.pushed).toEqual([]);
  });

  it('has no other status', async () => {
    const { stream_id } = await onlyStream();
    expect((await manage('POST', '/status', { stream_id, status: 'off' })).status).toBe(400);
  });

  it.each([[{ state: 'VGhp' }], [{}]])('that is verified gets an event with %j, about itself', async (state) => {
    const { stream_id } = await onlyStream();
    expect(await manage('POST', '/verify', { stream_id, ...state })).toEqual({ status: 204, content: undefined });
    await expect.poll(() => transmitter.pushed).toHaveLength(1);
    expect(decodeJwt(transmitter.pushed[0]?.token ?? '')).toMatchObject({
      ...{ sub_id: { format: 'opaque', id: stream_id }, events: { [VERIFICATION]: state } },
    });
  });
});

async function create({ delivery }: { readonly delivery: object }) {
  return manage('POST', '/streams', { delivery: { method: PUSH, ...delivery } });
}

async function onlyStream(): Promise<StreamContent> {
  const { content } = await manage('GET', '/streams');
  const [stream] = content as readonly StreamContent[];
  if (stream === undefined) throw new Error('The transmitter has no stream.');
  return stream;
}

function eventsPushed(): readonly string[] {
  return transmitter.pushed.flatMap(({ token }) => Object.keys(decodeJwt(token).events ?? {}));
}
