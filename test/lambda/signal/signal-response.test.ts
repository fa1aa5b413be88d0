import { describe, expect, it } from 'vitest';
import { REJECTION_REASONS } from '../../../lambda/errors.ts';
import { SIGNAL_FAILURES } from '../../../lambda/signal/signal-log.ts';
import { SIGNAL_REJECTIONS, type SignalRejection } from '../../../lambda/signal/signal-rejection.ts';
import { SIGNAL_ENDPOINTS, type SignalEndpoint } from '../../../lambda/signal/signal-request.ts';
import { readableBy, responseTo } from '../../../lambda/signal/signal-response.ts';

const ALL_REASONS: readonly SignalRejection[] = [...SIGNAL_REJECTIONS, ...REJECTION_REASONS];
const OUTCOMES = ['applied', 'covered', 'duplicate', 'ignored', 'unmatched'] as const;

const handled = (endpoint: SignalEndpoint) =>
  OUTCOMES.map((outcome) => responseTo(endpoint, { kind: 'handled', outcome }));
const rejected = (endpoint: SignalEndpoint, reason: SignalRejection) =>
  responseTo(endpoint, { kind: 'rejected', reason });
/** Reasons for which a message is bad only until a clock moves on. */
const TOO_EARLY: readonly SignalRejection[] = ['issued-at', 'not-before'];
const FINAL = ALL_REASONS.filter((reason) => !TOO_EARLY.includes(reason));
const except = (...left: readonly SignalRejection[]) => FINAL.filter((reason) => !left.includes(reason));

describe.each(SIGNAL_ENDPOINTS)('the responses of %s', (endpoint) => {
  it('are never stored', () => {
    const all = [...handled(endpoint), ...ALL_REASONS.map((reason) => rejected(endpoint, reason))];
    const failed = SIGNAL_FAILURES.map((failureCause) => responseTo(endpoint, { kind: 'failed', failureCause }));
    expect([...all, ...failed].filter(({ headers }) => headers['Cache-Control'] !== 'no-store')).toEqual([]);
  });

  it.each(['key-set', 'revocation-table', 'flush-queue'] as const)(
    'ask the sender to come again for %s',
    (failureCause) => {
      expect(responseTo(endpoint, { kind: 'failed', failureCause })).toEqual({
        statusCode: 503,
        headers: { 'Cache-Control': 'no-store', 'Retry-After': '30' },
        body: '',
      });
    },
  );

  it.each(TOO_EARLY)('ask the sender of a message that is good later to come again: %s', (reason) => {
    expect(rejected(endpoint, reason)).toEqual({
      statusCode: 503,
      headers: { 'Cache-Control': 'no-store', 'Retry-After': '30' },
      body: '',
    });
  });

  it('say nothing about a fault of our own', () => {
    expect(responseTo(endpoint, { kind: 'failed', failureCause: 'internal' })).toEqual({
      statusCode: 500,
      headers: { 'Cache-Control': 'no-store' },
      body: '',
    });
  });
});

describe('token revocation', () => {
  it('is answered alike for every token: good, unknown, invalid, expired or revoked already', () => {
    const answers = [...handled('revoke'), ...except('request').map((reason) => rejected('revoke', reason))];
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set([JSON.stringify({ statusCode: 200, headers: { 'Cache-Control': 'no-store' }, body: '' })]),
    );
  });

  it('without a token is an invalid request', () => {
    const { statusCode, headers, body } = rejected('revoke', 'request');
    expect({ statusCode, type: headers['Content-Type'], error: JSON.parse(body) }).toEqual({
      statusCode: 400,
      type: 'application/json',
      error: {
        error: 'invalid_request',
        error_description:
          'The parameter token must be given once, form-encoded; session, if given, is false, or true where entries of sessions are read.',
      },
    });
  });

  it.each([
    [
      'an origin that is allowed',
      'https://app.example',
      { 'Access-Control-Allow-Origin': 'https://app.example', Vary: 'Origin' },
    ],
    ['another origin', 'https://evil.example', { Vary: 'Origin' }],
    ['no origin', undefined, { Vary: 'Origin' }],
  ])('of %s can be read by it as configured', (_name, origin, expected) => {
    const response = rejected('revoke', 'request');
    const origins = ['https://other.example', 'https://app.example'];
    expect(readableBy(response, origin, origins)).toEqual({
      ...response,
      headers: { ...response.headers, ...expected },
    });
  });

  it('can be read by pages of all origins if they are all allowed', () => {
    const { headers } = readableBy(rejected('revoke', 'request'), 'https://any.example', ['*']);
    expect(headers).toMatchObject({ 'Access-Control-Allow-Origin': '*' });
  });
});

describe('back-channel logout', () => {
  it('that has been carried out is 200, and 400 for a user who cannot be logged out', () => {
    const statuses = handled('backchannel-logout').map(({ statusCode }) => statusCode);
    expect(statuses).toEqual([200, 200, 200, 200, 400]);
  });

  it('that is rejected is 400 with an error', () => {
    for (const reason of FINAL) {
      const { statusCode, body } = rejected('backchannel-logout', reason);
      expect(statusCode).toBe(400);
      expect(JSON.parse(body)).toEqual({ error: 'invalid_request', error_description: expect.stringMatching(/\.$/) });
    }
  });

  it('says what the obstacle is', () => {
    const { body: unmatched } = responseTo('backchannel-logout', { kind: 'handled', outcome: 'unmatched' });
    const bodies = [
      unmatched,
      ...(['subject', 'request', 'nonce'] as const).map((reason) => rejected('backchannel-logout', reason).body),
    ];
    expect(bodies.map((text) => JSON.parse(text).error_description)).toEqual([
      'The logout token names a subject and a session that no entry can name.',
      'The logout token names neither a subject nor a session.',
      'The parameter logout_token must be given once, form-encoded.',
      'The logout token was rejected: nonce.',
    ]);
  });
});

describe('a pushed security event', () => {
  it('is accepted with 202 and an empty body, whatever became of it', () => {
    expect(handled('events').map(({ statusCode, body }) => `${statusCode}${body}`)).toEqual(OUTCOMES.map(() => '202'));
  });

  it.each<[string, readonly SignalRejection[]]>([
    ['invalid_issuer', ['unknown-sender', 'unknown-issuer']],
    ['invalid_key', ['unknown-key', 'key-id', 'algorithm', 'signature']],
    ['invalid_audience', ['audience']],
    ['authentication_failed', ['authorization']],
    ['access_denied', ['kind']],
    [
      'invalid_request',
      except(
        'unknown-sender',
        'unknown-issuer',
        'unknown-key',
        'key-id',
        'algorithm',
        'signature',
        'audience',
        'authorization',
        'kind',
      ),
    ],
  ])('is rejected with 400 and %s', (err, reasons) => {
    for (const reason of reasons) {
      const { statusCode, headers, body } = rejected('events', reason);
      expect(statusCode).toBe(400);
      expect(headers).toMatchObject({ 'Content-Type': 'application/json', 'Content-Language': 'en' });
      expect(JSON.parse(body)).toEqual({ err, description: `The security event token was rejected: ${reason}.` });
    }
  });
});

describe('global token revocation', () => {
  it('is 204, and 404 for a user of whom no entry can be written', () => {
    expect(handled('global-token-revocation').map(({ statusCode }) => statusCode)).toEqual([204, 204, 204, 204, 404]);
  });

  it.each<[number, readonly SignalRejection[]]>([
    [400, ['request']],
    [403, ['kind']],
    [422, ['subject']],
    [401, except('request', 'kind', 'subject')],
  ])('is rejected with %i', (status, reasons) => {
    for (const reason of reasons) {
      const { statusCode, headers, body } = rejected('global-token-revocation', reason);
      expect({ statusCode, body }).toEqual({ statusCode: status, body: '' });
      expect(headers['WWW-Authenticate']).toBe(status === 401 ? 'Bearer' : undefined);
    }
  });
});
