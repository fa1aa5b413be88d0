import { defineConfig } from 'vitest/config';

/**
 * The tests that `npm run mutation` turns against the decision modules, the compiler of policies and the writers of entries:
 * theirs, without those that start the whole stack. Of the random ones only those that hold policies against requests, in a
 * small size and always the same cases: the others take long and would only add to the score.
 */
export default defineConfig({
  test: {
    include: [
      'test/lambda/**/*.test.ts',
      'test/infra/routes/{exact-policies.property,route-compiler,route-readings,route-table}.test.ts',
      'test/ops/{commands/import/entry-batch,entry/lost-answer,commands/restore-and-list,entry/stronger-entry,commands/two-operators}.test.ts',
    ],
    exclude: [
      'test/lambda/{network/dynamodb-call,flush/flush-stage,orders}*',
      'test/lambda/properties/{dependency-faults,key-set-attempts,revocation-levels,revoked-spellings,signed-claims,unsigned-tokens}*',
    ],
    globalSetup: ['test/support/table/dynamodb.global-setup.ts'],
    env: { EXACT_POLICY_CASES: '1000', EXACT_POLICY_SEED: '14' },
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
