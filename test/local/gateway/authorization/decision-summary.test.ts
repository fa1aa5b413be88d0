import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isShortened, policyDocument } from '../../../../lambda/policy/policy-document.ts';
import {
  explanationIn,
  fingerprintOf,
  policySummary,
} from '../../../../local/gateway/authorization/decision-summary.ts';

const STAGE = 'arn:aws:execute-api:eu-west-1:000000000000:a1b2c3d4e5/v1';

/** The summary of the policy that the authorizer writes, as the gateway receives it. */
function summaryOf(allow: readonly string[], deny: readonly string[]) {
  return policySummary(JSON.parse(JSON.stringify(policyDocument({ routes: [], allow, deny }, STAGE, 100))));
}

describe('the summary of a policy', () => {
  test('has methods and paths in place of ARNs', () => {
    expect(summaryOf(['GET/', 'GET/orders/?*', '*/a'], ['GET/orders/?*/refunds', '*//*'])).toEqual({
      allows: ['GET /', 'GET /orders/?*', '* /a'],
      denies: ['GET /orders/?*/refunds', '* //*'],
    });
  });

  test('is the same where the policy is too long to name API and stage', () => {
    const long = Array.from({ length: 200 }, (_, index) => `GET/orders/${index}/lines`);
    expect(isShortened({ routes: [], allow: long, deny: [] }, STAGE)).toBe(true);
    expect(summaryOf(['GET/', ...long], ['GET/x', '*//*', '*/?*/'])).toEqual({
      allows: ['GET /', ...long.map((pattern) => pattern.replace('GET/', 'GET /'))],
      // The last one is of the shortening.
      denies: ['GET /x', '* //*', '* /?*/', '* /GET/*'],
    });
  });

  test('of a token without a grant denies everything', () => {
    expect(summaryOf([], [])).toEqual({ allows: [], denies: ['*'] });
  });

  test('keeps what is no method ARN', () => {
    const Statement = [
      { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' },
      { Effect: 'Deny', Action: 'execute-api:Invoke', Resource: ['arn:elsewhere'] },
    ];
    expect(policySummary({ Statement })).toEqual({ allows: ['*'], denies: ['arn:elsewhere'] });
    expect(policySummary({ Statement: { Effect: 'Allow', Resource: '*' } })).toEqual({ allows: ['*'], denies: [] });
  });
});

describe('the explanation in what an authorizer wrote', () => {
  test.each<[string, readonly object[], object]>([
    ['a rejection', [{ event: 'rejected', reason: 'expired', seen: 1 }], { reason: 'expired' }],
    ['a failure', [{ event: 'failed', failureCause: 'key-set', detail: 'status 500' }], { reason: 'key-set' }],
    [
      'a revocation',
      [
        { event: 'revoked', level: 'key', issuer: 'main' },
        { event: 'rejected', reason: 'revoked', seen: 1 },
      ],
      { reason: 'revoked', revoked: { level: 'key', issuer: 'main' } },
    ],
    [
      'a revocation whose rejection is not logged',
      [{ event: 'revoked', level: 'key', issuer: 'main' }],
      { revoked: { level: 'key', issuer: 'main' } },
    ],
    ['half a revocation', [{ event: 'revoked', level: 'key' }], {}],
    ['other events', [{ event: 'allowed', reason: 'x' }, { reason: 'x' }, [], 'rejected' as never], {}],
    [
      'no word of ours',
      [
        { event: 'rejected', reason: 'eyJhbGci' },
        { event: 'revoked', level: 'a'.repeat(20), issuer: 'main' },
      ],
      {},
    ],
    ['no text', [{ event: 'rejected', reason: 7 }], {}],
  ])('is that of %s', (_, events, explanation) => {
    const lines = ['no JSON', ...events.map((event) => JSON.stringify(event))];
    expect(explanationIn(lines)).toEqual(explanation);
  });

  test('is the last one', () => {
    const rejected = (reason: string) => JSON.stringify({ event: 'rejected', reason });
    expect(explanationIn([rejected('expired'), rejected('revoked')])).toEqual({ reason: 'revoked' });
  });
});

test('a fingerprint is the first 16 digits of the SHA-256 of the text in UTF-8', () => {
  const digest = createHash('sha256').update(Buffer.from('Bearer é', 'utf8')).digest('hex');
  expect(fingerprintOf('Bearer é')).toBe(digest.slice(0, 16));
  expect(fingerprintOf('Bearer é')).not.toBe(fingerprintOf('bearer é'));
});
