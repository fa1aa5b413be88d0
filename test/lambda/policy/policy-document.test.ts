import { describe, expect, test } from 'vitest';
import {
  isShortened,
  lostByShortening,
  MAX_STAGE_POLICY_BYTES,
  policyDocument,
} from '../../../lambda/policy/policy-document.ts';
import { grantFor, route, STAGE_ARN } from '../../support/routes/compiled-policy.ts';
import { allows } from '../../support/routes/iam-evaluation.ts';

const granting = { routes: [], allow: ['GET/orders/*'], deny: ['GET/orders/*/refunds'] };

test('an Allow ends with its token, and a Deny never ends', () => {
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

test('there is no Deny statement where nothing leaks', () => {
  expect(policyDocument({ ...granting, deny: [] }, STAGE_ARN, 0).Statement).toHaveLength(1);
});

test('the whole stage is denied where nothing is granted', () => {
  expect(policyDocument({ routes: [], allow: [], deny: [] }, STAGE_ARN, 1_700_000_000).Statement).toEqual([
    { Effect: 'Deny', Action: 'execute-api:Invoke', Resource: [`${STAGE_ARN}/*`] },
  ]);
});

test('a cached Allow ends at the second at which its token expires', () => {
  const policy = policyDocument(granting, STAGE_ARN, 1_700_000_000.9);
  expect(allows(policy, `${STAGE_ARN}/GET/orders/1`, 1_699_999_999.9)).toBe(true);
  expect(allows(policy, `${STAGE_ARN}/GET/orders/1`, 1_700_000_000)).toBe(false);
});

describe('a policy that is too long for one stage', () => {
  /** Every other one is granted, so that no wide pattern stands for them. */
  const routes = Array.from({ length: 160 }, (_, i) =>
    route(`GET /some-resource-${i}/{id}`, i % 2 === 1 ? 'read' : 'write'),
  );
  const long = grantFor(routes, 'read');
  const policy = policyDocument(long, STAGE_ARN, 1);
  const isAllowed = (request: string, stageArn = STAGE_ARN, document = policy) =>
    allows(document, `${stageArn}/${request}`);

  test('has patterns for any API and stage, and a Deny for paths that hold an allowed method', () => {
    expect(JSON.stringify(policy).length).toBeLessThan(MAX_STAGE_POLICY_BYTES);
    expect(policy.Statement).toMatchObject([
      { Resource: expect.arrayContaining(['arn:aws:execute-api:*:*:*/GET/some-resource-1/?*']) },
      { Resource: ['arn:aws:execute-api:*:*:*/*/*/GET/*'] },
    ]);
  });

  test('may have many Denies instead of many Allows', () => {
    const deny = Array.from({ length: 60 }, (_, i) => `GET/orders/?*/${'x'.repeat(40)}-${i}`);
    expect(isShortened({ ...granting, deny }, STAGE_ARN)).toBe(true);
    expect(isShortened({ ...granting, deny: deny.slice(40) }, STAGE_ARN)).toBe(false);
  });

  test('stays in the partition of the stage', () => {
    const [allowed] = policyDocument(long, STAGE_ARN.replace('arn:aws:', 'arn:aws-us-gov:'), 1).Statement;
    expect(allowed).toMatchObject({
      Resource: expect.arrayContaining(['arn:aws-us-gov:execute-api:*:*:*/GET/some-resource-1/?*']),
    });
  });

  test.each(['GET/some-resource-7/x', 'GET/some-resource-7/GET', 'GET/some-resource-7/POST/'])(
    'allows %s',
    (request) => {
      expect(isAllowed(request)).toBe(true);
    },
  );

  test.each([
    'POST/some-resource-7/x',
    'GET/some-resource-8/x',
    'POST/files/GET/some-resource-7/x',
    'POST/GET/some-resource-7/x',
    'POST/a:b:c/GET/some-resource-7/x',
    'GET/some-resource-8/abcdefghij/prod/GET/some-resource-7/x',
    'GET/GET/some-resource-7/x',
  ])('rejects %s', (request) => {
    expect(isAllowed(request)).toBe(false);
  });

  test('loses requests with a path segment that is an allowed method, and more after it', () => {
    expect(lostByShortening(long)).toEqual(['GET']);
    expect(isAllowed('GET/some-resource-7/GET/x')).toBe(false);
  });

  test('loses them for the methods of its Denies too, which reach into paths as well', () => {
    const grant = {
      ...long,
      allow: ['*/files/?*', ...long.allow.map((one) => one.replace('GET', '*'))],
      deny: ['PUT/files/?*'],
    };
    expect(lostByShortening(grant)).toEqual(['PUT']);
    const document = policyDocument(grant, STAGE_ARN, 1);
    expect(isAllowed('GET/files/PUT', STAGE_ARN, document)).toBe(true);
    expect(isAllowed('GET/files/PUT/files/x', STAGE_ARN, document)).toBe(false);
  });

  test('leaves room for API and stage before patterns for all methods', () => {
    const grant = { ...long, deny: ['*/?*/'] };
    const document = policyDocument(grant, STAGE_ARN, 1);
    expect(isAllowed('GET/some-resource-7/x', STAGE_ARN, document)).toBe(true);
    expect(isAllowed('GET/some-resource-7/x/', STAGE_ARN, document)).toBe(false);
    const root = policyDocument({ ...grant, allow: ['GET/', ...grant.allow] }, STAGE_ARN, 1);
    expect(isAllowed('GET/', STAGE_ARN, root)).toBe(true);
  });

  test.each(['GET', 'POST'])('keeps the stage in its patterns where the stage is called %s', (stage) => {
    const stageArn = `${STAGE_ARN.slice(0, STAGE_ARN.lastIndexOf('/'))}/${stage}`;
    const document = policyDocument(long, stageArn, 1);
    expect(isAllowed('GET/some-resource-7/x', stageArn, document)).toBe(true);
    expect(isAllowed('POST/some-resource-7/x', stageArn, document)).toBe(false);
    expect(document.Statement).toHaveLength(1);
  });

  test('keeps the stage in its patterns where a granted route has a part called like a method, and more after it', () => {
    const document = policyDocument(grantFor([...routes, route('GET /GET/x', 'read')], 'read'), STAGE_ARN, 1);
    expect(isAllowed('GET/GET/x', STAGE_ARN, document)).toBe(true);
    expect(document.Statement).toHaveLength(1);
  });
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
