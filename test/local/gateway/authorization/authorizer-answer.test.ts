import { expect, test } from 'vitest';
import type { Json } from '../../../../local/cloudformation/template.ts';
import { contextAsText, parseAuthorizerAnswer } from '../../../../local/gateway/authorization/authorizer-answer.ts';

const policyDocument = { Version: '2012-10-17', Statement: [] };

test('the context reaches the backend as text', () => {
  const answer = parseAuthorizerAnswer(
    { principalId: 'p', policyDocument, context: { a: 1, b: true, c: 'x' } },
    contextAsText,
  );
  expect(answer?.context).toEqual({ a: '1', b: 'true', c: 'x' });
});

test.each<[string, Json]>([
  ['nothing', null],
  ['text', 'allow'],
  ['no principalId', { policyDocument }],
  ['an empty principalId', { principalId: '', policyDocument }],
  ['a principalId that is not text', { principalId: 7, policyDocument }],
  ['no policy', { principalId: 'p' }],
  ['a policy without statements', { principalId: 'p', policyDocument: { Version: '2012-10-17' } }],
  ['an object in the context', { principalId: 'p', policyDocument, context: { a: {} } }],
  ['a list in the context', { principalId: 'p', policyDocument, context: { a: [] } }],
  ['null in the context', { principalId: 'p', policyDocument, context: { a: null } }],
])('%s is a configuration error', (_, output) => {
  expect(parseAuthorizerAnswer(output, contextAsText)).toBeUndefined();
});
