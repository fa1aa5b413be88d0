import { tmpdir } from 'node:os';
import { basename } from 'node:path';
import { expect, test } from 'vitest';

test('the temporary folder of a test is inside that of the test run, which is deleted at its end', () => {
  expect(basename(tmpdir())).toMatch(/^bearer-authorizer-tests-/);
});
