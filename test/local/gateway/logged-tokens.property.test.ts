import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { jsonLine } from '../../../local/log/log-line.ts';
import { type ServedGateway, servedGateway } from '../../support/gateway/served-gateway.ts';
import { smallHttpTemplate } from '../../support/gateway/small-http-template.ts';
import { smallTemplate } from '../../support/gateway/small-template.ts';

let gateway: ServedGateway;

afterEach(() => gateway.close());

describe.each([
  { kind: 'a REST API', template: smallTemplate(), stage: '/v1' },
  { kind: 'an HTTP API', template: smallHttpTemplate(), stage: '' },
])('no line of the log of $kind', ({ template, stage }) => {
  test('has a token, wherever a client puts it', async () => {
    gateway = await servedGateway(template);
    const property = fc.asyncProperty(anyToken, anyPlace, async (token, place) => {
      gateway.events.length = 0;
      const { target, headers = {}, body } = place(token);
      await requested(`${stage}${target}`, headers, body);
      expect(gateway.events).toHaveLength(1);
      const lines = gateway.events.map(jsonLine).join('\n');
      expect(lines).not.toContain(token);
      expect(lines).not.toContain(token.slice(token.lastIndexOf('.') + 1));
    });
    await fc.assert(property, { numRuns: 200 });
  });
});

const base64url = (text: string) => Buffer.from(text).toString('base64url');

/** Signed tokens, also with white space in the header. */
const anyToken = fc
  .record({
    header: fc.constantFrom('{"alg":"ES256","kid":"k"}', '{ "alg": "ES256" }', '{\n  "alg": "ES256"\n}'),
    payload: fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
    signature: fc.uint8Array({ minLength: 64, maxLength: 64 }),
  })
  .map(
    ({ header, payload, signature }) =>
      `${base64url(header)}.${base64url(JSON.stringify(payload))}.${Buffer.from(signature).toString('base64url')}`,
  );

interface Place {
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const escaped = (text: string) => [...text].map((character) => `%${character.charCodeAt(0).toString(16)}`).join('');

/** Where a client may put a token. */
const anyPlace = fc.constantFrom<((token: string) => Place)[]>(
  (token) => ({ target: `/items/${token}` }),
  (token) => ({ target: `/items/x${token}/y` }),
  (token) => ({ target: `/items/a;t=${token}` }),
  (token) => ({ target: `/items/${escaped(token)}` }),
  (token) => ({ target: `/items/${token.replaceAll('.', '%2E')}` }),
  (token) => ({ target: `/items/${escaped(token.slice(0, 3))}${token.slice(3)}` }),
  (token) => ({ target: `/items/${escaped(escaped(token))}` }),
  (token) => ({ target: `/items/%${token}` }),
  (token) => ({ target: `/items/7?access_token=${token}` }),
  (token) => ({ target: `/items/7?${token}` }),
  (token) => ({ target: '/items/7', headers: { Authorization: `Bearer ${token}` } }),
  (token) => ({ target: '/items/7', headers: { Authorization: token } }),
  (token) => ({ target: '/items/7', headers: { Authorization: 'Bearer allow', Cookie: `t=${token}`, 'X-T': token } }),
  (token) => ({ target: '/items/7', headers: { Authorization: 'Bearer allow', [`x-${token}`]: '1' } }),
  (token) => ({ target: '/items/7', body: token }),
  (token) => ({ target: `/${token}`, headers: { Authorization: 'Bearer allow' } }),
);

/** Sends a request whose target nobody normalizes, and waits for the response. */
async function requested(target: string, headers: Readonly<Record<string, string>>, body = ''): Promise<void> {
  const sent = request({
    host: '127.0.0.1',
    port: gateway.port,
    path: target,
    method: body === '' ? 'GET' : 'POST',
    headers,
  });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
}
