import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/dynamodb.global-setup.ts'],
    reporters: ['default', ['json', { outputFile: 'reports/tests.json' }]],
    // Files share their workers: loading the CDK anew for each of thirty files took longer than their tests.
    isolate: false,
    // One more than the processors of the machines we use: journeys mostly wait.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
