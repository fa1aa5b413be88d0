import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Import, importsOf, sourceOf } from './imports.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Tests of seconds that start nothing: thousands of generated inputs each, schedules, and the model. */
const LONG = /\.property\.test\.ts$|^test\/proofs\//;

/** What takes seconds at its start: the CDK, the bundler, and other processes. */
const SLOW_IMPORTS = ['aws-cdk-lib', 'esbuild', 'node:child_process', 'node:worker_threads'];

export const TEST_FILES = 'test/**/*.test.ts';

/** The test files of `npm run test:fast`, by their paths in the repository: all that neither take long nor start anything. */
export function fastTests(): readonly string[] {
  const files = globSync(TEST_FILES, { cwd: ROOT }).map((file) => file.replaceAll('\\', '/'));
  return files.filter((file) => !LONG.test(file) && ![...filesFrom(file)].some(startsSomething)).toSorted();
}

/** A file and all of ours that it imports, directly or not. */
function filesFrom(start: string): ReadonlySet<string> {
  const found = new Set([start]);
  for (const file of found) {
    // Code inside a text may look like an import of a file that does not exist.
    const ours = runtimeImports(file).filter(({ to }) => to.endsWith('.ts') && existsSync(join(ROOT, to)));
    for (const { to } of ours) found.add(to);
  }
  return found;
}

/** Whether a file names DynamoDB Local, or imports what takes seconds at its start. */
function startsSomething(file: string): boolean {
  if (/\binject\('dynamoDbEndpoint'\)/.test(sourceOf(file))) return true;
  return runtimeImports(file).some(
    ({ specifier, to }) => SLOW_IMPORTS.includes(specifier) || SLOW_IMPORTS.includes(to),
  );
}

const known = new Map<string, readonly Import[]>();

function runtimeImports(file: string): readonly Import[] {
  const imports = known.get(file) ?? importsOf(file).filter(({ isTypeOnly }) => !isTypeOnly);
  known.set(file, imports);
  return imports;
}
