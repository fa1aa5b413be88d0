import { describe, expect, it } from 'vitest';
import { metricLine } from '../../../lambda/log/metric-line.ts';
import { jsonLine, logLines } from '../../../local/log/log-line.ts';
import type { DecisionEvent, FunctionEvent, RequestEvent, RunEvent } from '../../../local/log/run-event.ts';
import { toned } from '../../../ops/cli/tone.ts';

const at = Date.UTC(2026, 10, 29, 12, 3, 4, 5);
const REQUEST: RequestEvent = {
  ...{ event: 'request', at, requestId: 'r1', method: 'GET', path: '/v1/orders', status: 200, milliseconds: 3 },
};
const DECISION: DecisionEvent = { ...REQUEST, event: 'decision', outcome: 'allowed', fingerprint: '0123456789abcdef' };

function written(line: string, name = 'AuthorizerHandler0A1B2C3D'): FunctionEvent {
  return { event: 'function', at, name, line };
}

const REJECTED = metricLine(
  [{ name: 'Rejected', unit: 'Count', value: 1, dimensions: { Reason: 'revoked' } }],
  { event: 'rejected', reason: 'revoked', seen: 1, issuer: 'local' },
  'stack-Authorizer',
  at,
);

/** Three letters, as a token begins, and as many more as any token has. */
const SIGNATURE = 'b'.repeat(43);
const TOKEN = `eyJ${'hbGciOiJSUzI1NiJ9'}.${'a'.repeat(40)}.${SIGNATURE}`;
/** Its header begins with white space. */
const SPACED_TOKEN = `ewogICJhbGciOiAiUlMyNTYiCn0.e30.${SIGNATURE}`;

describe('the log as text', () => {
  const plain = logLines('text', (text) => text);

  it.each<[RunEvent, string]>([
    [{ ...DECISION, event: 'cached' }, 'GET /v1/orders 200 cached, 3 ms'],
    [DECISION, 'GET /v1/orders 200 asked the authorizer, 3 ms'],
    [{ ...REQUEST, path: '/v1/health' }, 'GET /v1/health 200 3 ms'],
    [
      { ...DECISION, outcome: 'rejected', status: 401, responseType: 'UNAUTHORIZED' },
      'GET /v1/orders 401 unauthorized, asked the authorizer, 3 ms',
    ],
    [
      { ...DECISION, event: 'cached', outcome: 'forbidden', status: 403, responseType: 'ACCESS_DENIED' },
      'GET /v1/orders 403 access denied, cached, 3 ms',
    ],
    [{ ...REQUEST, status: 401, responseType: 'UNAUTHORIZED' }, 'GET /v1/orders 401 unauthorized, 3 ms'],
    [
      { event: 'entry', at, change: 'written', level: 'token', issuer: 'local' },
      'entry written, level token, issuer local',
    ],
    [{ event: 'entry', at, change: 'removed', level: 'unknown', issuer: '' }, 'entry removed, level unknown'],
    [
      { event: 'flush', at, apiId: 'a1', stage: 'v1', function: 'FlusherAtOnce0A1B2C3D' },
      'flush, stage v1 of a1, by FlusherAtOnce',
    ],
    [{ event: 'flush settled', at, apiId: 'a1', stage: 'v1', function: '' }, 'flush settled, stage v1 of a1'],
  ])('has one line for %j', (event, line) => {
    expect(plain(event)).toBe(`12:03:04.005Z ${line}`);
  });

  it.each([
    [
      'a decision, without what CloudWatch needs',
      REJECTED,
      'AuthorizerHandler: rejected, reason revoked, seen 1, issuer local',
    ],
    ['what is no JSON', 'it\u001b[31m works', 'AuthorizerHandler: it\\u001b[31m works'],
    ['JSON that is no event of ours', '{"a":1}', 'AuthorizerHandler: {"a":1}'],
  ])('has one line for %s of a function', (_, line, text) => {
    expect(plain(written(line))).toBe(`12:03:04.005Z ${text}`);
  });

  it('paints the status', () => {
    const painted = logLines('text', toned);
    const statuses = [200, 401, 503].map((status) => painted({ ...REQUEST, status })?.split(' ')[3]);
    expect(statuses).toEqual([toned('200', 'good'), toned('401', 'doubtful'), toned('503', 'bad')]);
  });
});

describe('the log as JSON', () => {
  const json = logLines('json', (text) => text);

  it('has the same line for every reader', () => {
    expect(json(DECISION)).toBe(jsonLine(DECISION));
  });

  it('has requests as objects, and the objects that functions write', () => {
    expect(JSON.parse(json(DECISION) ?? '')).toEqual({ ...DECISION, at: '2026-11-29T12:03:04.005Z' });
    expect(json(written(REJECTED))).toBe(REJECTED);
    expect(JSON.parse(json(written('no JSON')) ?? '')).toEqual({
      ...{ event: 'function', at: '2026-11-29T12:03:04.005Z', name: 'AuthorizerHandler0A1B2C3D', line: 'no JSON' },
    });
  });

  it.each(['{\t"event": "x" }', '{"event":"x"}\r'])('is JSON also where a function writes %j', (line) => {
    expect(JSON.parse(json(written(line)) ?? '')).toEqual({ event: 'x' });
  });
});

it.each(['text', 'json'] as const)(
  'the log as %s never has a token, wherever a client or a backend puts it',
  (form) => {
    const lineOf = logLines(form, (text) => text);
    const events = [
      { ...REQUEST, path: `/v1/${TOKEN}` },
      written(TOKEN),
      written(JSON.stringify({ event: 'x', a: TOKEN })),
      written(JSON.stringify({ event: 'x', a: TOKEN }).replace('eyJ', '\\u0065yJ')),
      written(`spaced ${SPACED_TOKEN}`),
    ];
    for (const event of events) {
      expect(lineOf(event)).toContain('[a token, withheld]');
      expect(lineOf(event)).not.toContain(TOKEN.slice(0, 30));
      expect(lineOf(event)).not.toContain(SIGNATURE);
    }
  },
);

it('no log has no line', () => {
  expect(logLines('none', (text) => text)(REQUEST)).toBeUndefined();
});
