import { expect, test } from 'vitest';
import { stageArnOf } from '../../../lambda/event/authorization-request.ts';

const STAGE = 'arn:aws:execute-api:eu-central-1:123456789012:abcdefghij/prod';

test.each([
  'GET/',
  'GET/orders/1',
  'POST/a:b:c/d',
  'GET/*/?/%2A',
  `GET/\${aws:username}`,
  'GET//orders//',
  'GET/arn:aws:execute-api:us-east-1:999999999999:zzzzzzzzzz/other/GET/x',
  `GET/${'x'.repeat(1500)}`,
])('nothing of the request %s is in the stage ARN', (request) => {
  expect(stageArnOf(`${STAGE}/${request}`)).toBe(STAGE);
});

test.each(['aws-cn', 'aws-us-gov'])('the partition %s is kept', (partition) => {
  const stage = `arn:${partition}:execute-api:r-1:123456789012:abc/test-invoke-stage`;
  expect(stageArnOf(`${stage}/GET/`)).toBe(stage);
});

test.each([
  ['no ARN', ''],
  ['another service', 'arn:aws:lambda:eu-central-1:123456789012:abc/prod/GET/'],
  ['no stage', 'arn:aws:execute-api:eu-central-1:123456789012:abcdefghij'],
  ['no method', STAGE],
  ['an empty stage', 'arn:aws:execute-api:eu-central-1:123456789012:abcdefghij//GET/'],
  ['a star for a stage', 'arn:aws:execute-api:eu-central-1:123456789012:abcdefghij/*/GET/'],
  ['a star in the API id', 'arn:aws:execute-api:eu-central-1:123456789012:abc*/prod/GET/'],
  ['a question mark in the stage', 'arn:aws:execute-api:eu-central-1:123456789012:abc/pro?/GET/'],
  ['a policy variable for an account', `arn:aws:execute-api:eu-central-1:\${aws:username}:abc/prod/GET/`],
  ['a star for a Region', 'arn:aws:execute-api:*:123456789012:abc/prod/GET/'],
  ['something before it', ` ${STAGE}/GET/`],
])('%s makes no method ARN: an error, which is a 500', (_, methodArn) => {
  expect(() => stageArnOf(methodArn)).toThrow('does not name an API and a stage');
});
