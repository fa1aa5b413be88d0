import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Makes one temporary folder for the whole test run, because workers end by a signal, so that they cannot clean up at exit, and sets the
 * variables of the programs that tests start.
 */
export async function setup(): Promise<() => Promise<void>> {
  const temporary = await mkdtemp(join(tmpdir(), 'bearer-authorizer-tests-'));
  // Workers get their environment when they start, after this.
  process.env.TMPDIR = temporary;
  // Dozens of tests start our programs, most of which load the same large packages.
  process.env.NODE_COMPILE_CACHE = join(temporary, 'compiled');
  // Compilers and bundlers written in Go end in seconds: collecting garbage takes a quarter of their time.
  process.env.GOGC ??= 'off';
  // A program that a test has ended may still write compiled code, so that the folder is not empty for a moment.
  return () => rm(temporary, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}
