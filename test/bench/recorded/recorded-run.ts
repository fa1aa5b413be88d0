import { writeFileSync } from 'node:fs';
import type { BenchOptions } from '../bench-options.ts';
import { coldStartChart } from '../cold/cold-start-chart.ts';
import type { BenchResults } from '../results.ts';

/** The results of the last recorded run and their chart, which `docs/benchmarks.md` shows. */
export const RECORDED_FILES = ['latest.json', 'cold-start.svg'] as const;

/** Under `--record`, replaces the recorded run in the folder: a complete one, whose parts were measured on one machine on one day. */
export function recordRun(results: BenchResults, { record }: BenchOptions, folder: URL): void {
  if (!record || results.cold === undefined) return;
  writeFileSync(new URL('latest.json', folder), `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(new URL('cold-start.svg', folder), coldStartChart(results.cold, results));
}
