import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../local/cloudformation/template.ts';
import { evaluatePolicies } from '../../../local/iam/policy-evaluation.ts';

const NOW = '2026-11-22T10:00:00.000Z';

const keys = {
  'aws:currenttime': NOW,
  'aws:epochtime': String(Date.parse(NOW) / 1000),
  'aws:sourceip': '10.1.2.3',
  'aws:securetransport': 'true',
  'aws:useragent': 'curl/8',
};

const ARN = 'arn:aws:execute-api:eu-west-1:000000000000:api/v1/GET/orders';

const statement = (parts: JsonObject): JsonObject => ({
  Effect: 'Allow',
  Action: 'execute-api:Invoke',
  Resource: ARN,
  ...parts,
});

const result = (...statements: readonly JsonObject[]) =>
  evaluatePolicies([{ Version: '2012-10-17', Statement: statements }], {
    action: 'execute-api:Invoke',
    resource: ARN,
    keys,
  });

describe('the result of', () => {
  test.each<[string, readonly JsonObject[], string]>([
    ['an Allow that matches', [statement({})], 'allow'],
    ['an Allow elsewhere', [statement({ Resource: `${ARN}/7` })], 'implicit deny'],
    ['a Deny after an Allow', [statement({}), statement({ Effect: 'Deny' })], 'explicit deny'],
    ['a Deny before an Allow', [statement({ Effect: 'Deny' }), statement({})], 'explicit deny'],
    ['another action', [statement({ Action: 'execute-api:ManageConnections' })], 'implicit deny'],
    ['an action in other case', [statement({ Action: 'Execute-API:invoke' })], 'allow'],
    ['every action', [statement({ Action: '*' })], 'allow'],
    ['a resource in other case', [statement({ Resource: ARN.toUpperCase() })], 'implicit deny'],
    ['any of several resources', [statement({ Resource: ['arn:other', `${ARN.slice(0, -3)}*`] })], 'allow'],
    ['NotAction that names the action', [statement({ NotAction: 'execute-api:*', Action: null })], 'implicit deny'],
  ])('%s', (_, statements, expected) => {
    expect(result(...statements)).toBe(expected);
  });

  test('NotResource is an Allow everywhere else', () => {
    const { Resource: _, ...rest } = statement({ NotResource: `${ARN}/7` });
    expect(result(rest)).toBe('allow');
    const { Resource: __, ...same } = statement({ NotResource: ARN });
    expect(result(same)).toBe('implicit deny');
  });
});

describe('a condition', () => {
  test.each<[JsonObject, boolean]>([
    [{ DateLessThan: { 'aws:CurrentTime': '2026-11-22T10:00:01Z' } }, true],
    [{ DateLessThan: { 'aws:CurrentTime': NOW } }, false],
    [{ DateLessThanEquals: { 'aws:CurrentTime': NOW } }, true],
    [{ DateGreaterThan: { 'aws:CurrentTime': '2026-11-22T09:59:59Z' } }, true],
    [{ DateLessThan: { 'AWS:currentTIME': String(Date.parse(NOW) / 1000 + 1) } }, true],
    [{ NumericLessThan: { 'aws:EpochTime': Date.parse(NOW) / 1000 } }, false],
    [{ NumericGreaterThanEquals: { 'aws:EpochTime': Date.parse(NOW) / 1000 } }, true],
    [{ IpAddress: { 'aws:SourceIp': ['192.168.0.0/16', '10.0.0.0/8'] } }, true],
    [{ IpAddress: { 'aws:SourceIp': '10.1.2.4' } }, false],
    [{ NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, false],
    [{ Bool: { 'aws:SecureTransport': 'true' } }, true],
    [{ StringLike: { 'aws:UserAgent': 'curl/*' } }, true],
    [{ StringEquals: { 'aws:UserAgent': 'CURL/8' } }, false],
    [{ StringEqualsIgnoreCase: { 'aws:UserAgent': 'CURL/8' } }, true],
    [{ StringNotEquals: { 'aws:UserAgent': ['a', 'curl/8'] } }, false],
    [{ StringEquals: { 'aws:Referer': 'x' } }, false],
    [{ StringEqualsIfExists: { 'aws:Referer': 'x' } }, true],
    [{ Null: { 'aws:Referer': 'true' } }, true],
    [{ 'ForAllValues:StringLike': { 'aws:UserAgent': ['wget/*', 'curl/*'] } }, true],
    [{ 'ForAllValues:StringLike': { 'aws:UserAgent': 'wget/*' } }, false],
    [{ 'ForAllValues:StringLike': { 'aws:Referer': 'x' } }, true],
    [{ 'ForAllValues:StringLike': { 'aws:Referer': 'x' }, Null: { 'aws:Referer': 'false' } }, false],
    [{ Bool: { 'aws:SecureTransport': 'true' }, StringEquals: { 'aws:Referer': 'x' } }, false],
  ])('%j holds: %s', (condition, holds) => {
    expect(result(statement({ Condition: condition }))).toBe(holds ? 'allow' : 'implicit deny');
  });

  test.each(['ArnLike', 'ForAnyValue:StringEquals', 'constructor'])('with %s is rejected by name', (operator) => {
    expect(() => result(statement({ Condition: { [operator]: { 'aws:UserAgent': 'x' } } }))).toThrow(operator);
  });
});

test.each<[string, JsonObject]>([
  ['no statement', {}],
  ['an empty list', { Statement: [] }],
  ['an effect of its own', { Statement: { ...statement({}), Effect: 'allow' } }],
  ['a policy variable', { Statement: statement({ Resource: `arn:aws:s3:::\${aws:username}` }) }],
])('a policy with %s cannot be read', (_, policy) => {
  expect(() => evaluatePolicies([policy], { action: 'execute-api:Invoke', resource: ARN, keys })).toThrow('policy');
});

test('one Deny that applies is enough, wherever it stands', () => {
  const effect = fc.constantFrom('Allow', 'Deny');
  const anyStatement = fc.record({ effect, applies: fc.boolean() });
  fc.assert(
    fc.property(fc.array(anyStatement, { minLength: 1, maxLength: 6 }), (list) => {
      const statements = list.map(({ effect: Effect, applies }) =>
        statement({ Effect, Resource: applies ? '*' : 'arn:elsewhere' }),
      );
      const applying = list.filter(({ applies }) => applies).map((each) => each.effect);
      const expected = applying.includes('Deny') ? 'explicit deny' : applying.length > 0 ? 'allow' : 'implicit deny';
      expect(result(...statements)).toBe(expected);
    }),
  );
});
