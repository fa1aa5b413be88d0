import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** Programs that read a package as its users' tools do, each with the arguments before the file. */
const CHECKS = [
  // Whether TypeScript finds declarations that say the truth, in every way in which it resolves a package.
  { script: '@arethetypeswrong/cli/dist/index.js', words: ['--no-emoji', '--no-color', '--format', 'ascii'] },
  // Whether package.json and the files agree.
  { script: 'publint/src/cli.js', words: ['run', '--strict'] },
] as const;

/** @param file - the tarball. @returns the output of each check that found something wrong */
export async function tarballProblems(file: string): Promise<readonly string[]> {
  const outputs = await Promise.all(CHECKS.map(({ script, words }) => problemOf(script, [...words, file])));
  return outputs.filter((output) => output !== undefined);
}

function problemOf(script: string, words: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(ROOT, 'node_modules', script), ...words], (error, stdout, stderr) => {
      const isClean = error === null && !stdout.includes('Suggestions:');
      resolve(isClean ? undefined : `${stdout}${stderr}`);
    });
  });
}
