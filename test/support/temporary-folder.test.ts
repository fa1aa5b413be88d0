import { tmpdir } from 'node:os';
import { basename } from 'node:path';
import { expect, test } from 'vitest';

test('what a test leaves in the temporary folder is in that of the run, which goes with it', () => {
  expect(basename(tmpdir())).toMatch(/^bearer-authorizer-tests-/);
});
