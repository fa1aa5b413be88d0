import { describe, expect, test } from 'vitest';
import { conditionHolds } from '../../../local/cloudformation/conditions.ts';
import { resolveIntrinsics } from '../../../local/cloudformation/intrinsics.ts';
import { stackOf } from '../../../local/cloudformation/stack.ts';
import type { Json, Template } from '../../../local/cloudformation/template.ts';
import { smallTemplate, templateWith } from '../../support/gateway/small-template.ts';

describe('intrinsic functions', () => {
  const unknown: string[] = [];
  const references = {
    ref: (name: string) => `<${name}>`,
    attribute: (id: string, name: string) => `<${id}.${name}>`,
    mappings: { Hosts: { '<A>': { host: 'a.example' } } },
    condition: (name: string) => name === 'Holds',
    unknownFunction: (name: string) => void unknown.push(name),
  };

  test.each<[Json, Json]>([
    [{ Ref: 'A' }, '<A>'],
    [{ 'Fn::GetAtt': ['A', 'Arn'] }, '<A.Arn>'],
    [{ 'Fn::GetAtt': 'A.Endpoint.Address' }, '<A.Endpoint.Address>'],
    [{ 'Fn::Join': ['-', ['x', { Ref: 'A' }]] }, 'x-<A>'],
    [{ 'Fn::Select': [1, { 'Fn::Split': [':', 'a:b:c'] }] }, 'b'],
    [{ 'Fn::Select': [4, { 'Fn::Split': [':', { Ref: 'A' }] }] }, '<A>'],
    [{ 'Fn::FindInMap': ['Hosts', { Ref: 'A' }, 'host'] }, 'a.example'],
    [{ 'Fn::Sub': `x-\${A}-\${A.Arn}-\${!A}` }, `x-<A>-<A.Arn>-\${A}`],
    [{ 'Fn::Sub': [`\${B}-\${A}`, { B: { Ref: 'C' } }] }, '<C>-<A>'],
    [{ a: [{ Ref: 'A' }, 1, null], b: { Ref: 'AWS::NoValue' } }, { a: ['<A>', 1, null] }],
    [{ 'Fn::If': ['Holds', 'yes', 'no'] }, 'yes'],
    [{ 'Fn::If': ['Fails', 'yes', { Ref: 'A' }] }, '<A>'],
    [{ a: { 'Fn::If': ['Fails', 1, { Ref: 'AWS::NoValue' }] }, b: 2 }, { b: 2 }],
    [
      [1, { 'Fn::If': ['Holds', { Ref: 'AWS::NoValue' }, 2] }, 3],
      [1, 3],
    ],
    [{ 'Fn::Base64': 'text' }, 'dGV4dA=='],
    [{ 'Fn::GetAZs': 'eu-west-1' }, ['eu-west-1a', 'eu-west-1b', 'eu-west-1c']],
    [{ 'Fn::Select': [0, { 'Fn::GetAZs': '' }] }, '<AWS::Region>a'],
    [{ 'Fn::Length': ['a', 'b'] }, 2],
    [{ 'Fn::ToJsonString': { a: { Ref: 'A' } } }, '{"a":"<A>"}'],
    [{ 'Fn::ImportValue': { 'Fn::Sub': `\${A}-x` } }, '<A>-x'],
    [{ 'Fn::GetStackOutput': { StackName: 'other', OutputName: 'Url' } }, 'other.Url'],
  ])('resolve %j', (value, expected) => {
    expect(resolveIntrinsics(value, references)).toEqual(expected);
    expect(unknown).toEqual([]);
  });

  test.each<[Json, Json, string]>([
    [{ 'Fn::Cidr': ['10.0.0.0/16', 2] }, 'Fn::Cidr', 'Fn::Cidr'],
    [{ 'Fn::FindInMap': ['Hosts', 'B', 'host'] }, 'Hosts.B.host', 'Fn::FindInMap'],
  ])('%j stays unknown: its name stands in for it', (value, expected, name) => {
    expect(resolveIntrinsics(value, references)).toEqual(expected);
    expect(unknown.splice(0)).toEqual([name]);
  });
});

describe('a condition', () => {
  const references = {
    ref: () => 'prod',
    attribute: () => '',
    condition: (name: string): boolean => name === 'Yes',
  };
  const yes = { Condition: 'Yes' };
  const no = { Condition: 'No' };

  test.each<[Json, boolean]>([
    [{ 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] }, true],
    [{ 'Fn::Equals': [true, 'true'] }, true],
    [{ 'Fn::Equals': ['a', 'b'] }, false],
    [{ 'Fn::And': [yes, yes] }, true],
    [{ 'Fn::And': [yes, no] }, false],
    [{ 'Fn::Or': [no, yes] }, true],
    [{ 'Fn::Or': [no, no] }, false],
    [{ 'Fn::Not': [no] }, true],
    [{ 'Fn::Not': [{ 'Fn::Equals': [1, '1'] }] }, false],
    [{ 'Fn::Unheard': [yes] }, false],
    [null, false],
  ])('%j: %s', (condition, holds) => {
    expect(conditionHolds(condition, references)).toBe(holds);
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

  test('gives aliases and versions the ARN of their function with a qualifier', () => {
    const FunctionName = { Ref: 'Backend' };
    const versioned = stackOf(
      'small',
      templateWith({
        Version: { Type: 'AWS::Lambda::Version', Properties: { FunctionName } },
        Live: { Type: 'AWS::Lambda::Alias', Properties: { FunctionName, Name: 'live' } },
      }),
    );
    const arn = versioned.attribute('Backend', 'Arn');
    expect([versioned.ref('Version'), versioned.ref('Live')]).toEqual([`${arn}:1`, `${arn}:live`]);
  });

  test('lets a text stand in for an attribute that it does not have', () => {
    expect(stack.attribute('Api', 'Nothing')).toBe('Api.Nothing');
  });

  test('rejects a resource that it does not have', () => {
    expect(() => stack.ref('Gone')).toThrow('Gone');
  });
});

describe('a stack with parameters and conditions', () => {
  const template: Template = {
    Parameters: {
      Stage: { Type: 'String', Default: 'dev' },
      Zones: { Type: 'CommaDelimitedList', Default: 'a, b' },
      Secret: { Type: 'String' },
      Shared: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/shared' },
      Elsewhere: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/elsewhere' },
    },
    Conditions: {
      IsProd: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] },
      IsNotProd: { 'Fn::Not': [{ Condition: 'IsProd' }] },
    },
    Resources: {
      Parameter: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/shared', Value: { Ref: 'Stage' } } },
      Prod: { Type: 'Some::Thing', Condition: 'IsProd', Properties: {} },
      Bucket: { Type: 'AWS::S3::Bucket', Metadata: { 'aws:cdk:path': 'shop/Files/Bucket/Resource' } },
      Dev: {
        Type: 'Some::Thing',
        Condition: 'IsNotProd',
        Properties: {
          Known: [{ Ref: 'Stage' }, { Ref: 'Zones' }, { Ref: 'Shared' }, '{{resolve:ssm:/shared:1}}'],
          Removed: { 'Fn::If': ['IsProd', 1, { Ref: 'AWS::NoValue' }] },
          Unknown: [
            { Ref: 'Bucket' },
            { 'Fn::GetAtt': ['Bucket', 'DomainName'] },
            { Ref: 'Secret' },
            { Ref: 'Elsewhere' },
            { 'Fn::ImportValue': 'net' },
            'x {{resolve:secretsmanager:key}}',
          ],
        },
      },
    },
  };
  const stack = stackOf('shop', template);
  const things = stack.resourcesOfType('Some::Thing');

  test('has only the resources whose condition holds, and without a member that is AWS::NoValue', () => {
    expect(things.map(({ logicalId }) => logicalId)).toEqual(['Dev']);
    expect(Object.keys(things[0]?.properties ?? {})).toEqual(['Known', 'Unknown']);
  });

  test('knows the values of its parameters, and of those of SSM that it makes', () => {
    expect(things[0]?.properties.Known).toEqual(['dev', ['a', 'b'], 'dev', 'dev']);
    expect(stack.standIns('Dev', 'Known')).toEqual([]);
  });

  test('says what stands in for values that only a deployment knows', () => {
    expect(things[0]?.properties.Unknown).toEqual([
      ...['Bucket', 'Bucket.DomainName', 'Secret', 'Elsewhere', 'net', 'x {{resolve:secretsmanager:key}}'],
    ]);
    expect(stack.standIns('Dev', 'Unknown')).toEqual([
      { of: 'Files/Bucket (AWS::S3::Bucket)', text: 'Bucket' },
      { of: 'DomainName of Files/Bucket (AWS::S3::Bucket)', text: 'Bucket.DomainName' },
      { of: 'the parameter Secret', text: 'Secret' },
      { of: 'the parameter /elsewhere of SSM', text: 'Elsewhere' },
      { of: 'the export net', text: 'net' },
      { of: 'a value of secretsmanager', text: '{{resolve:secretsmanager:key}}' },
    ]);
  });
});
