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

test.each(['GET/', 'GET//$default/GET/a', `GET/\${aws:username}`])(
  'the stage $default of an HTTP API is kept for the request %s',
  (request) => {
    const stage = STAGE.replace('/prod', '/$default');
    expect(stageArnOf(`${stage}/${request}`)).toBe(stage);
  },
);

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
  ['a policy variable for a stage', `arn:aws:execute-api:eu-central-1:123456789012:abc/\${aws:username}/GET/`],
  ['a policy variable of the default stage', `arn:aws:execute-api:eu-central-1:123456789012:abc/\${default}/GET/`],
  ['a dollar in a stage', 'arn:aws:execute-api:eu-central-1:123456789012:abc/$prod/GET/'],
  ['more than the default stage', 'arn:aws:execute-api:eu-central-1:123456789012:abc/$default*/GET/'],
  ['something before the default stage', 'arn:aws:execute-api:eu-central-1:123456789012:abc/a$default/GET/'],
  ['a policy variable for an account', `arn:aws:execute-api:eu-central-1:\${aws:username}:abc/prod/GET/`],
  ['a star for a Region', 'arn:aws:execute-api:*:123456789012:abc/prod/GET/'],
  ['something before it', ` ${STAGE}/GET/`],
])('%s makes no ARN of a request: an error, which is a 500', (_, requestArn) => {
  expect(() => stageArnOf(requestArn)).toThrow('does not name an API and a stage');
});
