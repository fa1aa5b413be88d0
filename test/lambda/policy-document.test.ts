import { expect, test } from 'vitest';
import { policyDocument } from '../../lambda/policy-document.ts';
import { STAGE_ARN } from '../support/compiled-policy.ts';
import { allows } from '../support/iam-evaluation.ts';

const granting = { routes: [], allow: ['GET/orders/*'], deny: ['GET/orders/*/refunds'] };

test('an Allow that ends with its token, and a Deny that never ends', () => {
  expect(policyDocument(granting, STAGE_ARN, 1_700_000_000)).toEqual({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 'execute-api:Invoke',
        Resource: [`${STAGE_ARN}/GET/orders/*`],
        Condition: { DateLessThan: { 'aws:CurrentTime': '2023-11-14T22:13:20Z' } },
      },
      { Effect: 'Deny', Action: 'execute-api:Invoke', Resource: [`${STAGE_ARN}/GET/orders/*/refunds`] },
    ],
  });
});

test('no Deny statement where nothing leaks', () => {
  expect(policyDocument({ ...granting, deny: [] }, STAGE_ARN, 0).Statement).toHaveLength(1);
});

test('nothing granted: the whole stage is denied', () => {
  expect(policyDocument({ routes: [], allow: [], deny: [] }, STAGE_ARN, 1_700_000_000).Statement).toEqual([
    { Effect: 'Deny', Action: 'execute-api:Invoke', Resource: [`${STAGE_ARN}/*`] },
  ]);
});

test('a cached Allow is over at the second its token expires', () => {
  const policy = policyDocument(granting, STAGE_ARN, 1_700_000_000.9);
  expect(allows(policy, `${STAGE_ARN}/GET/orders/1`, 1_699_999_999.9)).toBe(true);
  expect(allows(policy, `${STAGE_ARN}/GET/orders/1`, 1_700_000_000)).toBe(false);
});

test.each([
  [1e300, '9999-12-31T23:59:59Z'],
  [Number.POSITIVE_INFINITY, '9999-12-31T23:59:59Z'],
  [-1, '1970-01-01T00:00:00Z'],
  [Number.NaN, '1970-01-01T00:00:00Z'],
])('an expiry of %d gives the date %s', (expiresAt, date) => {
  const [statement] = policyDocument(granting, STAGE_ARN, expiresAt).Statement;
  expect(statement?.Condition).toEqual({ DateLessThan: { 'aws:CurrentTime': date } });
});
