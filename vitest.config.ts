import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/table/dynamodb.global-setup.ts'],
    reporters: ['default', ['json', { outputFile: 'reports/tests.json' }]],
    // Files share their workers: loading the CDK again for each of thirty files took longer than their tests.
    isolate: false,
    // One more than the processors of the machines we use: journeys mostly wait.
    maxWorkers: 3,
    // CloudFormation's rules take most of a synthesis: rule-packs.test.ts asks them, and `npm run test:full` always does.
    env: { CDK_VALIDATION: process.env.CDK_VALIDATION ?? 'false' },
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
