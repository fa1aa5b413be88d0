import { describe, expect, test } from 'vitest';
import { resolveIntrinsics } from '../../../local/cloudformation/intrinsics.ts';
import { stackOf } from '../../../local/cloudformation/stack.ts';
import type { Json } from '../../../local/cloudformation/template.ts';
import { smallTemplate, templateWith } from '../../support/gateway/small-template.ts';

describe('intrinsic functions', () => {
  const references = {
    ref: (name: string) => `<${name}>`,
    attribute: (id: string, name: string) => `<${id}.${name}>`,
    mappings: { Hosts: { '<A>': { host: 'a.example' } } },
  };

  test.each<[Json, Json]>([
    [{ Ref: 'A' }, '<A>'],
    [{ 'Fn::GetAtt': ['A', 'Arn'] }, '<A.Arn>'],
    [{ 'Fn::GetAtt': 'A.Endpoint.Address' }, '<A.Endpoint.Address>'],
    [{ 'Fn::Join': ['-', ['x', { Ref: 'A' }]] }, 'x-<A>'],
    [{ 'Fn::Select': [1, { 'Fn::Split': [':', 'a:b:c'] }] }, 'b'],
    [{ 'Fn::FindInMap': ['Hosts', { Ref: 'A' }, 'host'] }, 'a.example'],
    [{ 'Fn::Sub': `x-\${A}-\${A.Arn}-\${!A}` }, `x-<A>-<A.Arn>-\${A}`],
    [{ 'Fn::Sub': [`\${B}-\${A}`, { B: { Ref: 'C' } }] }, '<C>-<A>'],
    [{ a: [{ Ref: 'A' }, 1, null], b: { Ref: 'AWS::NoValue' } }, { a: ['<A>', 1, null] }],
  ])('resolve %j', (value, expected) => {
    expect(resolveIntrinsics(value, references)).toEqual(expected);
  });

  test('reject an unknown one by name', () => {
    expect(() => resolveIntrinsics({ 'Fn::ImportValue': 'x' }, references)).toThrow('Fn::ImportValue');
  });
});

describe('a stack', () => {
  const stack = stackOf('small', smallTemplate());

  test('gives its resources the names and ARNs of a deployment', () => {
    expect(stack.ref('Table')).toBe('small-Table');
    expect(stack.ref('Stage')).toBe('v1');
    expect(stack.attribute('Authorizer', 'Arn')).toBe(
      'arn:aws:lambda:eu-west-1:000000000000:function:small-Authorizer',
    );
    expect(stack.outputs()).toEqual({ TableName: 'small-Table' });
  });

  test('gives each API an id of its own, in the order of the template, and an HTTP API its address', () => {
    const api = { Type: 'AWS::ApiGatewayV2::Api', Properties: {} };
    const several = stackOf('several', templateWith({ HttpApi: api, OtherApi: api }));
    expect(['Api', 'HttpApi', 'OtherApi'].map(several.ref)).toEqual(['localapi01', 'localapi02', 'localapi03']);
    expect(several.attribute('OtherApi', 'ApiEndpoint')).toBe('https://localapi03.execute-api.eu-west-1.amazonaws.com');
  });

  test('rejects an attribute that it does not have, by name', () => {
    expect(() => stack.attribute('Api', 'Nothing')).toThrow('Nothing of Api');
  });

  test('rejects a reference to a resource that it does not have', () => {
    expect(() => stack.ref('Gone')).toThrow('Gone');
  });
});
