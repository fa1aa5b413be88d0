import { describe, expect, test } from 'vitest';
import type { JsonObject, Template } from '../../../../local/cloudformation/template.ts';
import { type GatewayUnderTest, gatewayUnderTest } from '../../../support/gateway/gateway-under-test.ts';
import { changedHttp, withDefaultRoute } from '../../../support/gateway/small-http-template.ts';

const configuration = {
  AllowOrigins: ['https://a.example'],
  AllowMethods: ['GET', 'POST'],
  AllowHeaders: ['authorization'],
  ExposeHeaders: ['x-total', 'date'],
  AllowCredentials: true,
  MaxAge: 300,
};

const withCors = (changes: JsonObject = {}): Template =>
  changedHttp('Api', { CorsConfiguration: { ...configuration, ...changes } });

const withTemplate = async (template: Template, use: (gateway: GatewayUnderTest) => Promise<void>) => {
  const gateway = await gatewayUnderTest(template);
  try {
    await use(gateway);
  } finally {
    await gateway.close();
  }
};

const origin = (value: string) => ['Origin', value] as const;
const preflight = (value: string) => [origin(value), ['Access-Control-Request-Method', 'GET'] as const] as const;

const corsHeadersIn = (headers: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control-')));

const ALLOWED = {
  'access-control-allow-origin': 'https://a.example',
  'access-control-allow-credentials': 'true',
};

describe('a preflight request', () => {
  test('gets 204 with the configuration, and no authorizer, where no route takes it', async () => {
    await withTemplate(withCors(), async (gateway) => {
      const { status, headers, body } = await gateway.send('OPTIONS', '/items/7', ...preflight('https://a.example'));
      expect({ status, body }).toEqual({ status: 204, body: '' });
      expect(corsHeadersIn(headers)).toEqual({
        ...ALLOWED,
        'access-control-allow-methods': 'GET,POST',
        'access-control-allow-headers': 'authorization',
        'access-control-max-age': '300',
      });
      expect(gateway.authorizerCalls()).toBe(0);
    });
  });

  test.each([
    ['of another origin', preflight('https://b.example')],
    ['without an origin', [['Access-Control-Request-Method', 'GET'] as const]],
    ['without a method', [origin('https://a.example')]],
  ])('%s gets 204 without CORS headers', async (_, headers) => {
    await withTemplate(withCors(), async (gateway) => {
      const answer = await gateway.send('OPTIONS', '/nothing', ...headers);
      expect(answer.status).toBe(204);
      expect(corsHeadersIn(answer.headers)).toEqual({});
    });
  });

  test('goes to a route with ANY, and so to its authorizer', async () => {
    await withTemplate(withCors(), async (gateway) => {
      const answer = await gateway.send('OPTIONS', '/files/a', ...preflight('https://a.example'));
      expect(answer.status).toBe(401);
      expect(corsHeadersIn(answer.headers)).toMatchObject(ALLOWED);
    });
  });

  test('goes to $default', async () => {
    await withTemplate(withDefaultRoute(), async (gateway) => {
      expect((await gateway.send('OPTIONS', '/items/7', ...preflight('https://a.example'))).status).toBe(401);
    });
  });

  test('gets 404 from an API without a configuration', async () => {
    await withTemplate(changedHttp('Api', {}), async (gateway) => {
      expect((await gateway.send('OPTIONS', '/items/7', ...preflight('https://a.example'))).status).toBe(404);
    });
  });
});

describe('a response of an API with a configuration', () => {
  test.each([
    ['of the backend', 200, '/open'],
    ['to a request without a token', 401, '/items/7'],
    ['to a request without a route', 404, '/nothing'],
  ])('%s has its headers', async (_, status, target) => {
    await withTemplate(withCors(), async (gateway) => {
      const answer = await gateway.get(target, origin('https://a.example'));
      expect(answer.status).toBe(status);
      expect(corsHeadersIn(answer.headers)).toEqual({ ...ALLOWED, 'access-control-expose-headers': 'x-total,date' });
      expect(corsHeadersIn((await gateway.get(target)).headers)).toEqual({});
    });
  });

  test("loses the backend's own CORS headers, which other APIs keep", async () => {
    const headers = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Max-Age': '1' };
    const target = `/open?answer=${encodeURIComponent(JSON.stringify({ statusCode: 200, headers }))}`;
    await withTemplate(withCors(), async (gateway) => {
      expect(corsHeadersIn((await gateway.get(target, origin('https://b.example'))).headers)).toEqual({});
    });
    await withTemplate(changedHttp('Api', {}), async (gateway) => {
      expect((await gateway.get(target)).headers).toMatchObject({ 'access-control-allow-origin': '*' });
    });
  });
});

test.each([
  ['*', 'https://a.example', '*'],
  ['https://*', 'https://a.example', 'https://a.example'],
  ['https://*', 'http://a.example', undefined],
  ['http://*', 'http://a.example', 'http://a.example'],
  ['https://a.example', 'https://a.example.evil', undefined],
])('the allowed origin %s answers the origin %s with %s', async (allowed, sent, answered) => {
  await withTemplate(withCors({ AllowOrigins: [allowed], AllowCredentials: false }), async (gateway) => {
    const { headers } = await gateway.get('/open', origin(sent));
    expect(headers['access-control-allow-origin']).toBe(answered);
    expect(headers['access-control-allow-credentials']).toBeUndefined();
  });
});
