import { expect, test } from 'vitest';
import { stackOf } from '../../../local/cloudformation/stack.ts';
import { strangeNames } from '../../../local/functions/environment-overrides.ts';
import { standInLines } from '../../../local/functions/stand-in-lines.ts';
import { lambdaFunction, templateWith } from '../../support/gateway/small-template.ts';

const bucket = { Type: 'AWS::S3::Bucket', Metadata: { 'aws:cdk:path': 'shop/Files/Resource' } };
const Orders = { ...lambdaFunction('orders', { FILES: { Ref: 'Bucket' }, STAGE: 'dev', TABLE: { Ref: 'Table' } }) };
const Reports = lambdaFunction('reports', { BUCKET: { Ref: 'Bucket' }, SECRET: '{{resolve:secretsmanager:key}}' });
const stack = stackOf('shop', templateWith({ Bucket: bucket, Orders, Reports }));
const functions = stack.resourcesOfType('AWS::Lambda::Function');

test('each value that only a deployment knows has one line, which names its variables', () => {
  expect(standInLines(stack, functions, {})).toEqual([
    'Not known here: Files (AWS::S3::Bucket): `Bucket` stands in for it in FILES of Orders, BUCKET of Reports; --env gives it another value.',
    'Not known here: a value of secretsmanager: `{{resolve:secretsmanager:key}}` stands in for it in SECRET of Reports; --env gives it another value.',
  ]);
});

test('a variable that is given has none', () => {
  const given = { '*': { FILES: 'files' }, Reports: { SECRET: 'x' } };
  expect(standInLines(stack, functions, given)).toEqual([
    'Not known here: Files (AWS::S3::Bucket): `Bucket` stands in for it in BUCKET of Reports; --env gives it another value.',
  ]);
});

test('a name that means no function is found, by id and by path', () => {
  const [named] = stackOf('shop', {
    Resources: { A1: { ...Orders, Metadata: { 'aws:cdk:path': 'shop/Orders/Function/Resource' } } },
  }).resourcesOfType('AWS::Lambda::Function');
  const names = ['*', 'A1', 'Orders/Function', 'shop/Orders/Function', 'Order', 'Function', 'other'];
  const overrides = Object.fromEntries(names.map((name) => [name, {}]));
  expect(strangeNames(overrides, named === undefined ? [] : [named])).toEqual(['Order', 'Function', 'other']);
});
