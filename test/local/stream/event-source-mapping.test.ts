import { expect, test } from 'vitest';
import { recordFilterOf } from '../../../local/stream/event-source-mapping.ts';

const record = { eventName: 'INSERT', dynamodb: { NewImage: { flush: { BOOL: false } } } };

test.each([
  [[], true],
  [['{"eventName":["INSERT","MODIFY"]}'], true],
  [['{"eventName":["REMOVE"]}'], false],
  [['{"eventName":["REMOVE"]}', '{"eventName":["INSERT"]}'], true],
  [['{"dynamodb":{"NewImage":{"flush":{"BOOL":[false]}}}}'], true],
  [['{"eventName":["INSERT"],"dynamodb":{"NewImage":{"other":{"S":["x"]}}}}'], false],
])('%j lets an insertion through: %s', (patterns, expected) => {
  expect(recordFilterOf(patterns)?.(record)).toBe(expected);
});

test('there is no filter for a pattern with an operator', () => {
  expect(recordFilterOf(['{"eventName":[{"prefix":"IN"}]}'])).toBeUndefined();
});
