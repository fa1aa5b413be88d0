import { mkdirSync, writeFileSync } from 'node:fs';
import { LocalRunError } from '../../local/errors.ts';
import { type BenchOptions, PARTS, parseBenchOptions, UsageError } from './bench-options.ts';
import { coldStartChart } from './cold/cold-start-chart.ts';
import { createProgress } from './progress.ts';
import { reportOn } from './report.ts';
import { type BenchResults, measureAll } from './results.ts';
import { prepareSurroundings } from './surroundings.ts';

const RESULTS = new URL('./results/', import.meta.url);
const CHART = new URL('./cold-start.svg', import.meta.url);

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
    if (options.parts === PARTS) keep(results);
  } finally {
    await surroundings.close();
  }
}

/** Writes the results of a complete run, whose parts were measured on one machine on one day. */
function keep(results: BenchResults): void {
  if (results.cold === undefined) return;
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(new URL('latest.json', RESULTS), `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(CHART, coldStartChart(results.cold, results));
}
