import { LocalRunError } from '../../local/errors.ts';
import { type BenchOptions, parseBenchOptions, UsageError } from './bench-options.ts';
import { createProgress } from './progress.ts';
import { recordRun } from './recorded/recorded-run.ts';
import { reportOn } from './report.ts';
import { measureAll } from './results.ts';
import { prepareSurroundings } from './surroundings.ts';

const RECORDED = new URL('./recorded/', import.meta.url);

// The exit hooks of Java and of the temporary folders do not run when a signal kills the process.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

try {
  await run(parseBenchOptions(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError || error instanceof LocalRunError)) throw error;
  console.error(error.message);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

async function run(options: BenchOptions): Promise<void> {
  const progress = createProgress(process.stderr);
  const surroundings = await prepareSurroundings();
  try {
    const results = await measureAll(surroundings, options, progress);
    progress('');
    console.log(options.json ? JSON.stringify(results) : reportOn(results));
    recordRun(results, options, RECORDED);
  } finally {
    await surroundings.close();
  }
}
