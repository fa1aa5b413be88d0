import { expect, test } from 'vitest';
import { PARTS, parseBenchOptions } from './bench-options.ts';

test('a bare command line measures everything and records nothing', () => {
  expect(parseBenchOptions([])).toEqual({ json: false, record: false, parts: PARTS, rounds: 31, entries: 1_000_000 });
});

test.each([
  [['--record', '--only', 'cold'], '--record replaces the results of a complete run: leave out --only cold.'],
  [['--only', 'cold,tepid'], '--only names "tepid": the parts are cold, warm, scale, memory.'],
  [['--rounds', '0'], '--rounds is "0": write a whole number from 1 on.'],
])('the command line %j is rejected before anything is measured', (args, message) => {
  expect(() => parseBenchOptions(args)).toThrow(message);
});
