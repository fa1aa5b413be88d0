import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The folders whose files start programs, install packages or synthesize again and again, in the order of their longest file. */
const LONG_FOLDERS = ['test/package/', 'test/journeys/', 'test/infra/', 'test/proofs/'];

/**
 * Starts the longest test files first, so that no processor idles at the end of a run. Vitest's own order goes by the last
 * run's durations, which a fresh clone does not have, and runs one project after another by their names.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}

function rankOf({ project, moduleId }: TestSpecification): number {
  if (project.name === 'fast') return LONG_FOLDERS.length + 1;
  const folder = LONG_FOLDERS.findIndex((each) => moduleId.includes(`/${each}`));
  return folder === -1 ? LONG_FOLDERS.length : folder;
}
