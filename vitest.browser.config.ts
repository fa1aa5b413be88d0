import { defineConfig } from 'vitest/config';

/** The tests of the page in a real Chromium: `npm run test:browser`. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.browser.ts'],
    reporters: ['default', ['json', { outputFile: 'reports/browser-tests.json' }]],
    globalSetup: ['test/support/temporary-folder.global-setup.ts', 'test/support/table/dynamodb.global-setup.ts'],
    // Each file starts a run of its own and waits for flushes most of the time.
    maxWorkers: 2,
    env: { CDK_VALIDATION: 'false' },
    testTimeout: 120_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
