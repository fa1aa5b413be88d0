import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('the exports of the package have doc comments without broken links, and docs/api.md and infra/library.api.md are up to date', {
  // Two compilers read the declarations of the CDK: ten seconds of processor time, which other tests need too.
  timeout: 180_000,
}, async () => {
  // A separate process, because API Extractor loads a TypeScript that would stay in memory.
  const check = promisify(execFile)(process.execPath, ['docs/generate/api.ts', '--check']);
  await expect(check.catch(({ stderr }) => stderr)).resolves.toMatchObject({ stderr: '' });
});
