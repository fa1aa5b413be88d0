import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hasDuplicateNames } from '../../../lambda/token/json-names.ts';

it.each([
  '{"a":1,"a":1}',
  '{"a":1,"b":2,"a":3}',
  '{"\\u0061":1,"a":2}',
  '{"a" : 1 , "a"\n:2}',
  '{"":1,"":2}',
  '{"a":{"a":1},"a":2}',
  '{"a":["a:",{}],"a":2}',
  '{"a":"}","a":2}',
  '{"a":"\\"{","a":2}',
  '{"a":"\\\\","a":2}',
  '{"\\"":1,"\\u0022":2}',
])('%s names a member twice', (text) => {
  expect(hasDuplicateNames(text)).toBe(true);
});

it.each([
  '{}',
  '{"a":1}',
  '{"a":"a","b":"b"}',
  '{"a":{"a":{"a":1}}}',
  '{"a":[{"b":1},{"b":2}],"b":3}',
  '{"a":"b:","c":":"}',
  '{"a":"\\"b\\":1,\\"b\\":2"}',
  '{"a":1,"A":1}',
])('%s names no member twice', (text) => {
  expect(hasDuplicateNames(text)).toBe(false);
});

it('members of any text and values of any depth are told apart by their names alone', () => {
  const name = fc.oneof(fc.constantFrom('a', 'b', '"', '\\', '{', ':'), fc.string({ unit: 'binary', maxLength: 3 }));
  const spelled = name.map((text) => [text, JSON.stringify(text)] as const);
  const escaped = name.map((text) => {
    const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at).toString(16).padStart(4, '0'));
    return [text, `"${units.map((unit) => `\\u${unit}`).join('')}"`] as const;
  });
  const members = fc.array(fc.tuple(fc.oneof(spelled, escaped), fc.jsonValue({ maxDepth: 3 })), { maxLength: 6 });
  fc.assert(
    fc.property(members, (pairs) => {
      const text = `{${pairs.map(([[, written], value]) => `${written}:${JSON.stringify(value)}`).join(', ')}}`;
      const names = pairs.map(([[plain]]) => plain);
      expect(hasDuplicateNames(text)).toBe(new Set(names).size < names.length);
    }),
    { numRuns: 500 },
  );
});
