import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { jwtIdOf, type LocalJourney, START_TIMEOUT, startJourney } from '../support/journeys/local-journey.ts';

let journey: LocalJourney;
let origin: string;

beforeAll(async () => {
  journey = await startJourney({ page: true, dynamodbEndpoint: inject('dynamoDbEndpoint') });
  origin = journey.run.running.page ?? '';
}, START_TIMEOUT);
afterAll(() => journey?.stop());

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** Sends headers that `fetch` sets by itself. */
function send(method: string, path: string, headers: Readonly<Record<string, string>> = {}, body = '') {
  return new Promise<Answer>((resolve, reject) => {
    const sent = request(`${origin}${path}`, { method, headers }, (response) => {
      const { statusCode: status, headers } = response;
      text(response).then((body) => resolve({ status, headers, body }), reject);
    });
    sent.on('error', reject).end(body);
  });
}

const JSON_TYPE = { 'Content-Type': 'application/json' };

/** What the page itself sends. */
async function act(path: string, asked: object): Promise<unknown> {
  const { status, body } = await send('POST', path, { ...JSON_TYPE, Origin: origin }, JSON.stringify(asked));
  return { status, ...(JSON.parse(body) as object) };
}

describe('the server of the page', () => {
  it('serves the page with a policy that lets it load its own files only', async () => {
    const { status, headers, body } = await send('GET', '/');
    expect(status).toBe(200);
    expect(body).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/);
    const policy = String(headers['content-security-policy']);
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
    expect(policy).not.toMatch(/unsafe|\*/);
  });

  it('says by HEAD what it would send', async () => {
    const [got, asked] = [await send('GET', '/page.css'), await send('HEAD', '/page.css')];
    expect(asked).toMatchObject({ status: 200, body: '' });
    expect(asked.headers['content-type']).toBe(got.headers['content-type']);
  });

  it('answers at one address only, because the page works at no other', async () => {
    const { port } = new URL(origin);
    const { status, body } = await send('GET', '/', { Host: `localhost:${port}` });
    expect(status).toBe(421);
    expect(body).toContain(`at ${origin} only`);
  });

  it('says what the page must know, without the secret of a client', async () => {
    const { body } = await send('GET', '/facts');
    expect(JSON.parse(body)).toMatchObject({
      ...{ api: journey.run.running.api, resultTtlSeconds: 60, guaranteedLagSeconds: 67 },
      machineClients: ['service', 'reader', 'visitor'],
      issuers: [{ alias: 'local', issuer: journey.run.running.issuer }],
      signIn: { clientId: 'web-app', scopes: ['orders:read', 'orders:write', 'refunds:read'] },
    });
    expect(body).not.toContain('secret');
  });

  it.each([
    ['another host (DNS rebinding)', 421, { Host: 'evil.example', Origin: 'http://evil.example' }],
    ['a page of another origin', 403, { Origin: 'http://evil.example' }],
    ['a page of another port of this machine', 403, { Origin: 'http://127.0.0.1:9' }],
    ['nobody who says where from', 403, {}],
  ])('lets %s do nothing', async (_who, status, headers) => {
    const asked = JSON.stringify({ level: 'subject', value: 'alice' });
    for (const path of ['/revocations', '/restorations', '/machine-token']) {
      expect((await send('POST', path, { ...JSON_TYPE, ...headers }, asked)).status).toBe(status);
    }
  });

  it('takes what no form can send, and sends nothing that another origin may read', async () => {
    const form = { 'Content-Type': 'text/plain', Origin: origin };
    expect((await send('POST', '/revocations', form, '{"level":"subject","value":"alice"}')).status).toBe(415);
    expect((await send('GET', '/revocations')).status).toBe(405);
    expect((await send('GET', '/somewhere')).status).toBe(404);
    const { headers } = await send('GET', '/facts', { Origin: 'http://evil.example' });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
  });

  it('gets the token of a machine, and of no other client', async () => {
    const answer = (await act('/machine-token', { client: 'reader' })) as { readonly access_token: string };
    expect(answer).toMatchObject({ status: 200, expires_in: 600 });
    expect((await journey.call('/orders', answer.access_token)).status).toBe(200);
    expect(await act('/machine-token', { client: 'web-app' })).toEqual({
      status: 409,
      error: 'There is no client "web-app" here.',
    });
  });

  it('revokes and restores as the operator does, and says what the operator would read', async () => {
    const token = await journey.token('service');
    const entry = { level: 'token', value: jwtIdOf(token), issuer: 'local' };
    expect(await act('/revocations', { ...entry, flush: false })).toMatchObject({
      ...{
        status: 200,
        text: expect.stringMatching(/^Revoked token [\s\S]*Undo: npm run revocations -- restore token/),
      },
      document: { regions: [{ confirmed: true, entry: { ...entry, flush: false } }] },
    });
    expect((await journey.call('/orders', token)).status).toBe(401);
    expect(await act('/restorations', entry)).toMatchObject({ document: { regions: [{ outcome: 'deleted' }] } });
  });

  it('takes a value that begins with a dash as a value', async () => {
    for (const level of ['token', 'subject', 'session']) {
      const entry = { level, value: '--issuer', issuer: 'local' };
      expect(await act('/revocations', entry)).toMatchObject({ document: { regions: [{ entry }] } });
      expect(await act('/restorations', entry)).toMatchObject({ status: 200 });
    }
  });

  it.each([
    [{ level: 'nobody', value: 'alice', issuer: 'local' }, /^Unknown command 'nobody'/],
    [{ level: 'subject' }, /^The member value must be text\.$/],
    [{ level: 'token', value: '', issuer: 'local' }, /./],
  ])('says in a sentence what is wrong with %j', async (asked, sentence) => {
    expect(await act('/revocations', asked)).toMatchObject({ status: 409, error: expect.stringMatching(sentence) });
  });

  it('sends the events of the run, from where a reader left off', async () => {
    const token = await journey.token('service');
    await journey.call('/orders', token);
    const all = await events(0, /"event":"decision"/);
    expect(all).toMatch(/^id: 1\n(event: function\n)?data: \{.*\}\n\n/);
    const last = Number([...all.matchAll(/^id: (\d+)$/gm)].at(-1)?.[1]);
    await journey.call('/whoami', token);
    const later = await events(last, /"path":"\/v1\/whoami"/);
    expect(later).toMatch(new RegExp(`^id: ${last + 1}\n`));
    expect(`${all}${later}`).not.toContain('eyJ');
  });
});

/** Reads the stream until it has sent what is waited for. */
async function events(after: number, until: RegExp): Promise<string> {
  const headers = { 'Last-Event-ID': String(after) };
  const { body } = await fetch(`${origin}/events`, { headers });
  let read = '';
  for await (const chunk of (body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    read += chunk;
    if (until.test(read)) break;
  }
  return read;
}
