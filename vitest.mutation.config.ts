import { defineConfig } from 'vitest/config';

/**
 * The tests that `npm run mutation` turns against the decision modules and the writers of entries: theirs, without those
 * that start the whole stack and without random ones, which take long and would only add to the score.
 */
export default defineConfig({
  test: {
    include: [
      'test/lambda/**/*.test.ts',
      'test/ops/{entry-batch,lost-answer,restore-and-list,stronger-entry,two-operators}.test.ts',
    ],
    exclude: [
      'test/lambda/{dynamodb-call,flush-stage,grants,orders,policy-document,provider-tokens,stage-arn,wide}*',
      'test/lambda/{dependency-faults,key-set-attempts,revocation-levels,revoked-spellings,signed-claims,unsigned-tokens}*',
    ],
    globalSetup: ['test/support/dynamodb.global-setup.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
