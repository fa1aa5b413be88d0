import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('what the package exports has doc comments whose links lead somewhere, and docs/api.md and infra/library.api.md are up to date', {
  // Two compilers read the declarations of the CDK: ten seconds, but of processor time that other tests want too.
  timeout: 180_000,
}, async () => {
  // In a process of its own: API Extractor brings a TypeScript that would stay in memory.
  const check = promisify(execFile)(process.execPath, ['docs/generate/api.ts', '--check']);
  await expect(check.catch(({ stderr }) => stderr)).resolves.toMatchObject({ stderr: '' });
});
