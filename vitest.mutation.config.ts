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
      'test/infra/routes/exact-policies.property.test.ts',
      'test/infra/routes/http-tables.test.ts',
      'test/infra/routes/resource-pattern.test.ts',
      'test/infra/routes/route-compiler.test.ts',
      'test/infra/routes/route-readings.test.ts',
      'test/infra/routes/route-selection.test.ts',
      'test/infra/routes/route-table.test.ts',
      'test/ops/commands/import/entry-batch.test.ts',
      'test/ops/commands/restore-and-list.test.ts',
      'test/ops/commands/two-operators.test.ts',
      'test/ops/entry/lost-answer.test.ts',
    ],
    exclude: [
      'test/lambda/event/http-api.property.test.ts',
      'test/lambda/flush/flush-stage.test.ts',
      'test/lambda/network/dynamodb-call.test.ts',
      'test/lambda/properties/dependency-faults.property.test.ts',
      'test/lambda/properties/hostile-signals.property.test.ts',
      'test/lambda/properties/key-set-attempts.property.test.ts',
      'test/lambda/properties/revocation-levels.property.test.ts',
      'test/lambda/properties/revoked-spellings.property.test.ts',
      'test/lambda/properties/signed-claims.property.test.ts',
      'test/lambda/properties/unsigned-tokens.property.test.ts',
      'test/lambda/signal/store/signal-store.property.test.ts',
    ],
    globalSetup: ['test/support/temporary-folder.global-setup.ts', 'test/support/table/dynamodb.global-setup.ts'],
    env: { EXACT_POLICY_CASES: '1000', EXACT_POLICY_SEED: '14' },
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
