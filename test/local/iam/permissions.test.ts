import { describe, expect, test } from 'vitest';
import { stackOf } from '../../../local/cloudformation/stack.ts';
import type { JsonObject, Template } from '../../../local/cloudformation/template.ts';
import { accessKeyOf } from '../../../local/functions/function-environment.ts';
import { rolePermissionsOf } from '../../../local/iam/permissions.ts';
import { changed, resource, templateWith } from '../../support/gateway/small-template.ts';

const QUEUE = 'arn:aws:sqs:eu-west-1:000000000000:jobs';

const maySend = (template: Template, key = accessKeyOf('Backend')) =>
  rolePermissionsOf(stackOf('small', template))(key, 'sqs:SendMessage', QUEUE);

const allowing = (statement: JsonObject) =>
  changed('RolePolicy', {
    PolicyDocument: { Statement: { Effect: 'Allow', Action: 'sqs:*', Resource: '*', ...statement } },
  });

test('a function may do what the policies of its role allow, and no more', () => {
  expect(maySend(allowing({}))).toBe(true);
  expect(maySend(allowing({ Resource: 'arn:aws:sqs:*:*:other' }))).toBe(false);
  expect(maySend(templateWith({}))).toBe(false);
  expect(maySend(templateWith({}), 'DEVELOPER')).toBe(true);
});

describe('what the local run cannot judge, it allows', () => {
  const role = (properties: JsonObject) => templateWith({ Role: resource('AWS::IAM::Role', properties) });
  const arn = (name: string) => `arn:aws:iam::aws:policy/${name}`;

  test.each<[string, Template, boolean]>([
    ['a policy of AWS', role({ ManagedPolicyArns: [arn('AmazonSQSFullAccess')] }), true],
    [
      'a policy of AWS for logs only',
      role({ ManagedPolicyArns: [arn('service-role/AWSLambdaBasicExecutionRole')] }),
      false,
    ],
    ['a role of another app', changed('Backend', { Role: 'arn:aws:iam::123456789012:role/shared' }), true],
    [
      'an operator of conditions',
      allowing({ Condition: { StringEqualsIfExists: { 'aws:PrincipalTag/a': 'b' } } }),
      true,
    ],
    ['a variable', allowing({ Resource: `arn:aws:sqs:*:*:\${aws:PrincipalTag/team}` }), true],
  ])('%s', (_, template, allowed) => {
    expect(maySend(template)).toBe(allowed);
  });
});
