import { defineConfig } from 'vitest/config';
import { fastTests, TEST_FILES } from './test/support/fast-tests.ts';
import { LongestFirst } from './test/support/longest-first.ts';

const fast = [...fastTests()];
const temporaryFolder = 'test/support/temporary-folder.global-setup.ts';

export default defineConfig({
  test: {
    reporters: ['default', ['json', { outputFile: 'reports/tests.json' }]],
    // Files share their workers: loading the CDK again for each of thirty files took longer than their tests.
    isolate: false,
    // Two more than the processors of the machines we use: journeys mostly wait.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    // CloudFormation's rules take most of a synthesis: rule-packs.test.ts asks them, and `npm run test:full` always does.
    env: { CDK_VALIDATION: process.env.CDK_VALIDATION ?? 'false' },
    // They end what hangs, and no more: processes that synthesize take minutes of a laptop that does something else besides.
    testTimeout: 180_000,
    hookTimeout: 300_000,
    // The default of a second measures the machine.
    expect: { poll: { timeout: 60_000 } },
    projects: [
      { extends: true, test: { name: 'fast', include: fast, globalSetup: [temporaryFolder] } },
      {
        extends: true,
        test: {
          name: 'slow',
          include: [TEST_FILES],
          exclude: fast,
          globalSetup: [temporaryFolder, 'test/support/table/dynamodb.global-setup.ts'],
        },
      },
    ],
  },
});
