import { describe, expect, it } from 'vitest';
import type { DecisionEvent } from '../../../../local/log/run-event.ts';
import { explanationOf } from '../../../../local/page/model/explanation.ts';

const EXCHANGE = { at: 0, requestId: 'r', method: 'GET', path: '/v1/orders', status: 200, milliseconds: 3 };
const ALLOWED: DecisionEvent = {
  ...EXCHANGE,
  ...{ event: 'decision', outcome: 'allowed', fingerprint: '0123456789abcdef' },
  policy: { allows: ['GET /orders', 'GET /orders/?*'], denies: ['GET /orders/?*/refunds'] },
};

const said = (change: Partial<DecisionEvent>, scopes: readonly string[] = []) =>
  explanationOf({ ...ALLOWED, ...change }, scopes).join(' ');

describe('the explanation of an answer', () => {
  it('says that the authorizer was asked, what took how long, and the policy in words', () => {
    expect(explanationOf(ALLOWED, [])).toEqual([
      'Decided now: the authorizer was asked. The gateway took 3 ms.',
      'The policy allows this request.',
      'It may call GET /orders, GET /orders/?*; not GET /orders/?*/refunds.',
    ]);
  });

  it('says that a cached decision asked nobody', () => {
    expect(said({ event: 'cached' })).toContain('From the result cache: the authorizer was not asked.');
  });

  it('names the scopes that a forbidden request needs', () => {
    const text = said({ outcome: 'forbidden' }, ['orders:write', 'orders:admin']);
    expect(text).toContain('The token is good, and its policy does not allow this request.');
    expect(text).toContain('It needs orders:write or orders:admin.');
  });

  it('names the level of the entry that took the token back', () => {
    const rejected = { outcome: 'rejected', policy: undefined } as const;
    const text = said({ ...rejected, reason: 'revoked', revoked: { level: 'session', issuer: 'local' } });
    expect(text).toContain('an entry of the level session of local names it');
  });

  it('gives another reason in words, and none where the authorizer has logged a sample only', () => {
    const rejected = { outcome: 'rejected', policy: undefined } as const;
    expect(said({ ...rejected, reason: 'not-yet-valid' })).toContain('not accepted: not yet valid.');
    expect(said({ ...rejected, reason: 'revoked' })).toContain('The token was taken back.');
    expect(said(rejected)).toContain('The token is not accepted.');
  });

  it('says of an outage that nobody can know', () => {
    const text = said({ outcome: 'undecided', policy: undefined, reason: 'key-set' });
    expect(text).toContain('Nobody can know: the authorizer could not decide: key set.');
  });

  it('says of a request without an authorizer just that', () => {
    expect(explanationOf({ ...EXCHANGE, event: 'request' }, [])).toEqual(['No authorizer was asked.']);
  });
});
