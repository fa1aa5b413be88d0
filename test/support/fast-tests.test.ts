import { globSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import configuration from '../../vitest.config.ts';
import { fastTests, TEST_FILES } from './fast-tests.ts';

interface Project {
  readonly test: { readonly name: string; readonly include: string[]; readonly exclude?: string[] };
}

const fast = fastTests();

const projects = (configuration.test?.projects ?? []) as readonly Project[];

/** The test files of a project as Vitest finds them. */
function filesOf(project: 'fast' | 'slow'): readonly string[] {
  const found = projects.find(({ test }) => test.name === project)?.test;
  return globSync(found?.include ?? []).filter((file) => !found?.exclude?.includes(file));
}

test('every test file is either in npm run test:fast or only in npm test', () => {
  expect([...filesOf('fast'), ...filesOf('slow')].toSorted()).toEqual(globSync(TEST_FILES).toSorted());
});

describe('npm run test:fast', () => {
  test('has tests of lambda/, infra/, ops/ and local/, but not all', () => {
    for (const folder of ['lambda', 'infra', 'ops', 'local']) {
      expect(filesOf('fast').filter((file) => file.startsWith(`test/${folder}/`))).not.toEqual([]);
      expect(filesOf('slow').filter((file) => file.startsWith(`test/${folder}/`))).not.toEqual([]);
    }
  });

  test.each([
    ['generates its inputs', 'test/lambda/properties/signed-claims.property.test.ts'],
    ['proves by schedules', 'test/proofs/simulation/revocation-bound.test.ts'],
    ['imports the CDK', 'test/infra/bearer-authorizer.test.ts'],
    ['imports a file that imports the CDK', 'test/infra/settings/former-aliases.test.ts'],
    ['bundles', 'test/architecture.test.ts'],
    ['starts another program', 'test/ops/programs.test.ts'],
    ['starts the whole stack', 'test/journeys/revocation.test.ts'],
    ['starts threads', 'test/local/functions/lambda-function.test.ts'],
    ['uses a table through a helper', 'test/ops/commands/two-operators.test.ts'],
    ['asks for the address of DynamoDB Local', 'test/lambda/flush/standing-entries.test.ts'],
  ])('leaves out a test that %s', (_, file) => {
    expect(globSync(file)).toEqual([file]);
    expect(fast).not.toContain(file);
  });
});
