import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseBenchOptions } from '../bench-options.ts';
import type { BenchResults } from '../results.ts';
import { RECORDED_FILES, recordRun } from './recorded-run.ts';

const committed = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');
const results: BenchResults = JSON.parse(committed('latest.json'));
const emptyFolder = () => pathToFileURL(`${mkdtempSync(join(tmpdir(), 'recorded-'))}/`);

describe('the files of the last recorded run', () => {
  test('a run without --record leaves them alone', () => {
    const folder = emptyFolder();
    recordRun(results, parseBenchOptions([]), folder);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a run with --record writes the results and their chart', () => {
    const folder = emptyFolder();
    recordRun(results, parseBenchOptions(['--record']), folder);
    expect(readdirSync(folder).toSorted()).toEqual(RECORDED_FILES.toSorted());
    for (const name of RECORDED_FILES) expect(readFileSync(new URL(name, folder), 'utf8')).toBe(committed(name));
  });
});
